"""Supervision: tiers, instructions, cards and letters. Each verb is one transaction (PROCEDURE §4, §9)."""
