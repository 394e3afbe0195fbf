"""A unit's inbox, notices and leaves."""
