"""The brief's pages."""
