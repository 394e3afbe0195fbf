"""The jobs' heartbeats, so that a stopped timetable is noticed."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.office import Office
from hotline.db import transaction
from hotline.store import clocks


async def beat(office: Office, job: str, now: datetime, handled: int, failed: int) -> None:
    """A job ran just now, handled so many rows, and failed or not."""
    async with transaction(office.pool) as conn:
        await clocks.beat(conn, office.region, job, now, handled, failed)
