"""The page of one ticket, its forms and their handlers."""
