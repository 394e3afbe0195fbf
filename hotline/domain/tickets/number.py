"""Ticket numbers as people type them (PROCEDURE §2): `20261121-00042` is the day and the day's running number."""

from __future__ import annotations

import re
import unicodedata

TYPED_LIMIT = 40
# Longer runs of digits are other numbers, such as that of an identity card.
_NUMBER = re.compile(r"(?<!\d)(\d{8})[\s‐-―−_.\-·]*(\d{5,7})(?!\d)", re.ASCII)


def normalise_number(typed: str) -> str:
    """Return the ticket number in a text with words, blanks, full-width digits or no hyphen; else the text compacted.

    The result has at most TYPED_LIMIT characters and no blanks.
    """
    plain = unicodedata.normalize("NFKC", typed)
    found = _NUMBER.search(plain)
    return f"{found[1]}-{found[2]}" if found else "".join(plain.split())[:TYPED_LIMIT]
