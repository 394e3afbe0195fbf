"""The deadlines and tiers that yellow and red cards are read from, and the tickets they stand on (PROCEDURE §9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.deadline.working_time import Pause
from hotline.domain.enums import Reason, Rule
from hotline.domain.supervision.cards import Raised, Watched
from hotline.store.deadline.deadlines import EndedDeadlineRow, deadline_of
from hotline.store.queries import fetch_all, queries

_q = queries.supervision.cards


class CardTicketRow(TypedDict):
    """A ticket with a card; `unit_ids` are the units that lead it or assist now, `unit_name` is that of the lead."""

    ticket_id: UUID
    number: str
    title: str
    kind: str
    state: str
    place: str
    confidential: bool
    unit_name: str | None
    unit_ids: list[UUID]


class _RaisedColumns(TypedDict):
    ticket_id: UUID
    unit_id: UUID
    tier: int
    reason: str
    opened_at: datetime


class _RestColumns(TypedDict):
    ticket_id: UUID
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None


async def watch_tickets(conn: Connection, region: int, ticket_ids: list[UUID]) -> Watched:
    """What may give these tickets a card now: deadlines still owed, tiers in force, when the tickets rested."""
    rows = await fetch_all(EndedDeadlineRow, _q.clocks_of_tickets(conn, region_id=region, ticket_ids=ticket_ids))
    tiers = await fetch_all(_RaisedColumns, _q.raised_of_tickets(conn, region_id=region, ticket_ids=ticket_ids))
    clocks = tuple(deadline_of(row) for row in rows if row["rule"] != Rule.RESUME)
    return Watched(clocks, _raised(tiers), _rests(row for row in rows if row["rule"] == Rule.RESUME))


async def watch_period(conn: Connection, region: int, earliest: datetime, since: datetime, until: datetime) -> Watched:
    """What may have given a card from `since` to `until`: deadlines missed from `earliest` on, tiers entered."""
    missed = await fetch_all(EndedDeadlineRow, _q.missed_clocks(conn, region_id=region, since=earliest, until=until))
    clocks = tuple(deadline_of(row) for row in missed)
    ids = sorted({clock.ticket_id for clock in clocks})
    rests = await fetch_all(_RestColumns, _q.rests_of_tickets(conn, region_id=region, ticket_ids=ids))
    tiers = await fetch_all(_RaisedColumns, _q.raised_between(conn, region_id=region, since=since, until=until))
    return Watched(clocks, _raised(tiers), _rests(rests))


async def list_tickets(conn: Connection, region: int, ticket_ids: list[UUID]) -> dict[UUID, CardTicketRow]:
    """These tickets by id; one that the row scope hides is left out."""
    rows = await fetch_all(CardTicketRow, _q.tickets_with_units(conn, region_id=region, ticket_ids=ticket_ids))
    return {row["ticket_id"]: row for row in rows}


def _raised(rows: Iterable[_RaisedColumns]) -> tuple[Raised, ...]:
    return tuple(
        Raised(row["ticket_id"], row["unit_id"], row["tier"], Reason(row["reason"]), row["opened_at"]) for row in rows
    )


def _rests(rows: Iterable[_RestColumns]) -> dict[UUID, tuple[Pause, ...]]:
    rests: dict[UUID, tuple[Pause, ...]] = {}
    for row in rows:
        rest = (row["started_at"], row["ended_at"] or row["due_at"])
        rests[row["ticket_id"]] = (*rests.get(row["ticket_id"], ()), rest)
    return rests
