"""Shared by all pages: rendering, navigation, and view models of tickets and deadlines."""
