"""Matters and the dispatch catalogue (PROCEDURE §2)."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.dispatch.catalogue import CatalogueRow
from hotline.store.queries import fetch_all, queries

_q = queries.dispatch.dispatch_catalogue


class MatterRow(TypedDict):
    """A matter in two levels, `level1` above `level2`; `pace` is a value of Pace."""

    matter_id: str
    level1: str
    level2: str
    pace: str


class _CatalogueColumns(TypedDict):
    matter_id: str | None
    place: str | None
    words: list[str]
    unit_id: UUID


async def list_matters(conn: Connection, region: int) -> list[MatterRow]:
    """Every matter, also those no longer valid, ordered by level1, level2 and id."""
    return await fetch_all(MatterRow, _q.matters(conn, region_id=region))


async def list_catalogue(conn: Connection, region: int, now: datetime) -> list[CatalogueRow]:
    """The rows of the dispatch catalogue that are valid at `now`."""
    rows = await fetch_all(_CatalogueColumns, _q.catalogue(conn, region_id=region, now=now))
    return [CatalogueRow(row["unit_id"], row["matter_id"], row["place"], tuple(row["words"])) for row in rows]
