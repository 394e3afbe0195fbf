"""Pools, time-outs, the type of a connection, and the errors after which a transaction may be retried."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from functools import partial
from typing import Any, Protocol

import asyncpg

Row = Mapping[str, Any]
"""A row as the database returns it, before a store function gives it its type."""

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
"""The role of web and worker processes: it owns no table, so that row-level security holds for it."""
NO_ROWS = "none - -"
"""The row scope that shows no row at all."""
SetScope = Callable[["Connection", str], Awaitable[None]]
_scope: ContextVar[str] = ContextVar("hotline_row_scope", default=NO_ROWS)


class Connection(Protocol):
    """What queries need of a database connection; asyncpg's own is one."""

    async def fetch(self, query: str, *args: object) -> list[Row]: ...

    async def fetchrow(self, query: str, *args: object) -> Row | None: ...

    async def fetchval(self, query: str, *args: object) -> Any: ...

    async def execute(self, query: str, *args: object, timeout: float | None = None) -> str: ...  # noqa: ASYNC109

    def transaction(self) -> AbstractAsyncContextManager[object]: ...


class ScopedConnection(asyncpg.Connection):  # type: ignore[misc] # its own is untyped
    """A connection that remembers its session's row scope, and tells the server only when that changes."""

    __slots__ = ("_scope_set",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope_set: str | None = None

    async def use_scope(self, scope: str, set_scope: SetScope) -> None:
        """Set the session's row scope, unless it is set already. Call outside a transaction."""
        if scope != self._scope_set:
            self._scope_set = None
            await set_scope(self, scope)
            self._scope_set = scope


@contextlib.asynccontextmanager
async def acquire_scoped(pool: asyncpg.Pool, scope: str) -> AsyncIterator[Connection]:
    """Acquire a connection with this row scope. Without one, row-level security returns no rows."""
    async with contextlib.AsyncExitStack() as stack:
        mark = _scope.set(scope)
        try:
            connection = await stack.enter_async_context(pool.acquire())
        finally:
            # Other connections that the caller acquires meanwhile start without a scope.
            _scope.reset(mark)
        yield connection


async def open_pool(
    url: str, *, min_size: int = 1, max_size: int = 10, role: str | None = None, set_scope: SetScope | None = None,
    default_scope: str = NO_ROWS,
    connection_class: type[asyncpg.Connection] = ScopedConnection,
) -> asyncpg.Pool:  # fmt: skip
    """Open a pool of connections: UTC, jsonb as Python objects, statements cancelled after 30 s.

    With `set_scope`, a connection gets the row scope it is acquired with, else `default_scope`.
    Raises OSError or asyncpg.PostgresError when the server cannot be reached.
    """

    async def set_up(connection: Any) -> None:
        scope = _scope.get()
        assert set_scope is not None
        await connection.use_scope(default_scope if scope == NO_ROWS else scope, set_scope)

    return await asyncpg.create_pool(
        url,
        min_size=min_size,
        max_size=max_size,
        connection_class=connection_class,
        init=_set_json_codecs,
        reset=_keep_session,
        timeout=CONNECT_TIMEOUT_S,
        setup=set_up if set_scope else None,
        server_settings={
            "application_name": "hotline",
            "timezone": "UTC",
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_TIMEOUT_MS),
            **({"role": role} if role else {}),
        },
    )


@contextlib.asynccontextmanager
async def transaction(pool: asyncpg.Pool) -> AsyncIterator[Connection]:
    """Acquire a connection with an open transaction: committed at the end, rolled back by any exception."""
    async with pool.acquire() as connection, connection.transaction():
        yield connection


async def _set_json_codecs(connection: asyncpg.Connection) -> None:
    encode = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=encode, decoder=json.loads)


async def _keep_session(_connection: Any) -> None:
    # Nothing rests on session state but the row scope, which `use_scope` sets, and asyncpg itself rolls back a
    # transaction left open: RESET ALL after every use would only cost one more round trip.
    return
