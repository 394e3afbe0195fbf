"""What passes between people and the hotline, whatever the channel."""
