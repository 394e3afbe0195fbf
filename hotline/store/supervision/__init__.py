"""Supervision: tiers, letters, instructions, cards."""
