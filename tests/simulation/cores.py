"""Seeds on every core: processes with a database each, their results told as they come."""

from __future__ import annotations

import asyncio
import multiprocessing
import queue
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from hotline.local import local_servers
from hotline.store.migrate import migrate
from rehearsal.adversary import Killed, watched_pool
from tests.simulation.play import play

ANALYSED_EVERY, LISTEN_S = 100, 1.0


@dataclass(frozen=True, slots=True)
class Played:
    """A seed that was played: what happened how often, and what went wrong; an empty text for nothing."""

    seed: int
    counted: Counter[str]
    fault: str = ""


def _quietly(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # A worker's own tasks die with it.
    if not isinstance(context.get("exception"), Killed):
        loop.default_exception_handler(context)


async def simulate(seeds: Sequence[int], told: Any) -> None:
    """Play the seeds one after another on a database of one's own; each is `told` to a queue."""
    asyncio.get_running_loop().set_exception_handler(_quietly)
    with tempfile.TemporaryDirectory(prefix="hotline-simulation-") as folder:
        async with local_servers(Path(folder), durable=False) as servers:
            await migrate(servers.database_url)
            async with watched_pool(servers.database_url, 4) as pool:
                for place, seed in enumerate(seeds, 1):
                    told.put(await _played(pool, place, seed))
                    if place % ANALYSED_EVERY == 0:
                        await pool.execute("analyze")


async def _played(pool: Any, place: int, seed: int) -> Played:
    try:
        return Played(seed, await play(pool, place, seed))
    except Exception as fault:
        return Played(seed, Counter(), f"{type(fault).__name__}: {fault}")


def _work(seeds: Sequence[int], told: Any) -> None:
    uvloop.run(simulate(seeds, told))


def results(seeds: range, jobs: int) -> Iterator[Played]:
    """Every seed as soon as it was played, by as many processes. Raises RuntimeError when one of them broke down."""
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    workers = [context.Process(target=_work, args=(seeds[number::jobs], told)) for number in range(jobs)]
    for worker in workers:
        worker.start()
    try:
        for _ in seeds:
            yield _next(told, workers)
    finally:
        for worker in workers:
            worker.join(timeout=30)


def _next(told: Any, workers: Sequence[Any]) -> Played:
    while True:
        try:
            played: Played = told.get(timeout=LISTEN_S)
        except queue.Empty:
            if any(worker.exitcode for worker in workers):
                raise RuntimeError("a process of the simulation broke down") from None
        else:
            return played
