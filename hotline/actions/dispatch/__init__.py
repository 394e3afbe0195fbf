"""Dispatch: hand-over, returns, joint tickets, the dispatcher's queue (PROCEDURE §2, §3)."""
