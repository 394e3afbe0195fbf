"""Complainants, the access log, keys and retention."""
