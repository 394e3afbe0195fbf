"""A guided conversation, whatever the chat channel."""
