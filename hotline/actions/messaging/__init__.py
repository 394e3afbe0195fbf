"""Messages: recipients, notifications, the outbox and its delivery (PROCEDURE §4)."""
