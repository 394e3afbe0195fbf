"""The pages of the weekly brief (专报)."""
