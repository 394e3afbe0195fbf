"""Heartbeats of the jobs, by which a stopped worker is noticed."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.region.context import RegionContext
from hotline.domain.messaging.alarms import AlarmKind
from hotline.domain.tickets.ticket import SYSTEM
from hotline.store.messaging import alarms
from hotline.store.region import heartbeats
from hotline.store.region.heartbeats import HeartbeatRow as HeartbeatRow

STOPPED = AlarmKind.TIMETABLE_STOPPED


async def beat(context: RegionContext, job: str, now: datetime, handled: int, failed: int) -> None:
    """Record that a job ran at `now`: rows handled, and `failed` 1 if it failed, else 0."""
    async with context.writing(SYSTEM) as conn:
        await heartbeats.beat(conn, context.region, job, now, handled, failed)


async def list_beats(context: RegionContext) -> dict[str, datetime]:
    """Return when each job last ran, by its name."""
    async with context.reading(SYSTEM) as conn:
        return {row["job"]: row["beat_at"] for row in await heartbeats.list_heartbeats(conn, context.region)}


async def notify_stop(context: RegionContext, jobs: list[str], since: datetime, now: datetime) -> None:
    """Raise an alarm that these jobs have stopped: one for each stop (`since`), whichever process notices it first."""
    async with context.writing(SYSTEM) as conn:
        about, details = since.isoformat(), {"jobs": jobs, "since": since.isoformat()}
        await alarms.raise_alarm(conn, context.region, STOPPED, about, None, details, now)


async def settle_stop(context: RegionContext, now: datetime) -> None:
    """Settle the alarm of stopped jobs, as they run again."""
    async with context.writing(SYSTEM) as conn:
        await alarms.settle_alarms_of_kind(conn, context.region, STOPPED, now)


async def list_heartbeats(context: RegionContext) -> list[HeartbeatRow]:
    """List the heartbeats of all jobs for the page of the administrator."""
    async with context.reading() as conn:
        return await heartbeats.list_heartbeats(conn, context.region)
