"""The rules of the hotline: pure, from the standard library alone; `now` is an argument."""
