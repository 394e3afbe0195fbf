"""The work network: interview rooms and volunteers. Rows in and out (PROCEDURE §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hotline.store.queries import queries

_q = queries.network


async def list_rooms(conn: Any, region: int, unit_id: UUID | None) -> list[Mapping[str, Any]]:
    """Interview rooms, the unit's own first."""
    return [row async for row in _q.rooms(conn, region_id=region, unit_id=unit_id)]
