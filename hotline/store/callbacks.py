"""Callbacks: whom to ask next, the answers, attempts without one (PROCEDURE §5)."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.tickets.ticket import Ticket
from hotline.store.ids import new_id
from hotline.store.queries import fetch_all, fetch_one, queries

_q = queries.callbacks


class OpenCallbackRow(TypedDict):
    """A callback that waits for answers; `state` tells how many attempts failed."""

    callback_id: UUID
    state: str


class DueCallbackRow(TypedDict):
    """A callback to ask online now; `asked_at` is None before the first attempt."""

    callback_id: UUID
    ticket_id: UUID
    state: str
    channel: str
    asked_at: datetime | None


class CallRow(TypedDict):
    """A callback to make by telephone, with its ticket and the unit that is asked about."""

    ticket_id: UUID
    number: str
    title: str
    confidential: bool
    state: str
    opened_at: datetime
    unit_name: str | None


class CallbackRow(TypedDict):
    """A callback on the page of its ticket; answers are None until it is done, marks go from 1 to 5.

    `account_name` is who recorded the answers, None for the person's own.
    """

    round: int
    stage: str
    state: str
    channel: str
    opened_at: datetime
    next_try_at: datetime | None
    asked_at: datetime | None
    done_at: datetime | None
    contacted: bool | None
    solved: bool | None
    verdict: str | None
    unit_mark: int | None
    operator_mark: int | None
    words: str | None
    account_name: str | None


class CallbackAnswers(TypedDict, total=False):
    """The answers of a callback as they are stored; what is left out is stored as null."""

    contacted: bool
    solved: bool
    verdict: str
    answer_at_fault: bool
    unit_mark: int | None
    operator_mark: int | None
    words: str


async def open_callback(
    conn: Connection, region: int, ticket: Ticket, stage: str, channel: str, now: datetime, next_try_at: datetime | None
) -> None:
    """Open a callback of `stage`, reply or interview; None for `next_try_at` means that it waits for its ticket."""
    await _q.open_callback(
        conn, region_id=region, callback_id=new_id(), ticket_id=ticket.ticket_id, cycle=ticket.cycle, stage=stage,
        channel=channel, opened_at=now, next_try_at=next_try_at, unit_id=ticket.lead_unit_id,
    )  # fmt: skip


async def get_open_callback(conn: Connection, region: int, ticket_id: UUID) -> OpenCallbackRow | None:
    """The newest callback that waits for answers, or None."""
    return await fetch_one(OpenCallbackRow, _q.open_callback_of_ticket(conn, region_id=region, ticket_id=ticket_id))


async def close_callback(
    conn: Connection, region: int, callback_id: UUID, state: str, now: datetime, answers: CallbackAnswers,
    account_id: UUID | None,
) -> None:  # fmt: skip
    """Close an open callback with its answers; `state` says how it ended when there are none."""
    await _q.close_callback(
        conn, region_id=region, callback_id=callback_id, state=state, done_at=now, account_id=account_id,
        contacted=answers.get("contacted"), solved=answers.get("solved"), verdict=answers.get("verdict"),
        answer_at_fault=answers.get("answer_at_fault"), unit_mark=answers.get("unit_mark"),
        operator_mark=answers.get("operator_mark"), words=answers.get("words"),
    )  # fmt: skip


async def withdraw_callbacks(conn: Connection, region: int, ticket_id: UUID, now: datetime) -> None:
    """Withdraw the open callbacks of a ticket that ended another way."""
    await _q.withdraw_callbacks(conn, region_id=region, ticket_id=ticket_id, at=now)


async def try_callback_later(
    conn: Connection,
    region: int,
    callback_id: UUID,
    state: str,
    channel: str,
    asked_at: datetime | None,
    next_try_at: datetime | None,
) -> None:
    """Store when a callback was last asked without answer, and when and by which channel it is asked again."""
    await _q.try_callback_later(
        conn, region_id=region, callback_id=callback_id, state=state, channel=channel, asked_at=asked_at,
        next_try_at=next_try_at,
    )  # fmt: skip


async def wake_callbacks(conn: Connection, region: int, ticket_id: UUID, at: datetime) -> None:
    """Make an online callback due at `at` again that fell due while its ticket rested."""
    await _q.wake_callbacks(conn, region_id=region, ticket_id=ticket_id, at=at)


async def claim_callbacks(conn: Connection, region: int, now: datetime, batch: int) -> list[DueCallbackRow]:
    """At most `batch` callbacks to ask online now, locked for this worker, the longest due first."""
    return await fetch_all(DueCallbackRow, _q.claim_callbacks(conn, region_id=region, now=now, batch=batch))


async def list_calls(conn: Connection, region: int, stage: str, now: datetime, batch: int) -> list[CallRow]:
    """At most `batch` callbacks of `stage` to make by telephone now, the oldest first."""
    return await fetch_all(CallRow, _q.callback_calls(conn, region_id=region, stage=stage, now=now, batch=batch))


async def list_callbacks(conn: Connection, region: int, ticket_id: UUID) -> list[CallbackRow]:
    """Every callback of a ticket, the oldest first."""
    return await fetch_all(CallbackRow, _q.callbacks_of_ticket(conn, region_id=region, ticket_id=ticket_id))
