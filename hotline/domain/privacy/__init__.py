"""Who may see what, and personal numbers in free text (PROCEDURE §6)."""
