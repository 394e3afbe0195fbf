"""Messages that wait or were sent, reminders, alarms."""
