"""Matters and the dispatch catalogue. Rows in and out (PROCEDURE §2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.domain.dispatch.catalogue import CatalogueRow
from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.dispatch.dispatch_catalogue


async def list_matters(conn: Any, region: int) -> list[Mapping[str, Any]]:
    """Every matter, by field."""
    return [row async for row in _q.matters(conn, region_id=region)]


async def add_matter(conn: Any, region: int, matter_id: str, level1: str, level2: str, pace: str) -> None:
    """A matter people ask about; one that is there is brought up to date."""
    await _q.add_matter(conn, region_id=region, matter_id=matter_id, level1=level1, level2=level2, pace=pace)


async def list_catalogue(conn: Any, region: int, now: datetime) -> list[CatalogueRow]:
    """The dispatch catalogue in force."""
    rows = _q.catalogue(conn, region_id=region, now=now)
    return [CatalogueRow(r["unit_id"], r["matter_id"], r["place"], tuple(r["words"])) async for r in rows]


async def add_catalogue_row(conn: Any, region: int, row: CatalogueRow, valid_from: datetime) -> None:
    """A row of the dispatch catalogue."""
    await _q.add_catalogue_row(
        conn, region_id=region, catalogue_id=new_id(), matter_id=row.matter_id, place=row.place, words=list(row.words),
        unit_id=row.unit_id, valid_from=valid_from,
    )  # fmt: skip
