"""Callbacks: asked, answered, given up. Rows in and out (PROCEDURE §5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.tickets.ticket import Ticket
from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.callbacks


async def open_callback(
    conn: Any, region: int, ticket: Ticket, stage: str, channel: str, now: datetime, next_try_at: datetime | None
) -> None:
    """A callback is owed after a reply or an interview."""
    await _q.open_callback(
        conn, region_id=region, callback_id=new_id(), ticket_id=ticket.ticket_id, cycle=ticket.cycle, stage=stage,
        channel=channel, opened_at=now, next_try_at=next_try_at, unit_id=ticket.lead_unit_id,
    )  # fmt: skip


async def get_open_callback(conn: Any, region: int, ticket_id: UUID) -> Mapping[str, Any] | None:
    """The callback that still waits for answers, if any."""
    row: Mapping[str, Any] | None = await _q.open_callback_of_ticket(conn, region_id=region, ticket_id=ticket_id)
    return row


async def close_callback(
    conn: Any, region: int, callback_id: UUID, state: str, now: datetime, answers: Mapping[str, Any],
    account_id: UUID | None,
) -> None:  # fmt: skip
    """The answers (keys as columns), or why there are none."""
    columns = ("contacted", "solved", "verdict", "answer_at_fault", "unit_mark", "operator_mark", "words")
    await _q.close_callback(
        conn, region_id=region, callback_id=callback_id, state=state, done_at=now, account_id=account_id,
        **{name: answers.get(name) for name in columns},
    )  # fmt: skip


async def withdraw_callbacks(conn: Any, region: int, ticket_id: UUID, now: datetime) -> None:
    """The ticket ended another way."""
    await _q.withdraw_callbacks(conn, region_id=region, ticket_id=ticket_id, at=now)


async def try_callback_later(
    conn: Any,
    region: int,
    callback_id: UUID,
    state: str,
    channel: str,
    asked_at: datetime,
    next_try_at: datetime | None,
) -> None:
    """Asked without answer: when to ask again, and by which channel."""
    await _q.try_callback_later(
        conn, region_id=region, callback_id=callback_id, state=state, channel=channel, asked_at=asked_at,
        next_try_at=next_try_at,
    )  # fmt: skip


async def wake_callbacks(conn: Any, region: int, ticket_id: UUID, at: datetime) -> None:
    """A callback that fell due online while its ticket rested is due again."""
    await _q.wake_callbacks(conn, region_id=region, ticket_id=ticket_id, at=at)


async def claim_callbacks(conn: Any, region: int, now: datetime, batch: int) -> list[Mapping[str, Any]]:
    """Callbacks to ask about online now, held for this worker."""
    return [row async for row in _q.claim_callbacks(conn, region_id=region, now=now, batch=batch)]


async def list_calls(conn: Any, region: int, stage: str, now: datetime, batch: int) -> list[Mapping[str, Any]]:
    """The calls to make now, oldest first, with number, title, unit_name."""
    return [row async for row in _q.callback_calls(conn, region_id=region, stage=stage, now=now, batch=batch)]


async def list_callbacks(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Every callback of a ticket."""
    return [row async for row in _q.callbacks_of_ticket(conn, region_id=region, ticket_id=ticket_id)]
