"""Messages between people and the hotline, independent of the channel."""
