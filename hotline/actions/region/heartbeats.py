"""The jobs' heartbeats, so that a stopped timetable is noticed."""

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
    """A job ran just now, handled so many rows, and failed or not."""
    async with context.writing(SYSTEM) as conn:
        await heartbeats.beat(conn, context.region, job, now, handled, failed)


async def list_beats(context: RegionContext) -> dict[str, datetime]:
    """When each job last ran."""
    async with context.reading(SYSTEM) as conn:
        return {row["job"]: row["beat_at"] for row in await heartbeats.list_heartbeats(conn, context.region)}


async def notify_stop(context: RegionContext, jobs: list[str], since: datetime, now: datetime) -> None:
    """An alarm for a timetable, or jobs of it, that stopped: one for each stop, whoever sees it first."""
    async with context.writing(SYSTEM) as conn:
        about, details = since.isoformat(), {"jobs": jobs, "since": since.isoformat()}
        await alarms.raise_alarm(conn, context.region, STOPPED, about, None, details, now)


async def settle_stop(context: RegionContext, now: datetime) -> None:
    """It runs again: nobody needs to look any more."""
    async with context.writing(SYSTEM) as conn:
        await alarms.settle_alarms_of_kind(conn, context.region, STOPPED, now)


async def list_heartbeats(context: RegionContext) -> list[HeartbeatRow]:
    """When each job of the timetable last ran."""
    async with context.reading() as conn:
        return await heartbeats.list_heartbeats(conn, context.region)
