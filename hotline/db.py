"""The one place that owns pools, time-outs and the list of faults worth another try."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
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


APP_ROLE = "hotline_app"
"""The role of doors and timetable: it owns no table, so that the policies of rows hold for it."""
NOTHING = "none - -"
Show = Callable[[Any, str], Awaitable[None]]
_rows: ContextVar[str] = ContextVar("hotline_rows", default=NOTHING)


class RowsConnection(asyncpg.Connection):  # type: ignore[misc] # its own is untyped
    """A connection that knows which rows its session is shown, and tells the server only when that changes."""

    __slots__ = ("_shown",)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._shown: str | None = None

    async def show_rows(self, rows: str, show: Show) -> None:
        """Show these rows from now on, unless they are shown already; outside a transaction."""
        if rows != self._shown:
            self._shown = None
            await show(self, rows)
            self._shown = rows


@contextlib.asynccontextmanager
async def lend(pool: asyncpg.Pool, rows: str, *, timeout: float | None = None) -> AsyncIterator[asyncpg.Connection]:  # noqa: ASYNC109 # the pool's own
    """Lend one connection that is shown these rows; one taken from the pool without is shown nothing."""
    async with contextlib.AsyncExitStack() as stack:
        mark = _rows.set(rows)
        try:
            connection = await stack.enter_async_context(pool.acquire(timeout=timeout))
        finally:
            # What the borrower acquires besides is lent for nothing again.
            _rows.reset(mark)
        yield connection


async def open_pool(
    url: str, *, min_size: int = 1, max_size: int = 10, role: str | None = None, show: Show | None = None,
    unasked: str = NOTHING,
    connection_class: type[asyncpg.Connection] = RowsConnection,
) -> asyncpg.Pool:  # fmt: skip
    """Open a pool of connections: UTC, jsonb as Python objects, statements cut off after 30 s.

    With `show` its connections are shown the rows they were lent for, and `unasked` when nobody said.
    Raises OSError or asyncpg.PostgresError when the server cannot be reached.
    """

    async def set_up(connection: Any) -> None:
        rows = _rows.get()
        assert show is not None
        await connection.show_rows(unasked if rows == NOTHING else rows, show)

    return await asyncpg.create_pool(
        url,
        min_size=min_size,
        max_size=max_size,
        connection_class=connection_class,
        init=_teach_json,
        reset=_keep_session,
        timeout=CONNECT_TIMEOUT_S,
        setup=set_up if show else None,
        server_settings={
            "application_name": "hotline",
            "timezone": "UTC",
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_TIMEOUT_MS),
            **({"role": role} if role else {}),
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
