"""A unit's verbs, and corrections by the hotline (PROCEDURE §2, §3)."""
