"""The county's own data: units, matters, catalogue, policy, calendar rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotline.store.queries import queries

_q = queries.region.regions


async def get_region(conn: Any, region: int) -> Mapping[str, Any] | None:
    """The region's row: `name`, `rehearsal_now`."""
    row: Mapping[str, Any] | None = await _q.region(conn, region_id=region)
    return row


async def add_region(conn: Any, region: int, name: str) -> None:
    """A county moves in, or gets another name."""
    await _q.add_region(conn, region_id=region, name=name)


async def lock_region(conn: Any, region: int) -> None:
    """Wait for whoever else changes the county's own numbers."""
    await _q.lock_region(conn, region_id=region)
