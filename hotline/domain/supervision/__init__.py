"""Supervision: what a due step asks for, the tiers, cards (PROCEDURE §4, §9)."""
