"""The same play under real workers: two of them, ticking each second, their queue emptied at every turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from random import Random

import pytest
import redis.asyncio as redis

from hotline.clock import MovedClock
from hotline.config import Settings
from rehearsal.adversary import watched_pool
from tests.build import Town, a_county
from tests.simulation import people
from tests.simulation.forms import utc
from tests.simulation.house import House
from tests.simulation.play import SEASONS, move_clock
from tests.simulation.provider import Provider, listening
from tests.simulation.run import Run
from tests.simulation.sight import read
from tests.simulation.ticks import JOBS, tell_job
from workers.settings import build_worker
from workers.timetable import TIMES

MOMENTS, PATIENCE_S = 8, 30
EACH_SECOND = {job: frozenset(range(60)) for job in TIMES}
# arq closes its connections by the old name.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated close:DeprecationWarning")


@contextlib.asynccontextmanager
async def working(settings: Settings, clock: MovedClock) -> AsyncIterator[None]:
    worker = build_worker(settings, clock, times=EACH_SECOND, handle_signals=False)
    task = asyncio.create_task(worker.async_run())
    try:
        yield
    finally:
        worker.allow_pick_jobs = False
        await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
        await worker.close()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def every_job_ran(town: Town, clock: MovedClock) -> None:
    """Wait until each job has begun after now, and then each once more: what one makes due for another is done."""
    for _ in range(2):
        await town.context.pool.execute("delete from heartbeat")
        async with asyncio.timeout(PATIENCE_S):
            while await town.context.pool.fetchval(
                "select count(*) from heartbeat where beat_at = $1 and job = any($2)", clock.now(), list(JOBS)
            ) < len(JOBS):  # fmt: skip
                await asyncio.sleep(0.05)


@pytest.mark.case("T4", "T11")
async def test_books_agree_under_two_workers_whose_queue_is_lost(settings: Settings, valkey_url: str) -> None:
    async with watched_pool(settings.database_url, 4) as pool, redis.Redis.from_url(valkey_url) as valkey:
        town = await a_county(pool, settings.region)
        run = Run(0, town, Random(2), SEASONS[0], House(frozenset()), Provider(Random(0)))
        clock = MovedClock(utc(run.now))
        with listening(), pytest.MonkeyPatch.context() as patch:
            # The workers' own sender is not part of this play: nobody files by WeChat.
            patch.setattr(people, "CHANNELS", ("phone", "website"))
            async with working(settings, clock), working(settings, clock):
                await play_moments(run, clock, valkey)
        assert run.count["sign"] > 0


async def play_moments(run: Run, clock: MovedClock, valkey: redis.Redis) -> None:
    for moment in range(MOMENTS):
        for _ in range(3):
            await (people.file(run) if moment == 0 else people.act(run))
        clock.move_to(utc(run.now))
        await valkey.flushall()
        await every_job_ran(run.town, clock)
        for _ in range(2):
            for ref in run.refs.values():
                for job in JOBS:
                    tell_job(run, ref, job)
        found, _ = await read(run.town)
        run.compare(found, f"at moment {moment}")
        before = run.now
        while run.now <= before:
            move_clock(run)
