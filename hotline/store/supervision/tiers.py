"""Supervision: the tiers a ticket was brought to, and how each ended (PROCEDURE §4)."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.enums import Reason
from hotline.domain.tickets.ticket import Ticket
from hotline.store.ids import new_id
from hotline.store.queries import fetch_all, queries

_q = queries.supervision.tiers


class SupervisionRow(TypedDict):
    """A tier from 1 to 3 and why it was entered; `settled_by` is closed or next_tier once it ended."""

    tier: int
    reason: str
    opened_at: datetime
    due_at: datetime
    settled_at: datetime | None
    settled_by: str | None


async def open_supervision(
    conn: Connection, region: int, ticket: Ticket, tier: int, reason: Reason, now: datetime, due_at: datetime,
    letter_id: UUID,
) -> None:  # fmt: skip
    """Enter a tier with the unit that leads the ticket; `letter_id` is the letter that was issued for it."""
    await _q.open_supervision(
        conn, region_id=region, supervision_id=new_id(), ticket_id=ticket.ticket_id, cycle=ticket.cycle, tier=tier,
        reason=reason.value, unit_id=ticket.lead_unit_id, opened_at=now, due_at=due_at, letter_id=letter_id,
    )  # fmt: skip


async def settle_supervisions(conn: Connection, region: int, ticket_id: UUID, now: datetime, settled_by: str) -> None:
    """End the tier in force; `settled_by` is closed or next_tier."""
    await _q.settle_supervisions(conn, region_id=region, ticket_id=ticket_id, settled_at=now, settled_by=settled_by)


async def move_supervision(
    conn: Connection, region: int, ticket_id: UUID, unit_id: UUID | None, due_at: datetime
) -> None:
    """Give the tier in force another unit and another limit."""
    await _q.move_supervision(conn, region_id=region, ticket_id=ticket_id, unit_id=unit_id, due_at=due_at)


async def list_supervisions(conn: Connection, region: int, ticket_id: UUID) -> list[SupervisionRow]:
    """Every tier the ticket was brought to, the oldest first."""
    return await fetch_all(SupervisionRow, _q.supervisions_of_ticket(conn, region_id=region, ticket_id=ticket_id))
