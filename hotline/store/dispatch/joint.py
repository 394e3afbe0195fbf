"""Parts of units in a ticket, and the clocks of those that assist: rows in and out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.deadline.working_time import Due
from hotline.domain.dispatch.joint import Part
from hotline.domain.enums import Step
from hotline.store.queries import queries

_q = queries.dispatch.joint


Row = Mapping[str, Any]


async def join_assisting(
    conn: Any, region: int, ticket_id: UUID, unit_ids: Iterable[UUID], task: str, now: datetime
) -> None:
    """These units assist from now on."""
    await _q.join_assisting(
        conn, region_id=region, ticket_id=ticket_id, unit_ids=list(unit_ids), task=task or None, joined_at=now
    )


async def list_parts(conn: Any, region: int, ticket_id: UUID) -> list[Part]:
    """Every unit that has or had a part: the lead, who assists, who did."""
    rows = _q.parts_of_ticket(conn, region_id=region, ticket_id=ticket_id)
    return [_part_of(row) async for row in rows]


def _part_of(row: Mapping[str, Any]) -> Part:
    return Part(**{name: row[name] for name in Part.__slots__})


async def answer_part(conn: Any, region: int, ticket_id: UUID, unit_id: UUID, now: datetime) -> None:
    """An assisting unit gave its part: its clock is met, or stays missed."""
    await _q.answer_part(conn, region_id=region, ticket_id=ticket_id, unit_id=unit_id, at=now)
    await _q.settle_assist(conn, region_id=region, ticket_id=ticket_id, unit_id=unit_id, at=now)


async def excuse_part(conn: Any, region: int, ticket_id: UUID, unit_id: UUID, now: datetime) -> None:
    """An assisting unit was excused."""
    await _q.excuse_part(conn, region_id=region, ticket_id=ticket_id, unit_id=unit_id, at=now)
    await withdraw_assist(conn, region, ticket_id, unit_id, now)


async def reopen_parts(conn: Any, region: int, ticket_id: UUID) -> None:
    """Every assisting unit is asked again."""
    await _q.reopen_parts(conn, region_id=region, ticket_id=ticket_id)


async def withdraw_assist(conn: Any, region: int, ticket_id: UUID, unit_id: UUID | None, now: datetime) -> None:
    """Nobody waits for this unit's part any more (None: for anybody's)."""
    await _q.withdraw_assist(conn, region_id=region, ticket_id=ticket_id, unit_id=unit_id, at=now)


async def move_assist(
    conn: Any, region: int, deadline_id: UUID, due: Due, limit_text: str, timer: tuple[Step, datetime]
) -> None:
    """The clock of an assisting unit follows that of the lead."""
    await _q.move_assist(
        conn, region_id=region, deadline_id=deadline_id, due_at=due.at, provisional=due.provisional,
        limit_text=limit_text, next_step=timer[0].value, next_at=timer[1],
    )  # fmt: skip


async def list_late(conn: Any, region: int, now: datetime, batch: int) -> list[Row]:
    """Parts owed and late, the latest first: ticket_id, unit_id, due_at, number, title, pace, lead_unit_id, total."""
    return [row async for row in _q.late_parts(conn, region_id=region, now=now, batch=batch)]


async def list_late_of(conn: Any, region: int, ticket_ids: list[UUID], now: datetime) -> list[Row]:
    """The same of these tickets: ticket_id, unit_id, due_at, pace."""
    return [row async for row in _q.late_parts_of_tickets(conn, region_id=region, ticket_ids=ticket_ids, now=now)]
