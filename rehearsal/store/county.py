"""Rows of the demonstration county that no deed of the product writes: matters, catalogue, rooms, volunteers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.dispatch.catalogue import CatalogueRow
from hotline.store.ids import new_id
from rehearsal.store.queries import queries

_q = queries.county


async def add_matter(conn: Any, region: int, matter_id: str, level1: str, level2: str, pace: str) -> None:
    """A matter people ask about; one that is there is brought up to date."""
    await _q.add_matter(conn, region_id=region, matter_id=matter_id, level1=level1, level2=level2, pace=pace)


async def add_catalogue_row(conn: Any, region: int, row: CatalogueRow, valid_from: datetime) -> None:
    """A row of the dispatch catalogue."""
    await _q.add_catalogue_row(
        conn, region_id=region, catalogue_id=new_id(), matter_id=row.matter_id, place=row.place, words=list(row.words),
        unit_id=row.unit_id, valid_from=valid_from,
    )  # fmt: skip


async def add_room(conn: Any, region: int, unit_id: UUID, name: str) -> None:
    """An interview room."""
    await _q.add_room(conn, region_id=region, room_id=new_id(), unit_id=unit_id, name=name)


async def add_volunteer(conn: Any, region: int, name: str, field: str) -> None:
    """A legal volunteer."""
    await _q.add_volunteer(conn, region_id=region, volunteer_id=new_id(), account_id=None, name=name, field=field)


async def list_volunteers(conn: Any, region: int) -> list[Mapping[str, Any]]:
    """Every volunteer with field."""
    return [row async for row in _q.volunteers(conn, region_id=region)]
