"""The unit's verbs, and the hotline's corrections (PROCEDURE §2, §3)."""
