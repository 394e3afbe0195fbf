"""When each job of the timetable last ran. Rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.store.queries import queries

_q = queries.region.heartbeats


async def beat(conn: Any, region: int, job: str, at: datetime, handled: int, failed: int) -> None:
    """A job of the timetable ran."""
    await _q.beat(conn, region_id=region, job=job, beat_at=at, handled=handled, failed=failed)


async def list_heartbeats(conn: Any, region: int) -> list[Mapping[str, Any]]:
    """When each job last ran."""
    return [row async for row in _q.heartbeats(conn, region_id=region)]
