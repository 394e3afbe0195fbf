"""The region's own row."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from hotline.db import Connection
from hotline.store.queries import fetch_one, queries

_q = queries.region.regions


class RegionRow(TypedDict):
    """A region: its name, and the last moment played where the clock was moved (None on a real server)."""

    name: str
    rehearsal_now: datetime | None


async def get_region(conn: Connection, region: int) -> RegionRow | None:
    """The region's row; None when it was never added."""
    return await fetch_one(RegionRow, _q.region(conn, region_id=region))


async def add_region(conn: Connection, region: int, name: str) -> None:
    """Add a region; one that exists gets the new name."""
    await _q.add_region(conn, region_id=region, name=name)


async def lock_region(conn: Connection, region: int) -> None:
    """Lock the region's row until the transaction ends, so that changes of policy and calendar take turns."""
    await _q.lock_region(conn, region_id=region)
