"""Callbacks, and messages to complainants that were not delivered (PROCEDURE §5)."""
