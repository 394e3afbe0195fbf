"""The weekly brief: collected, compiled, approved, read (PROCEDURE §7)."""
