"""Requests and answers: forms, sessions, rights of addresses, time-outs, uploads."""
