"""Batching: items submitted while an earlier batch is being handled are handled together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

Handle = Callable[[Sequence[T]], Awaitable[Sequence[R]]]


class Batcher(Generic[T, R]):
    """Passes submitted items to `handle` in batches; an item submitted alone is handled at once and alone.

    `handle` takes up to `size` items and returns one result for each, in order. At most `workers` batches run at a
    time. A batch that fails with an exception of the types `shared` fails as a whole; after any other exception each
    item is handled again alone, so that one unfit item fails without the others.
    """

    __slots__ = ("_active", "_handle", "_running", "_shared", "_size", "_waiting", "_workers")

    def __init__(
        self, handle: Handle[T, R], *, workers: int = 1, size: int = 1_000,
        shared: tuple[type[Exception], ...] = (Exception,),
    ) -> None:  # fmt: skip
        self._handle, self._workers, self._size, self._shared = handle, workers, size, shared
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._running: set[asyncio.Task[None]] = set()
        self._active = 0

    async def submit(self, item: T) -> R:
        """Handle an item and return its result. Raises what `handle` raises."""
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._active < self._workers:
            self._active += 1
            task = asyncio.create_task(self._work())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await done

    async def close(self) -> None:
        """Wait until every submitted item is handled."""
        while self._running:
            await asyncio.gather(*self._running)

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._size], self._waiting[self._size :]
                await self._handle_batch(batch)
        finally:
            # Not left to the done callback, which runs later: an item submitted in between would wait for ever.
            self._active -= 1

    async def _handle_batch(self, batch: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._handle([item for item, _ in batch])
        except self._shared as fault:
            _fail(batch, fault)
        except Exception as fault:
            if len(batch) == 1:
                _fail(batch, fault)
                return
            for entry in batch:
                await self._handle_batch([entry])
        except BaseException as fault:
            _fail(batch, fault)
            raise
        else:
            for (_, done), result in zip(batch, results, strict=True):
                if not done.done():
                    done.set_result(result)


def _fail(batch: Sequence[tuple[T, asyncio.Future[R]]], fault: BaseException) -> None:
    for _, done in batch:
        if not done.done():
            done.set_exception(fault)
