"""The region's policy: limits, login rules, rate limits, retention periods, and their validation (PROCEDURE §3)."""
