"""Composition root of the worker: settings, pool, and the schedule as arq cron jobs. All use of arq is here."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from arq import Worker, cron
from arq.connections import RedisSettings
from arq.cron import CronJob

from channels.registry import open_send
from hotline.actions.region.context import open_region
from hotline.clock import Clock, RealClock
from hotline.config import Settings
from workers.timetable import TIMES, run_job, sweeps

QUEUE = "hotline:timetable"
POOL_SIZE = 4


def build_worker(
    settings: Settings,
    clock: Clock | None = None,
    *,
    times: Mapping[str, frozenset[int]] = TIMES,
    handle_signals: bool = True,
) -> Worker:
    """Return the arq worker with every job of the schedule. The queue holds only ticks: losing it loses nothing.

    Without `clock` it uses real time and refuses a rehearsal database. A rehearsal's clock runs faster and may need
    more frequent ticks: `times`.
    """
    real = clock is None
    ticking = clock or RealClock()

    async def open_up(ctx: dict[str, Any]) -> None:
        ctx["stack"] = stack = AsyncExitStack()
        context = open_region(settings, ticking.now(), real=real, pool_size=POOL_SIZE)
        ctx["office"] = await stack.enter_async_context(context)
        ctx["sweeps"] = sweeps(await stack.enter_async_context(open_send(settings)), settings.files_dir)

    async def shut_down(ctx: dict[str, Any]) -> None:
        await ctx["stack"].aclose()

    return Worker(
        cron_jobs=[_told_to_arq(name, seconds, ticking, settings.sweep_batch) for name, seconds in times.items()],
        redis_settings=RedisSettings.from_dsn(settings.redis_url),
        queue_name=QUEUE,
        on_startup=open_up,
        on_shutdown=shut_down,
        handle_signals=handle_signals,
        keep_result=0,
        poll_delay=0.2,
        max_jobs=8,
        job_timeout=300,
        # Seconds for messages being sent: if interrupted, nobody knows whether they arrived.
        job_completion_wait=20,
    )


def _told_to_arq(name: str, seconds: frozenset[int], clock: Clock, batch: int) -> CronJob:
    async def tick(ctx: dict[Any, Any], *_args: Any, **_kwargs: Any) -> None:
        await run_job(ctx["office"], name, ctx["sweeps"][name], clock.now(), batch)

    return cron(tick, name=name, second=set(seconds), run_at_startup=True, unique=True, keep_result=0)
