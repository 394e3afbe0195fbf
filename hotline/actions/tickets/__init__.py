"""Executing a verb on one ticket: lock, fire due steps, decide, write."""
