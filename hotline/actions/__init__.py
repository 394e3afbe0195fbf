"""Actions: each function carries out one verb in one transaction. No other code writes to the database."""
