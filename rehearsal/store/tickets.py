"""Tickets as the runner follows them: what changed, who assists, what an earlier run had done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.tickets.ticket import Ticket
from hotline.store import interviews as interview_store
from hotline.store.interviews import InterviewRow as InterviewRow
from hotline.store.queries import fetch_all
from hotline.store.tickets import history, records
from hotline.store.tickets.history import TicketEventRow as TicketEventRow
from rehearsal.store.queries import queries

_q = queries.tickets


@dataclass(frozen=True, slots=True)
class Past:
    """What was done to a ticket: events and interviews, oldest first, and reviews of the newest interview."""

    events: Sequence[TicketEventRow]
    interviews: Sequence[InterviewRow]
    reviews: int


class _AssistingColumns(TypedDict):
    ticket_id: UUID
    unit_id: UUID
    owed: bool


async def get_ticket(conn: Connection, region: int, ticket_id: UUID) -> Ticket | None:
    """One ticket by id, or None."""
    return await records.get_ticket(conn, region, ticket_id)


async def get_past(conn: Connection, region: int, ticket_id: UUID) -> Past:
    """The events, interviews and reviews of a ticket."""
    interviews = await interview_store.list_interviews(conn, region, ticket_id)
    newest = interviews[-1]["interview_id"] if interviews else None
    reviews = len(await interview_store.list_reviews(conn, region, newest)) if newest else 0
    return Past(await history.list_events(conn, region, ticket_id), interviews, reviews)


async def list_changed(conn: Connection, region: int, since: datetime) -> list[Ticket]:
    """Tickets with an event since a moment, oldest first."""
    rows = await fetch_all(records.StoredTicketRow, _q.changed_tickets(conn, region_id=region, since=since))
    return [records.ticket_of(row) for row in rows]


async def list_assisting(conn: Connection, region: int, ticket_ids: list[UUID]) -> dict[UUID, tuple[UUID, bool]]:
    """Of each ticket with assisting units one of them, and whether it owes its part; whoever does goes first."""
    assisting: dict[UUID, tuple[UUID, bool]] = {}
    for row in await fetch_all(
        _AssistingColumns, _q.assisting_of_tickets(conn, region_id=region, ticket_ids=ticket_ids)
    ):
        assisting.setdefault(row["ticket_id"], (row["unit_id"], row["owed"]))
    return assisting
