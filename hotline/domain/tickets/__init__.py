"""The ticket, its life cycle, and what a rule decides about it (PROCEDURE §2)."""
