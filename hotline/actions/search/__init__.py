"""Read tickets: one case file, and lists (PROCEDURE §6)."""
