"""Rows in and out; only the actions come here."""
