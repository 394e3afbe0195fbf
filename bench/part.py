"""The interface of a part of the bench: what it gets and what it returns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from hotline.local import LocalServers
from rehearsal.progress import Advance, RunProgress

TICK_S = 0.5
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a part measures against: servers, a folder for files and logs, seconds of each timed step, progress."""

    servers: LocalServers
    home: Path
    seconds: int
    progress: RunProgress

    @property
    def url(self) -> str:
        """The URL of the database."""
        return self.servers.database_url


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: what was measured, its value, and its target if there is one."""

    item: str
    value: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """The result of a part: rows of the table, and the same figures by name for the JSON."""

    rows: Sequence[Row]
    figures: Mapping[str, object] = field(default_factory=dict)


Measure = Callable[[Setting], Awaitable[Measured]]


async def during(seconds: float, advance: Advance, work: Awaitable[T]) -> T:
    """Await work that takes about `seconds`, advancing by `seconds` in total meanwhile; cancels it when cancelled."""
    task, left = asyncio.ensure_future(work), seconds
    try:
        while not (await asyncio.wait({task}, timeout=TICK_S))[0]:
            bit = min(TICK_S, left)
            left -= bit
            advance(bit)
        advance(left)
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
