"""What is due, found in the database and done: the only home of arq."""
