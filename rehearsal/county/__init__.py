"""The demonstration county: units, people, matters and catalogue as data files, and their import into a database."""

from rehearsal.county.seed import PASSWORD, Login, logins, seed_county

__all__ = ["PASSWORD", "Login", "logins", "seed_county"]
