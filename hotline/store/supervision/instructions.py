"""Instructions of leaders with their dates (PROCEDURE §4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.store.ids import new_id
from hotline.store.queries import fetch_all, fetch_value, queries

_q = queries.supervision.instructions


class InstructionRow(TypedDict):
    """What a leader wrote and until when; `fulfilment` says what was done once `fulfilled_at` is set."""

    text: str
    due_on: date
    fulfilled_at: datetime | None
    fulfilment: str | None
    leader_name: str | None


async def insert_instruction(
    conn: Connection, region: int, ticket_id: UUID, leader_id: UUID, text: str, due_on: date, now: datetime
) -> None:
    """Store a leader's instruction and the day until which it is to be done."""
    await _q.insert_instruction(
        conn, region_id=region, instruction_id=new_id(), ticket_id=ticket_id, leader_id=leader_id, text=text,
        due_on=due_on, written_at=now,
    )  # fmt: skip


async def leaders_date(conn: Connection, region: int, ticket_id: UUID) -> datetime | None:
    """The end of the deadline of a leader's open instruction; None when none is open."""
    return await fetch_value(datetime, _q.leaders_date(conn, region_id=region, ticket_id=ticket_id))


async def fulfil_instructions(conn: Connection, region: int, ticket_id: UUID, now: datetime, fulfilment: str) -> None:
    """Close the open instructions on a ticket; `fulfilment` says what was done."""
    await _q.fulfil_instructions(conn, region_id=region, ticket_id=ticket_id, at=now, fulfilment=fulfilment)


async def list_instructions(conn: Connection, region: int, ticket_id: UUID) -> list[InstructionRow]:
    """The instructions on a ticket, the oldest first."""
    return await fetch_all(InstructionRow, _q.instructions_of_ticket(conn, region_id=region, ticket_id=ticket_id))
