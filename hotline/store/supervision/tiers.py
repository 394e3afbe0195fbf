"""Callbacks, interviews, supervision, letters, instructions: rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.supervision.tiers


async def open_supervision(conn: Any, region: int, row: Mapping[str, Any]) -> None:
    """A tier is entered (keys as columns)."""
    await _q.open_supervision(conn, region_id=region, supervision_id=new_id(), **row)


async def settle_supervisions(conn: Any, region: int, ticket_id: UUID, now: datetime, settled_by: str) -> None:
    """The tier in force ends."""
    await _q.settle_supervisions(conn, region_id=region, ticket_id=ticket_id, settled_at=now, settled_by=settled_by)


async def move_supervision(conn: Any, region: int, ticket_id: UUID, unit_id: UUID | None, due_at: datetime) -> None:
    """The tier in force goes on with another unit or another limit."""
    await _q.move_supervision(conn, region_id=region, ticket_id=ticket_id, unit_id=unit_id, due_at=due_at)


async def list_supervisions(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """The ladder of a ticket, oldest first, with the letter's year and letter_number."""
    return [row async for row in _q.supervisions_of_ticket(conn, region_id=region, ticket_id=ticket_id)]
