"""Faults of a worker: killed between any two statements, disconnected, interleaved with another worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random
from typing import Any

import asyncpg

from hotline.db import open_pool

# After this time of a statement, ask the database whether its worker waits for a lock of the other one.
PATIENCE_S = 0.004


class Killed(BaseException):
    """The worker was killed. A BaseException, so that no handler of the product catches it."""


@dataclass
class StatementGate:
    """Interleaves workers statement by statement in a random order; the same seed gives the same order."""

    dice: Random
    pool: asyncpg.Pool
    waiting: dict[int, asyncio.Event] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def pass_through(self, worker: int) -> None:
        """Wait until this worker may run its next statement."""
        self.waiting[worker] = turn = asyncio.Event()
        self.blocked.discard(worker)
        self.moved.set()
        await turn.wait()

    async def conduct(self, tasks: list[asyncio.Task[Any]]) -> None:
        """Until all tasks end: wait until each worker is at the gate or blocked by a lock, then let one continue."""
        for task in tasks:
            task.add_done_callback(lambda _: self.moved.set())
        while alive := [number for number, task in enumerate(tasks) if not task.done()]:
            running = set(alive) - set(self.waiting)
            if running - self.blocked or not self.waiting:
                if not await self._somebody_moves():
                    self.blocked |= running
                continue
            self.waiting.pop(self.dice.choice(sorted(self.waiting))).set()

    async def _somebody_moves(self) -> bool:
        self.moved.clear()
        try:
            await asyncio.wait_for(self.moved.wait(), PATIENCE_S)
        except TimeoutError:
            return not await self.pool.fetchval("select exists (select from pg_locks where not granted)")
        return True


@dataclass
class Life:
    """One worker process: at its `fate`-th statement it is killed, or disconnected once (`cut`), before or after it.

    With `lurks` that statement is counted from the first message sent, which is the hardest place to recover from.
    """

    fate: int | None = None
    lurks: int | None = None
    after: bool = False
    cut: bool = False
    gate: StatementGate | None = None
    worker: int = 0
    dead: bool = False
    statements: int = 0
    faults: list[str] = field(default_factory=list)

    async def live(
        self, act: Callable[[], Awaitable[Any]], undo: Callable[[], Awaitable[Any]], *, ends: bool = False
    ) -> Any:
        """Run one statement; `ends` when it ends a transaction. Raises Killed, or ConnectionResetError once."""
        if self.dead:
            raise Killed
        if self.gate is not None:
            await self.gate.pass_through(self.worker)
        self.statements += 1
        injected = self.statements == self.fate
        if injected and not self.after:
            await undo()
            self._strike()
        result = await act()
        if self.gate is not None and ends:
            # The transaction released its locks: workers that waited for them run again.
            self.gate.blocked.clear()
        if injected:
            self._strike()
        return result

    def _strike(self) -> None:
        if self.cut:
            raise ConnectionResetError("cut off")
        self.dead = True
        raise Killed


LIFE: ContextVar[Life | None] = ContextVar("LIFE", default=None)


class WatchedConnection(asyncpg.Connection):  # type: ignore[misc]
    """A connection whose statements go through the Life of its worker; once disconnected it can only roll back."""

    async def execute(self, query: str, *args: Any, **words: Any) -> Any:
        if query.startswith("ROLLBACK"):
            if not query.startswith("ROLLBACK TO"):
                self.broken = False
            undone = await super().execute(query, *args, **words)
            if (life := LIFE.get()) and life.gate:
                life.gate.blocked.clear()
            return undone
        return await self._watched(super().execute, query, *args, **words)

    async def fetch(self, query: str, *args: Any, **words: Any) -> Any:
        return await self._watched(super().fetch, query, *args, **words)

    async def fetchrow(self, query: str, *args: Any, **words: Any) -> Any:
        return await self._watched(super().fetchrow, query, *args, **words)

    async def fetchval(self, query: str, *args: Any, **words: Any) -> Any:
        return await self._watched(super().fetchval, query, *args, **words)

    async def _watched(self, act: Callable[..., Awaitable[Any]], query: str, *args: Any, **words: Any) -> Any:
        life = LIFE.get()
        if life is None:
            return await act(query, *args, **words)
        if getattr(self, "broken", False):
            raise ConnectionResetError("cut off")

        async def undo() -> None:
            if query.startswith("COMMIT"):
                await asyncpg.Connection.execute(self, "ROLLBACK")

        try:
            return await life.live(lambda: act(query, *args, **words), undo, ends=query.startswith("COMMIT"))
        except ConnectionResetError:
            # Outside a transaction there is nothing to roll back: the next statement gets a fresh connection.
            self.broken = self.is_in_transaction()
            raise


async def nothing() -> None:
    """Nothing to undo."""


@asynccontextmanager
async def watched_pool(url: str, size: int) -> AsyncIterator[asyncpg.Pool]:
    """A pool as the product opens it, of watched connections, all of them opened at once."""
    pool = await open_pool(url, min_size=size, max_size=size, connection_class=WatchedConnection)
    try:
        yield pool
    finally:
        await pool.close()
