"""The embedded PostgreSQL and Valkey of `make demo` and `make test`.

Only the programs of the two wheels are used. Both servers listen on a Unix socket in a private folder, never on the
network. Real installations name their servers in the settings.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from hotline.local.child import LocalServerError
from hotline.local.postgres import local_postgres, postgres_program
from hotline.local.valkey import local_valkey, valkey_program

__all__ = [
    "LocalServerError",
    "LocalServers",
    "local_postgres",
    "local_servers",
    "local_valkey",
    "postgres_program",
    "valkey_program",
]


@dataclass(frozen=True, slots=True)
class LocalServers:
    """The addresses of the two embedded servers."""

    database_url: str
    redis_url: str


@contextlib.asynccontextmanager
async def local_servers(home: Path, *, durable: bool) -> AsyncIterator[LocalServers]:
    """Start both servers concurrently with their data below `home`; stop both on exit, whatever the cause.

    `durable=False` gives up crash safety for speed (tests). On SIGTERM the block is left in order and the process exits
    with code 143. Raises LocalServerError with a Chinese sentence when a server cannot start.
    """
    with _ended_by_sigterm():
        async with contextlib.AsyncExitStack() as stack:
            fault: BaseException | None = None
            try:
                async with asyncio.TaskGroup() as group:
                    postgres = group.create_task(stack.enter_async_context(local_postgres(home, durable=durable)))
                    valkey = group.create_task(stack.enter_async_context(local_valkey(home)))
            except* LocalServerError as faults:
                fault = faults.exceptions[0]
            if fault:
                raise fault
            yield LocalServers(postgres.result(), valkey.result())


@contextlib.contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Cancel the block on SIGTERM; an existing signal handler is kept."""
    task, loop, asked = asyncio.current_task(), asyncio.get_running_loop(), False

    def end() -> None:
        nonlocal asked
        asked = True
        if task:
            task.cancel()

    ours = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    if ours:
        loop.add_signal_handler(signal.SIGTERM, end)
    try:
        yield
    except asyncio.CancelledError:
        if asked:
            raise SystemExit(128 + signal.SIGTERM) from None
        raise
    finally:
        if ours:
            loop.remove_signal_handler(signal.SIGTERM)
