"""The ledger of reminders: each sent at most once. Rows in and out (PROCEDURE §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.enums import Rule, Step
from hotline.domain.tickets.ticket import Ticket
from hotline.store.queries import queries

_q = queries.messaging.reminders


async def plan_reminder(
    conn: Any, region: int, reminder_id: UUID, ticket: Ticket, *, cycle: int, rule: Rule, step: Step, recipient: str,
    channel: str, at: datetime, state: str, reason: str | None = None, instead_of: UUID | None = None,
) -> bool:  # fmt: skip
    """A line of the ledger; False when that reminder already stands there."""
    found = await _q.plan_reminder(
        conn, region_id=region, reminder_id=reminder_id, ticket_id=ticket.ticket_id, cycle=cycle, rule=rule.value,
        step=step.value, recipient=recipient, channel=channel, planned_at=at, state=state, reason=reason,
        instead_of=instead_of,
    )  # fmt: skip
    return found is not None


async def settle_reminders(
    conn: Any, region: int, reminder_ids: list[UUID], state: str, at: datetime, reason: str | None
) -> None:
    """What became of planned reminders."""
    await _q.settle_reminders(conn, region_id=region, reminder_ids=reminder_ids, state=state, at=at, reason=reason)


async def list_reminders(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """The ledger of a ticket, oldest first."""
    return [row async for row in _q.reminders_of_ticket(conn, region_id=region, ticket_id=ticket_id)]
