"""Groups of the clerk's command line."""
