"""The jobs' heartbeats, so that a stopped timetable is noticed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.actions.region.context import Office
from hotline.domain.tickets.ticket import SYSTEM
from hotline.store.messaging import alarms
from hotline.store.region import heartbeats

Row = Mapping[str, Any]

STOPPED = "timetable_stopped"


async def beat(office: Office, job: str, now: datetime, handled: int, failed: int) -> None:
    """A job ran just now, handled so many rows, and failed or not."""
    async with office.writing(SYSTEM) as conn:
        await heartbeats.beat(conn, office.region, job, now, handled, failed)


async def list_beats(office: Office) -> dict[str, datetime]:
    """When each job last ran."""
    async with office.reading(SYSTEM) as conn:
        return {row["job"]: row["beat_at"] for row in await heartbeats.list_heartbeats(conn, office.region)}


async def tell_stop(office: Office, jobs: list[str], since: datetime, now: datetime) -> None:
    """An alarm for a timetable, or jobs of it, that stopped: one for each stop, whoever sees it first."""
    async with office.writing(SYSTEM) as conn:
        about, details = since.isoformat(), {"jobs": jobs, "since": since.isoformat()}
        await alarms.raise_alarm(conn, office.region, STOPPED, about, None, details, now)


async def settle_stop(office: Office, now: datetime) -> None:
    """It runs again: nobody needs to look any more."""
    async with office.writing(SYSTEM) as conn:
        await alarms.settle_alarms_of_kind(conn, office.region, STOPPED, now)


async def list_heartbeats(office: Office) -> list[Row]:
    """When each job of the timetable last ran."""
    async with office.reading() as conn:
        return await heartbeats.list_heartbeats(conn, office.region)
