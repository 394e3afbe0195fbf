"""The schedule: every job, what it does, and when.

Each job is a sweep: it asks the database what is due and does it, so a missed or doubled tick changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from hotline.actions.messaging.delivery import Send
from hotline.actions.region.context import RegionContext
from hotline.actions.region.heartbeats import beat
from workers.access_log import looks_due
from workers.brief import brief_due
from workers.calendar import calendar_due
from workers.callback import callback_due
from workers.delivery import delivery_due
from workers.dispatch import dispatch_due
from workers.retention import retention_due
from workers.supervision import supervision_due

Sweep = Callable[[RegionContext, datetime, int], Awaitable[int]]
_log = structlog.get_logger()


_EVERY_5, _EVERY_15 = frozenset(range(0, 60, 5)), frozenset(range(0, 60, 15))

# The seconds of every minute at which each job runs; jobs that people wait for run most often.
TIMES: Mapping[str, frozenset[int]] = {
    "dispatch": _EVERY_5,
    "delivery": _EVERY_5,
    "supervision": _EVERY_15,
    "callback": _EVERY_15,
    "brief": frozenset({30}),
    "calendar": frozenset({45}),
    "looks": frozenset({20, 50}),
    "retention": frozenset({10}),
}


def sweeps(send: Send, files_dir: Path | None = None) -> Mapping[str, Sweep]:
    """Return the function of each job; `send` sends messages, `files_dir` is the folder of uploaded files."""
    return {
        "dispatch": dispatch_due,
        "supervision": supervision_due,
        "callback": callback_due,
        "delivery": partial(_deliver, send),
        "brief": brief_due,
        "calendar": calendar_due,
        "looks": looks_due,
        "retention": partial(_let_go, files_dir),
    }


async def _deliver(send: Send, context: RegionContext, now: datetime, batch: int) -> int:
    return await delivery_due(context, send, now, batch)


async def _let_go(files_dir: Path | None, context: RegionContext, now: datetime, batch: int) -> int:
    return await retention_due(context, files_dir, now, batch)


async def run_job(context: RegionContext, name: str, sweep: Sweep, now: datetime, batch: int) -> int:
    """Run one tick of a job: sweep until nothing is left, record its heartbeat, and log one line if it did anything."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(job=name)
    await context.refresh(now)
    handled = failed = 0
    try:
        while swept := await sweep(context, now, batch):
            handled += swept
            if swept < batch:
                break
    except Exception:
        failed = 1
        _log.exception("job_failed")
    await beat(context, name, now, handled, failed)
    if handled:
        _log.info("job", handled=handled)
    return handled
