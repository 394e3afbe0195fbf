"""The rules of the hotline: pure functions on the standard library alone; the current time is the argument `now`."""
