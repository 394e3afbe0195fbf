"""Lists people look at: inboxes, supervision, earlier tickets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hotline.store.queries import queries

_q = queries.tickets.lists


Rows = list[Mapping[str, Any]]


async def list_inbox(
    conn: Any, region: int, units: list[UUID] | None, states: list[str], batch: int, skip: int
) -> Rows:
    """Open tickets of these units (None: all) in these states, what runs out first on top."""
    if units is None:
        rows = _q.inbox_of_all(conn, region_id=region, states=states, batch=batch, skip=skip)
    else:
        rows = _q.inbox(conn, region_id=region, unit_ids=units, states=states, batch=batch, skip=skip)
    return [row async for row in rows]


async def list_closed(conn: Any, region: int, units: list[UUID] | None, batch: int, skip: int) -> Rows:
    """Closed tickets these units (None: all) led, newest first."""
    if units is None:
        rows = _q.closed_of_all(conn, region_id=region, batch=batch, skip=skip)
    else:
        rows = _q.closed_of_units(conn, region_id=region, unit_ids=units, batch=batch, skip=skip)
    return [row async for row in rows]


async def count_by_state(conn: Any, region: int, units: list[UUID] | None) -> dict[str, int]:
    """Open tickets by state, under the same rule as the inbox."""
    if units is None:
        rows = _q.count_all_by_state(conn, region_id=region)
    else:
        rows = _q.count_by_state(conn, region_id=region, unit_ids=units)
    return {row["state"]: row["total"] async for row in rows}


async def list_supervised(conn: Any, region: int, tiers: list[int], batch: int, skip: int) -> Rows:
    """Tickets under supervision, highest tier and oldest trouble on top."""
    return [row async for row in _q.supervised(conn, region_id=region, tiers=tiers, batch=batch, skip=skip)]


async def list_of_person(conn: Any, region: int, contact_hashes: list[bytes], batch: int) -> Rows:
    """Earlier tickets from the same number or WeChat id, newest first."""
    return [
        row async for row in _q.tickets_of_person(conn, region_id=region, contact_hashes=contact_hashes, batch=batch)
    ]


async def list_latest(conn: Any, region: int, opened_by: UUID | None, batch: int) -> Rows:
    """What an operator (None: anybody) opened lately, newest first."""
    return [row async for row in _q.latest(conn, region_id=region, opened_by=opened_by, batch=batch)]
