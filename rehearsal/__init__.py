"""Simulated people, a stand-in for WeChat and a seeded county, for demonstrations, drills and tests."""
