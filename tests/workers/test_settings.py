"""The worker as it runs: a real arq worker on a real Valkey and a real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
import redis.asyncio as redis

from hotline.clock import MovedClock
from hotline.config import Settings
from hotline.domain.errors import RehearsalDatabase
from hotline.store.region import heartbeats
from hotline.store.tickets import records
from rehearsal.store.clock import set_rehearsal
from tests.build import MONDAY, Town, a_county, opened
from workers.settings import QUEUE, build_worker
from workers.timetable import TIMES

PATIENCE_S = 20
# arq closes its connections by the old name.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated close:DeprecationWarning")


@pytest.fixture
async def town(pool: asyncpg.Pool) -> Town:
    return await a_county(pool)


@contextlib.asynccontextmanager
async def working(settings: Settings, clock: MovedClock) -> AsyncIterator[asyncio.Task[None]]:
    """The worker in the background; closed at the end."""
    worker = build_worker(settings, clock, handle_signals=False)
    task = asyncio.create_task(worker.async_run())
    try:
        yield task
    finally:
        # Closed while a job runs, arq cancels it and leaves the pool open.
        worker.allow_pick_jobs = False
        await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
        await worker.close()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(true: Callable[[], Awaitable[bool]], task: asyncio.Task[None]) -> None:
    """Wait for it; fail with the worker's own fault when that died."""
    async with asyncio.timeout(PATIENCE_S):
        while not await true():
            if task.done():
                task.result()
            await asyncio.sleep(0.05)


def state_is(town: Town, ticket: Any, state: str) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        async with town.context.pool.acquire() as connection:
            found = await records.get_ticket(connection, 1, ticket.ticket_id)
        return found is not None and found.state == state

    return ask


async def test_received_ticket_is_dispatched_within_seconds(settings: Settings, town: Town) -> None:
    ticket = await opened(town)
    async with working(settings, MovedClock(MONDAY)) as task:
        await until(state_is(town, ticket, "dispatched"), task)


async def test_every_job_beats_soon_after_start(settings: Settings, town: Town) -> None:
    async def all_beat() -> bool:
        async with town.context.pool.acquire() as connection:
            return {beat["job"] for beat in await heartbeats.list_heartbeats(connection, 1)} == set(TIMES)

    async with working(settings, MovedClock(MONDAY)) as task:
        await until(all_beat, task)


async def test_ticket_after_the_start_is_found_by_a_later_tick(settings: Settings, town: Town) -> None:
    first = await opened(town)
    async with working(settings, MovedClock(MONDAY)) as task:
        await until(state_is(town, first, "dispatched"), task)
        second = await opened(town)
        await until(state_is(town, second, "dispatched"), task)


@pytest.mark.case("T4")
async def test_emptied_valkey_loses_nothing(settings: Settings, town: Town) -> None:
    first = await opened(town)
    async with working(settings, MovedClock(MONDAY)) as task, redis.Redis.from_url(settings.redis_url) as valkey:
        await until(state_is(town, first, "dispatched"), task)
        second = await opened(town)
        await valkey.flushall()
        await until(state_is(town, second, "dispatched"), task)
        async with town.context.pool.acquire() as connection:
            told = await connection.fetchval("select count(*) from ticket_event where verb = 'dispatch'")
    assert told == 2


@pytest.mark.case("T1", "T11")
async def test_two_workers_dispatch_a_ticket_once(settings: Settings, town: Town) -> None:
    waiting = [await opened(town) for _ in range(20)]
    clock = MovedClock(MONDAY)
    async with working(settings, clock) as one, working(settings, clock):
        for ticket in waiting:
            await until(state_is(town, ticket, "dispatched"), one)
    async with town.context.pool.acquire() as connection:
        rows = await connection.fetch("select count(*) from ticket_event where verb = 'dispatch' group by ticket_id")
    assert [row[0] for row in rows] == [1] * 20


async def test_clock_of_the_worker_decides_what_is_due(settings: Settings, town: Town) -> None:
    ticket = await opened(town)
    clock = MovedClock(MONDAY - timedelta(hours=1))
    async with working(settings, clock) as task:
        async with town.context.pool.acquire() as connection:
            while not await heartbeats.list_heartbeats(connection, 1):
                await asyncio.sleep(0.05)
        assert not await state_is(town, ticket, "dispatched")()
        clock.move_to(MONDAY)
        await until(state_is(town, ticket, "dispatched"), task)


@pytest.mark.case("T6")
async def test_queue_holds_nothing_to_lose(settings: Settings, town: Town) -> None:
    await opened(town)
    async with working(settings, MovedClock(MONDAY)) as task, redis.Redis.from_url(settings.redis_url) as valkey:
        await until(state_is(town, await opened(town), "dispatched"), task)
        keys = [key.decode() async for key in valkey.scan_iter()]
    assert all(key.startswith(("arq:", QUEUE)) for key in keys)
    assert not [key for key in keys if key.startswith("arq:result:")]


async def test_real_clock_refuses_a_database_of_rehearsals(settings: Settings, town: Town) -> None:
    async with town.context.pool.acquire() as connection:
        await set_rehearsal(connection, 1, MONDAY)
    worker = build_worker(settings, handle_signals=False)
    with pytest.raises(RehearsalDatabase):
        await worker.async_run()
    await worker.close()


async def test_moved_clock_takes_a_database_of_rehearsals(settings: Settings, town: Town) -> None:
    async with town.context.pool.acquire() as connection:
        await set_rehearsal(connection, 1, MONDAY)
    ticket = await opened(town)
    async with working(settings, MovedClock(MONDAY)) as task:
        await until(state_is(town, ticket, "dispatched"), task)
