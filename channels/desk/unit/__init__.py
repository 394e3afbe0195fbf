"""A unit's inbox, notices and leaves of absence."""
