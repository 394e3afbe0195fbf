"""Watch the scheduler: web processes check its heartbeats each minute and raise an alarm soon after it stops.

`SILENT_AFTER` and the second check together stay within ten minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime, timedelta

import structlog
from aiohttp import web

from channels.web.app_keys import CLOCK, REGION_CONTEXT
from hotline.actions.region.context import RegionContext
from hotline.actions.region.heartbeats import list_beats, notify_stop, settle_stop

JOB_NAMES: Mapping[str, str] = {
    "dispatch": "自动派单",
    "supervision": "催办和督办",
    "callback": "回访",
    "delivery": "消息发送",
    "brief": "编制专报",
    "calendar": "重算期限",
    "looks": "查看记录",
    "retention": "到期删除",
}
EVERY_S = 60.0
# A stop is confirmed by a second check a minute later: a clock that jumps makes every heartbeat look old.
SILENT_AFTER = timedelta(minutes=8)
_log = structlog.get_logger()


class Watch:
    """The state of one web process between two checks."""

    def __init__(self, jobs: Collection[str]) -> None:
        self._jobs = jobs
        self._suspected: dict[str, datetime] = {}
        self._told: set[tuple[str, datetime]] = set()
        self._begun: datetime | None = None

    async def look(self, context: RegionContext, now: datetime) -> None:
        """Check once: raise one alarm for each stop, and settle it when every job has a heartbeat again."""
        self._begun = self._begun or now
        beats = await list_beats(context)
        last = {job: beats.get(job, self._begun) for job in self._jobs}
        silent = {job: at for job, at in last.items() if now - at > SILENT_AFTER}
        sure = {(job, at) for job, at in silent.items() if self._suspected.get(job) == at}
        self._suspected = silent
        if not silent:
            self._told.clear()
            await settle_stop(context, now)
        elif not sure <= self._told:
            self._told |= sure
            await notify_stop(
                context, sorted(JOB_NAMES.get(job, job) for job, _ in sure), min(at for _, at in sure), now
            )


async def watch_timetable(app: web.Application) -> AsyncIterator[None]:
    """Check each minute while the web process runs."""
    task = asyncio.create_task(_watch(app))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _watch(app: web.Application) -> None:
    watch = Watch(tuple(JOB_NAMES))
    while True:
        try:
            await watch.look(app[REGION_CONTEXT], app[CLOCK].now())
        except Exception:
            _log.exception("watch_failed")
        await asyncio.sleep(EVERY_S)
