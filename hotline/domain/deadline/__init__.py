"""Working time, deadlines and their steps (PROCEDURE §3)."""
