"""Dispatch: catalogue, hand-over, returns, joint tickets (PROCEDURE §2, §3)."""
