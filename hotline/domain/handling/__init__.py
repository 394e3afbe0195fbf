"""A unit's work on a ticket, and corrections (PROCEDURE §2, §3)."""
