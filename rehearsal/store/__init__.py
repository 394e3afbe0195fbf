"""Queries that only a rehearsal needs, and the rows of the product's store that it reads."""
