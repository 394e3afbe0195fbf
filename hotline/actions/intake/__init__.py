"""Taking contacts in, whatever the channel (PROCEDURE §2)."""
