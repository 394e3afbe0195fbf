"""Rows of the demonstration county that no action of the product writes: matters, catalogue, rooms, volunteers."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.dispatch.catalogue import CatalogueRow
from hotline.store.ids import new_id
from hotline.store.queries import fetch_all
from rehearsal.store.queries import queries

_q = queries.county


class VolunteerRow(TypedDict):
    """A legal volunteer and the field of law."""

    name: str
    field: str


async def add_matter(conn: Connection, region: int, matter_id: str, level1: str, level2: str, pace: str) -> None:
    """Add a matter, or update the one with this id."""
    await _q.add_matter(conn, region_id=region, matter_id=matter_id, level1=level1, level2=level2, pace=pace)


async def add_catalogue_row(conn: Connection, region: int, row: CatalogueRow, valid_from: datetime) -> None:
    """Add a row of the dispatch catalogue."""
    await _q.add_catalogue_row(
        conn, region_id=region, catalogue_id=new_id(), matter_id=row.matter_id, place=row.place, words=list(row.words),
        unit_id=row.unit_id, valid_from=valid_from,
    )  # fmt: skip


async def add_room(conn: Connection, region: int, unit_id: UUID, name: str) -> None:
    """Add an interview room."""
    await _q.add_room(conn, region_id=region, room_id=new_id(), unit_id=unit_id, name=name)


async def add_volunteer(conn: Connection, region: int, name: str, field: str) -> None:
    """Add a legal volunteer."""
    await _q.add_volunteer(conn, region_id=region, volunteer_id=new_id(), account_id=None, name=name, field=field)


async def list_volunteers(conn: Connection, region: int) -> list[VolunteerRow]:
    """Every volunteer, by field and name."""
    return await fetch_all(VolunteerRow, _q.volunteers(conn, region_id=region))
