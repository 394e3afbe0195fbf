"""The ledger of reminders, each sent at most once: rows of `reminder` in and out (PROCEDURE §4)."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.enums import Rule, Step
from hotline.domain.tickets.ticket import Ticket
from hotline.store.queries import fetch_all, fetch_value, queries

_q = queries.messaging.reminders


class ReminderRow(TypedDict):
    """A line of the ledger; the names are those of the person who received it and of the one it was meant for."""

    reminder_id: UUID
    cycle: int
    rule: str
    step: str
    recipient: str
    planned_at: datetime
    state: str
    sent_at: datetime | None
    recipient_name: str | None
    instead_name: str | None


async def plan_reminder(
    conn: Connection, region: int, reminder_id: UUID, ticket: Ticket, *, cycle: int, rule: Rule, step: Step,
    recipient: str, channel: str, at: datetime, state: str, reason: str | None = None, instead_of: UUID | None = None,
) -> bool:  # fmt: skip
    """Add a line to the ledger; False when this reminder is in it already."""
    planned = await fetch_value(UUID, _q.plan_reminder(
        conn, region_id=region, reminder_id=reminder_id, ticket_id=ticket.ticket_id, cycle=cycle, rule=rule.value,
        step=step.value, recipient=recipient, channel=channel, planned_at=at, state=state, reason=reason,
        instead_of=instead_of,
    ))  # fmt: skip
    return planned is not None


async def settle_reminders(
    conn: Connection, region: int, reminder_ids: list[UUID], state: str, at: datetime, reason: str | None
) -> None:
    """Record what became of planned reminders; ids that are no reminders are ignored."""
    await _q.settle_reminders(conn, region_id=region, reminder_ids=reminder_ids, state=state, at=at, reason=reason)


async def list_reminders(conn: Connection, region: int, ticket_id: UUID) -> list[ReminderRow]:
    """The ledger of a ticket, oldest first."""
    return await fetch_all(ReminderRow, _q.reminders_of_ticket(conn, region_id=region, ticket_id=ticket_id))
