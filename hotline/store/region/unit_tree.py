"""The tree of units (PROCEDURE §4)."""

from __future__ import annotations

from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.store.queries import fetch_all, queries

_q = queries.region.unit_tree


class UnitRow(TypedDict):
    """A unit: `parent_id` is None for the county, `office` for all but the three offices of supervision.

    `staffed` is true when an active handler or head works there.
    """

    unit_id: UUID
    parent_id: UUID | None
    name: str
    sector: str
    level: str
    office: str | None
    staffed: bool


async def list_units(conn: Connection, region: int) -> list[UnitRow]:
    """Every unit, by sector and name."""
    return await fetch_all(UnitRow, _q.units(conn, region_id=region))


async def add_unit(
    conn: Connection, region: int, unit_id: UUID, parent_id: UUID | None, name: str, sector: str, level: str,
    office: str | None = None,
) -> None:  # fmt: skip
    """Add a unit; one of the same name keeps its id and gets sector, level and office."""
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
