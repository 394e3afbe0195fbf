"""Permissions of roles, and substitution on leave (PROCEDURE §1, §9)."""
