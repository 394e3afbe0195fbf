"""Intake: open tickets from any channel, and handle them at first contact (PROCEDURE §2)."""
