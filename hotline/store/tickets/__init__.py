"""Tickets, their history, files and lists."""
