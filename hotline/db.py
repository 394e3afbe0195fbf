"""The one place that owns pools, time-outs and the list of faults worth another try."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import asyncpg

CONNECT_TIMEOUT_S = 10.0
STATEMENT_TIMEOUT_MS = 30_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000

WORTH_ANOTHER_TRY: tuple[type[Exception], ...] = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ReadOnlySQLTransactionError,  # the old leader, just demoted
    asyncpg.InterfaceError,  # "connection is closed"
    asyncpg.InternalClientError,  # seen in fail-overs, though it is neither of the families above
    OSError,  # includes TimeoutError and ConnectionError
)
"""Faults after which a transaction may be sent again; safe, as every write carries an idempotency key."""


async def open_pool(
    url: str, *, min_size: int = 1, max_size: int = 10, connection_class: type[asyncpg.Connection] = asyncpg.Connection
) -> asyncpg.Pool:
    """Open a pool of connections: UTC, jsonb as Python objects, statements cut off after 30 s.

    Raises OSError or asyncpg.PostgresError when the server cannot be reached.
    """
    return await asyncpg.create_pool(
        url,
        min_size=min_size,
        max_size=max_size,
        connection_class=connection_class,
        init=_teach_json,
        reset=_keep_session,
        timeout=CONNECT_TIMEOUT_S,
        server_settings={
            "application_name": "hotline",
            "timezone": "UTC",
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_TIMEOUT_MS),
        },
    )


@contextlib.asynccontextmanager
async def transaction(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    """Lend one connection with an open transaction: committed at the end, undone by any exception."""
    async with pool.acquire() as connection, connection.transaction():
        yield connection


async def _teach_json(connection: asyncpg.Connection) -> None:
    encode = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=encode, decoder=json.loads)


async def _keep_session(_connection: Any) -> None:
    # Nothing here rests on session state, and asyncpg itself rolls back a transaction left open:
    # its RESET ALL after every use would only cost one more round trip.
    return
