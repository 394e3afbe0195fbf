"""The supervision bench and the page of cards."""
