"""The tree of units. Rows in and out (PROCEDURE §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hotline.store.queries import queries

_q = queries.region.unit_tree


async def list_units(conn: Any, region: int) -> list[Mapping[str, Any]]:
    """Every unit with `staffed`: whether somebody there can receive anything."""
    return [row async for row in _q.units(conn, region_id=region)]


async def add_unit(
    conn: Any, region: int, unit_id: UUID, parent_id: UUID | None, name: str, sector: str, level: str,
    office: str | None = None,
) -> None:  # fmt: skip
    """A unit of the tree."""
    await _q.add_unit(
        conn,
        region_id=region,
        unit_id=unit_id,
        parent_id=parent_id,
        name=name,
        sector=sector,
        level=level,
        office=office,
    )
