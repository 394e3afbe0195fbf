"""The work network: interview rooms (PROCEDURE §4)."""

from __future__ import annotations

from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.store.queries import fetch_all, queries

_q = queries.network


class InterviewRoomRow(TypedDict):
    """An interview room and the unit it belongs to."""

    room_id: UUID
    unit_id: UUID
    name: str


async def list_rooms(conn: Connection, region: int, unit_id: UUID | None) -> list[InterviewRoomRow]:
    """Every interview room by name, those of the unit first."""
    return await fetch_all(InterviewRoomRow, _q.rooms(conn, region_id=region, unit_id=unit_id))
