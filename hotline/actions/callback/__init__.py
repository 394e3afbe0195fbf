"""Callbacks and answers that were not delivered (PROCEDURE §5)."""
