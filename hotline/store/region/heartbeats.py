"""When each job of the timetable last ran. Rows in and out."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from hotline.db import Connection
from hotline.store.queries import fetch_all, queries

_q = queries.region.heartbeats


class HeartbeatRow(TypedDict):
    """The last run of a job: when, how many rows it handled and how many failed."""

    job: str
    beat_at: datetime
    handled: int
    failed: int


async def beat(conn: Connection, region: int, job: str, at: datetime, handled: int, failed: int) -> None:
    """Record that a job ran at `at`, handled so many rows and failed on so many."""
    await _q.beat(conn, region_id=region, job=job, beat_at=at, handled=handled, failed=failed)


async def list_heartbeats(conn: Connection, region: int) -> list[HeartbeatRow]:
    """The last run of each job."""
    return await fetch_all(HeartbeatRow, _q.heartbeats(conn, region_id=region))
