"""Instructions of leaders, with their dates. Rows in and out (PROCEDURE §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.supervision.instructions


async def insert_instruction(
    conn: Any, region: int, ticket_id: UUID, leader_id: UUID, text: str, due_on: date, now: datetime
) -> None:
    """A leader's instruction with its date."""
    await _q.insert_instruction(
        conn, region_id=region, instruction_id=new_id(), ticket_id=ticket_id, leader_id=leader_id, text=text,
        due_on=due_on, written_at=now,
    )  # fmt: skip


async def leaders_date(conn: Any, region: int, ticket_id: UUID) -> datetime | None:
    """The date of a leader's open instruction, None when none is open."""
    at: datetime | None = await _q.leaders_date(conn, region_id=region, ticket_id=ticket_id)
    return at


async def fulfil_instructions(conn: Any, region: int, ticket_id: UUID, now: datetime, fulfilment: str) -> None:
    """What the leader asked for was done."""
    await _q.fulfil_instructions(conn, region_id=region, ticket_id=ticket_id, at=now, fulfilment=fulfilment)


async def list_instructions(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Instructions on a ticket with leader_name, oldest first."""
    return [row async for row in _q.instructions_of_ticket(conn, region_id=region, ticket_id=ticket_id)]
