"""Reading tickets: one with everything about it, and lists (PROCEDURE §6)."""
