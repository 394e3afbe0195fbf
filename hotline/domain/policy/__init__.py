"""The region's numbers: limits, log-in rules, rate limits, retention periods, and their validation (PROCEDURE §3)."""
