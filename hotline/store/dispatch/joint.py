"""The parts of units in a ticket, and the deadlines of units that assist (PROCEDURE §2, §3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.deadline.working_time import Due
from hotline.domain.dispatch.joint import Part
from hotline.domain.enums import Step
from hotline.store.queries import fetch_all, queries

_q = queries.dispatch.joint


class OverduePartRow(TypedDict):
    """A part that an assisting unit owes and is late with; `pace` is that of the ticket."""

    ticket_id: UUID
    unit_id: UUID
    due_at: datetime
    pace: str


class OverduePartListRow(OverduePartRow):
    """A late part with its ticket; `total` counts all late parts, also those beyond the batch."""

    number: str
    title: str
    lead_unit_id: UUID | None
    total: int


class _PartColumns(TypedDict):
    unit_id: UUID
    part: str
    joined_at: datetime
    answered_at: datetime | None
    task: str | None
    excused_at: datetime | None


async def join_assisting(
    conn: Connection, region: int, ticket_id: UUID, unit_ids: Iterable[UUID], task: str, now: datetime
) -> None:
    """Add these units as assisting from `now` on; `task` says with what. A former unit gets its part back."""
    await _q.join_assisting(
        conn, region_id=region, ticket_id=ticket_id, unit_ids=list(unit_ids), task=task or None, joined_at=now
    )


async def list_parts(conn: Connection, region: int, ticket_id: UUID) -> list[Part]:
    """Every unit that has or had a part: the lead first, then assisting units, then former ones."""
    rows = await fetch_all(_PartColumns, _q.parts_of_ticket(conn, region_id=region, ticket_id=ticket_id))
    return [Part(**row) for row in rows]


async def answer_part(conn: Connection, region: int, ticket_id: UUID, unit_id: UUID, now: datetime) -> None:
    """Record that an assisting unit handed in its part; its deadline is met, or stays missed."""
    await _q.answer_part(conn, region_id=region, ticket_id=ticket_id, unit_id=unit_id, at=now)
    await _q.settle_assist(conn, region_id=region, ticket_id=ticket_id, unit_id=unit_id, at=now)


async def excuse_part(conn: Connection, region: int, ticket_id: UUID, unit_id: UUID, now: datetime) -> None:
    """Excuse an assisting unit: it becomes a former one and its deadline is withdrawn."""
    await _q.excuse_part(conn, region_id=region, ticket_id=ticket_id, unit_id=unit_id, at=now)
    await withdraw_assist(conn, region, ticket_id, unit_id, now)


async def reopen_parts(conn: Connection, region: int, ticket_id: UUID) -> None:
    """Ask every assisting unit again: none has answered."""
    await _q.reopen_parts(conn, region_id=region, ticket_id=ticket_id)


async def withdraw_assist(conn: Connection, region: int, ticket_id: UUID, unit_id: UUID | None, now: datetime) -> None:
    """Withdraw the deadline of this unit's part, or of every part when `unit_id` is None; a missed one stays missed."""
    await _q.withdraw_assist(conn, region_id=region, ticket_id=ticket_id, unit_id=unit_id, at=now)


async def move_assist(
    conn: Connection, region: int, deadline_id: UUID, due: Due, limit_text: str, timer: tuple[Step, datetime]
) -> None:
    """Move a running deadline of an assisting unit after the lead's; `timer` is its next step and when."""
    await _q.move_assist(
        conn, region_id=region, deadline_id=deadline_id, due_at=due.at, provisional=due.provisional,
        limit_text=limit_text, next_step=timer[0].value, next_at=timer[1],
    )  # fmt: skip


async def list_late(conn: Connection, region: int, now: datetime, batch: int) -> list[OverduePartListRow]:
    """At most `batch` parts that are owed and late at `now`, the longest overdue first."""
    return await fetch_all(OverduePartListRow, _q.late_parts(conn, region_id=region, now=now, batch=batch))


async def list_late_of(conn: Connection, region: int, ticket_ids: list[UUID], now: datetime) -> list[OverduePartRow]:
    """The late parts of these tickets, the longest overdue first."""
    return await fetch_all(
        OverduePartRow, _q.late_parts_of_tickets(conn, region_id=region, ticket_ids=ticket_ids, now=now)
    )
