"""The working calendar and its holiday notices (PROCEDURE §3)."""
