"""The rehearsal: a fake outside world and a seeded county, for demonstrations, drills and tests."""
