"""The moved clock of a rehearsal: where it stands, what falls due next, sessions that outlast its jumps."""

from __future__ import annotations

from datetime import datetime, timedelta

from hotline.db import Connection
from hotline.store.queries import fetch_value
from hotline.store.region import regions
from rehearsal.store.queries import queries

_q = queries.clock


async def get_clock(conn: Connection, region: int) -> tuple[bool, datetime | None]:
    """Whether the region exists, and the moment its moved clock was stopped at; None for a real clock."""
    row = await regions.get_region(conn, region)
    return row is not None, row["rehearsal_now"] if row else None


async def set_rehearsal(conn: Connection, region: int, now: datetime) -> None:
    """Keep the moment a moved clock stands at; marks the database as one of rehearsals for ever."""
    await _q.set_rehearsal(conn, region_id=region, now=now)


async def next_moment(conn: Connection, region: int, after: datetime) -> datetime | None:
    """The next moment at which anything falls due after a given one."""
    return await fetch_value(datetime, _q.next_moment(conn, region_id=region, after=after))


async def shift_sessions(conn: Connection, region: int, by: timedelta, good_after: datetime) -> None:
    """Move sessions seen after `good_after` along with a jump of the clock, so that they do not expire."""
    await _q.shift_sessions(conn, region_id=region, by=by, good_after=good_after)
