"""Tickets as the runner follows them: what changed, who assists, what an earlier run had done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.tickets.ticket import Ticket
from hotline.store import interviews as mechanism
from hotline.store.queries import fetch_all
from hotline.store.tickets import history, records
from hotline.store.tickets.history import TicketEventRow as TicketEventRow
from rehearsal.store.queries import queries

_q = queries.ticket


@dataclass(frozen=True, slots=True)
class Past:
    """What was done to a ticket: events and interviews, oldest first, and reviews of the newest interview."""

    events: Sequence[TicketEventRow]
    interviews: Sequence[Mapping[str, Any]]
    reviews: int


async def get_ticket(conn: Any, region: int, ticket_id: UUID) -> Ticket | None:
    """One ticket by id, or None."""
    return await records.get_ticket(conn, region, ticket_id)


async def get_past(conn: Any, region: int, ticket_id: UUID) -> Past:
    """The events, interviews and reviews of a ticket."""
    interviews = await mechanism.list_interviews(conn, region, ticket_id)
    newest = interviews[-1]["interview_id"] if interviews else None
    reviews = len(await mechanism.list_reviews(conn, region, newest)) if newest else 0
    return Past(await history.list_events(conn, region, ticket_id), interviews, reviews)


async def list_changed(conn: Any, region: int, since: datetime) -> list[Ticket]:
    """Tickets with an event since a moment, oldest first."""
    rows = await fetch_all(records.StoredTicketRow, _q.changed_tickets(conn, region_id=region, since=since))
    return [records.ticket_of(row) for row in rows]


async def list_assisting(conn: Any, region: int, ticket_ids: list[UUID]) -> dict[UUID, tuple[UUID, bool]]:
    """Of each ticket with assisting units one of them, and whether it owes its part; whoever does goes first."""
    found: dict[UUID, tuple[UUID, bool]] = {}
    async for row in _q.assisting_of_tickets(conn, region_id=region, ticket_ids=ticket_ids):
        found.setdefault(row["ticket_id"], (row["unit_id"], row["owed"]))
    return found
