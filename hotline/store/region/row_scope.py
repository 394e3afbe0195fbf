"""The row scope of a connection: which rows the policies of row-level security in sql/schema.sql let it see."""

from __future__ import annotations

import asyncpg

from hotline.db import APP_ROLE, NO_ROWS, Connection, open_pool
from hotline.store.queries import queries

_q = queries.region.row_scope


async def open_scoped_pool(
    url: str, *, min_size: int = 1, max_size: int = 10, default_scope: str = NO_ROWS
) -> asyncpg.Pool:
    """Open a pool under the role that owns no table. Its connections get the row scope they are acquired with,
    else `default_scope`.

    Raises OSError or asyncpg.PostgresError when the server cannot be reached.
    """
    return await open_pool(
        url, min_size=min_size, max_size=max_size, role=APP_ROLE, set_scope=set_scope, default_scope=default_scope
    )


async def set_scope(connection: Connection, scope: str) -> None:
    """Set the row scope of the session."""
    await _q.set_scope(connection, scope=scope)


async def widen_scope(connection: Connection, scope: str) -> None:
    """Set another row scope until the open transaction ends."""
    await _q.widen_scope(connection, scope=scope)
