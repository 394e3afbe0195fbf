"""The page of one ticket and its verbs."""
