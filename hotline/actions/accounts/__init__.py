"""Accounts, sessions, log-in, leave and recusal (PROCEDURE §6, §9)."""
