"""The supervision bench and the pages of cards (电子监察)."""
