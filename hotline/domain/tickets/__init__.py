"""The ticket, its life cycle, and decisions on it (PROCEDURE §2)."""
