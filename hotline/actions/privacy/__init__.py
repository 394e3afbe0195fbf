"""Personal data: access log, redaction, fingerprints, retention, keys (PROCEDURE §6)."""
