"""Accounts, log-ins, leaves and recusals."""
