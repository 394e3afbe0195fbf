"""Dispatch: catalogue, handover, returns, joint tickets (PROCEDURE §2, §3)."""
