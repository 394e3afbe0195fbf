"""Which rows a connection is shown, told to the database: words for the policies of sql/schema.sql."""

from __future__ import annotations

from typing import Any

import asyncpg

from hotline.db import APP_ROLE, NOTHING, open_pool
from hotline.store.queries import queries

_q = queries.region.row_scope


async def open_guarded_pool(url: str, *, min_size: int = 1, max_size: int = 10, unasked: str = NOTHING) -> asyncpg.Pool:
    """A pool under the role that owns no table: shown the rows it lends for, and `unasked` when nobody said.

    Raises OSError or asyncpg.PostgresError when the server cannot be reached.
    """
    return await open_pool(url, min_size=min_size, max_size=max_size, role=APP_ROLE, show=_show, unasked=unasked)


async def _show(connection: Any, rows: str) -> None:
    await _q.show_rows(connection, rows=rows)


async def widen(connection: Any, rows: str) -> None:
    """Show other rows until the open transaction ends."""
    await _q.widen_rows(connection, rows=rows)
