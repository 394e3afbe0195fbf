"""The in-tray: filings that arrive while others are being written are written together, in one statement."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from hotline.db import WORTH_ANOTHER_TRY
from hotline.store.tickets.filing import Filed

WRITERS = 2
AT_ONCE = 50

Write = Callable[[Sequence[Filed]], Awaitable[None]]
_Waiting = tuple[Filed, "asyncio.Future[None]"]


class BatchWriter:
    """Hands filings to `write` in batches, `WRITERS` at a time; a filing that comes alone goes at once and alone.

    At a busy hour a commit of its own for each filing would cost the database more than the rows do.
    """

    __slots__ = ("_running", "_waiting", "_write")

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: list[_Waiting] = []
        self._running: set[asyncio.Task[None]] = set()

    async def put(self, filed: Filed) -> None:
        """Back when the filing is committed. Raises AlreadyOpened for a repeat, and whatever the database raises."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((filed, done))
        if len(self._running) < WRITERS:
            task = asyncio.create_task(self._empty())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        await done

    async def _empty(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            await self._write_batch(batch)

    async def _write_batch(self, batch: Sequence[_Waiting]) -> None:
        try:
            await self._write([filed for filed, _ in batch])
        except WORTH_ANOTHER_TRY as fault:
            _tell(batch, fault)
        except Exception as fault:
            if len(batch) == 1:
                _tell(batch, fault)
                return
            # A repeat or a row that does not fit is one person's: nobody else waits for it or fails with it.
            for one in batch:
                await self._write_batch([one])
        except BaseException as fault:
            _tell(batch, fault)
            raise
        else:
            _tell(batch, None)


def _tell(batch: Sequence[_Waiting], fault: BaseException | None) -> None:
    for _, done in batch:
        if done.done():
            continue
        if fault is None:
            done.set_result(None)
        else:
            done.set_exception(fault)
