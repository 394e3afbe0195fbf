"""Wrong query codes, kept among the looks: how many lately."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.store.queries import queries

_q = queries.intake.code_attempts


async def count_wrong_codes(
    conn: Any, region: int, number: str, address: str, since_short: datetime, since_long: datetime
) -> Mapping[str, int]:
    """Counts `pair` and `address` since the shorter time, `number` since the longer one."""
    row: Mapping[str, int] = await _q.wrong_codes(
        conn, region_id=region, number=number, address=address, since_short=since_short, since_long=since_long
    )
    return row
