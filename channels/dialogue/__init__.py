"""Guided conversations, the same for every chat channel."""
