"""Background jobs: find what is due in the database and do it. The only package that uses arq."""
