"""Wrong query codes, which are logged with the accesses: how many there were lately."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from hotline.db import Connection
from hotline.store.queries import fetch_one, queries

_q = queries.intake.code_attempts


class WrongCodesRow(TypedDict):
    """How many wrong codes: for the number from the address, from the address, and for the number from anywhere."""

    pair: int
    address: int
    number: int


async def count_wrong_codes(
    conn: Connection, region: int, number: str, address: str, since_short: datetime, since_long: datetime
) -> WrongCodesRow:
    """Count wrong codes: `pair` and `address` since the shorter time, `number` since the longer one."""
    counts = await fetch_one(
        WrongCodesRow,
        _q.wrong_codes(
            conn, region_id=region, number=number, address=address, since_short=since_short, since_long=since_long
        ),
    )
    # An aggregate without groups always has its row.
    assert counts is not None
    return counts
