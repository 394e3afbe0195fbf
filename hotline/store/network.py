"""The work network: interview rooms and volunteers. Rows in and out (PROCEDURE §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.network


async def list_rooms(conn: Any, region: int, unit_id: UUID | None) -> list[Mapping[str, Any]]:
    """Interview rooms, the unit's own first."""
    return [row async for row in _q.rooms(conn, region_id=region, unit_id=unit_id)]


async def add_room(conn: Any, region: int, unit_id: UUID, name: str) -> None:
    """An interview room."""
    await _q.add_room(conn, region_id=region, room_id=new_id(), unit_id=unit_id, name=name)


async def add_volunteer(conn: Any, region: int, name: str, field: str) -> None:
    """A legal volunteer."""
    await _q.add_volunteer(conn, region_id=region, volunteer_id=new_id(), account_id=None, name=name, field=field)


async def list_volunteers(conn: Any, region: int) -> list[Mapping[str, Any]]:
    """Every volunteer with field."""
    return [row async for row in _q.volunteers(conn, region_id=region)]
