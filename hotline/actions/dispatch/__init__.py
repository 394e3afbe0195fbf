"""Dispatch: handover, returns, joint tickets, the dispatcher's queue (PROCEDURE §2, §3)."""
