"""Matters and the dispatch catalogue. Rows in and out (PROCEDURE §2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.domain.dispatch.catalogue import CatalogueRow
from hotline.store.queries import queries

_q = queries.dispatch.dispatch_catalogue


async def list_matters(conn: Any, region: int) -> list[Mapping[str, Any]]:
    """Every matter, by field."""
    return [row async for row in _q.matters(conn, region_id=region)]


async def list_catalogue(conn: Any, region: int, now: datetime) -> list[CatalogueRow]:
    """The dispatch catalogue in force."""
    rows = _q.catalogue(conn, region_id=region, now=now)
    return [CatalogueRow(r["unit_id"], r["matter_id"], r["place"], tuple(r["words"])) async for r in rows]
