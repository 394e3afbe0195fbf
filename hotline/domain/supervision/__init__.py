"""Supervision: due steps, tiers, cards (PROCEDURE §4, §9)."""
