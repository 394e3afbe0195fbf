"""Is the timetable running: the doors look each minute, and raise an alarm within ten minutes after it stopped."""

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
# A silence is believed at the second look that finds it, a minute later: a clock that jumps makes every beat look old.
SILENT_AFTER = timedelta(minutes=8)
_log = structlog.get_logger()


class Watch:
    """What one web process remembers between its looks."""

    def __init__(self, jobs: Collection[str]) -> None:
        self._jobs = jobs
        self._suspected: dict[str, datetime] = {}
        self._told: set[tuple[str, datetime]] = set()
        self._begun: datetime | None = None

    async def look(self, context: RegionContext, now: datetime) -> None:
        """One look: an alarm once for each stop, settled by itself when every job beats again."""
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
    """Look each minute for as long as the doors are open."""
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
