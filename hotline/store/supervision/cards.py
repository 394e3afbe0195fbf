"""What yellow and red cards are read from, and the tickets they stand on: rows out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.deadline.timers import Deadline
from hotline.domain.deadline.working_time import Pause
from hotline.domain.enums import Reason, Rule
from hotline.domain.supervision.cards import Raised, Watched
from hotline.store.deadline.deadlines import deadline_of
from hotline.store.queries import queries

_q = queries.supervision.cards


Row = Mapping[str, Any]


async def watch_tickets(conn: Any, region: int, ticket_ids: list[UUID]) -> Watched:
    """What may give these tickets a card now."""
    given = {"region_id": region, "ticket_ids": ticket_ids}
    rows = [row async for row in _q.clocks_of_tickets(conn, **given)]
    raised = [_raised(row) async for row in _q.raised_of_tickets(conn, **given)]
    clocks = tuple(deadline_of(row) for row in rows if row["rule"] != Rule.RESUME)
    return Watched(clocks, tuple(raised), _rests(row for row in rows if row["rule"] == Rule.RESUME))


async def watch_period(conn: Any, region: int, earliest: datetime, since: datetime, until: datetime) -> Watched:
    """What may have given a card from `since` to `until`: limits that ran out from `earliest` on, tiers entered."""
    missed = _q.missed_clocks(conn, region_id=region, since=earliest, until=until)
    clocks: tuple[Deadline, ...] = tuple([deadline_of(row) async for row in missed])
    ids = sorted({clock.ticket_id for clock in clocks})
    rests = _rests([row async for row in _q.rests_of_tickets(conn, region_id=region, ticket_ids=ids)])
    entered = _q.raised_between(conn, region_id=region, since=since, until=until)
    return Watched(clocks, tuple([_raised(row) async for row in entered]), rests)


async def list_tickets(conn: Any, region: int, ticket_ids: list[UUID]) -> dict[UUID, Row]:
    """These tickets: number, title, kind, channel, state, place, pace, received_at, unit_name, unit_ids (parts now)."""
    rows = _q.tickets_with_units(conn, region_id=region, ticket_ids=ticket_ids)
    return {row["ticket_id"]: row async for row in rows}


def _raised(row: Row) -> Raised:
    return Raised(row["ticket_id"], row["unit_id"], row["tier"], Reason(row["reason"]), row["opened_at"])


def _rests(rows: Iterable[Row]) -> dict[UUID, tuple[Pause, ...]]:
    found: dict[UUID, tuple[Pause, ...]] = {}
    for row in rows:
        rest = (row["started_at"], row["ended_at"] or row["due_at"])
        found[row["ticket_id"]] = (*found.get(row["ticket_id"], ()), rest)
    return found
