"""Deadlines of tickets and holidays of the calendar."""
