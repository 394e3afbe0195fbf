"""Composition root of the worker: settings, pool, and the timetable told to arq. All of arq is here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import redis.asyncio as redis
from aiohttp import ClientSession, ClientTimeout
from arq import Worker, cron
from arq.connections import RedisSettings
from arq.cron import CronJob

from channels.app import refuse_rehearsal
from channels.registry import open_send
from hotline.actions.office import Office
from hotline.clock import Clock, RealClock
from hotline.config import Settings
from hotline.db import open_pool
from hotline.vault import Vault
from workers.timetable import TIMES, run_job, sweeps

QUEUE = "hotline:timetable"


def build_worker(settings: Settings, clock: Clock | None = None, *, handle_signals: bool = True) -> Worker:
    """The arq worker with every job of the timetable. The queue holds ticks only: losing it loses nothing.

    Without a clock of its own it is real, and refuses a database of rehearsals.
    """
    real = clock is None
    ticking = clock or RealClock()

    async def open_up(ctx: dict[str, Any]) -> None:
        pool = await open_pool(settings.database_url, min_size=1, max_size=4)
        office = Office(settings.region, pool, Vault(settings.key))
        await office.refresh(ticking.now())
        if real:
            await refuse_rehearsal(office)
        http = ClientSession(timeout=ClientTimeout(total=10))
        cache = redis.Redis.from_url(settings.redis_url)
        ctx.update(office=office, http=http, cache=cache, sweeps=sweeps(open_send(settings, http, cache)))

    async def shut_down(ctx: dict[str, Any]) -> None:
        await ctx["http"].close()
        await ctx["cache"].aclose()
        await ctx["office"].pool.close()

    return Worker(
        cron_jobs=[_told_to_arq(name, seconds, ticking, settings.sweep_batch) for name, seconds in TIMES.items()],
        redis_settings=RedisSettings.from_dsn(settings.redis_url),
        queue_name=QUEUE,
        on_startup=open_up,
        on_shutdown=shut_down,
        handle_signals=handle_signals,
        keep_result=0,
        poll_delay=0.2,
        max_jobs=8,
        job_timeout=300,
    )


def _told_to_arq(name: str, seconds: frozenset[int], clock: Clock, batch: int) -> CronJob:
    async def tick(ctx: dict[str, Any]) -> None:
        await run_job(ctx["office"], name, ctx["sweeps"][name], clock.now(), batch)

    named: Callable[..., Awaitable[None]] = tick
    return cron(named, name=name, second=set(seconds), run_at_startup=True, unique=True, keep_result=0)
