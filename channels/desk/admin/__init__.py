"""Pages of the system, security and audit administrators."""
