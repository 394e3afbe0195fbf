"""Conversations, own tickets and attempts at query codes."""
