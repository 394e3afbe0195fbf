"""Requests and responses: forms, sessions, rights of routes, timeouts, uploads."""
