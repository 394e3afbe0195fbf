"""Dated rows over the official calendar, and the holiday notices they come from (PROCEDURE §3)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TypedDict

from hotline.db import Connection
from hotline.holidays import DayRow
from hotline.store.queries import fetch_all, fetch_required, fetch_value, queries

_q = queries.deadline.holidays


class HolidayNoticeRow(TypedDict):
    """A loaded notice with the version it made of the calendar.

    `settled_at` is None until deadlines begun without the notice were recomputed.
    """

    version: int
    source: str
    published_on: date
    effective_from: date
    loaded_at: datetime
    loaded_by: str
    settled_at: datetime | None


class CalendarDayRow(TypedDict):
    """A dated row: whether offices are open, their hours as [["08:30", "12:00"], …] (None: the usual), why, and the source."""

    day: date
    working: bool
    shifts: list[list[str]] | None
    name: str
    source: str


async def add_holiday_notice(
    conn: Connection, region: int, source: str, published_on: date, effective_from: date, at: datetime, by: str
) -> int:
    """Record a loaded notice and return the version of the calendar."""
    return await fetch_required(
        int,
        _q.add_notice(
            conn, region_id=region, source=source, published_on=published_on, effective_from=effective_from,
            loaded_at=at, loaded_by=by,
        ),
    )  # fmt: skip


async def list_holiday_notices(conn: Connection, region: int) -> list[HolidayNoticeRow]:
    """Every loaded notice, newest first."""
    return await fetch_all(HolidayNoticeRow, _q.notices(conn, region_id=region))


async def unsettled_holiday_notice(conn: Connection, region: int, before: datetime) -> str | None:
    """The source of the newest unsettled notice loaded up to `before`; None when all are settled."""
    return await fetch_value(str, _q.unsettled_notice(conn, region_id=region, before=before))


async def settle_holiday_notices(conn: Connection, region: int, before: datetime, at: datetime) -> None:
    """Mark the notices loaded up to `before` as settled: deadlines begun without them were recomputed."""
    await _q.settle_notices(conn, region_id=region, before=before, at=at)


async def list_calendar_days(conn: Connection, region: int, now: datetime) -> list[DayRow]:
    """The dated rows in force over the State Council's calendar, in order of their days."""
    return [
        day_row_of(row) for row in await fetch_all(CalendarDayRow, _q.calendar_days(conn, region_id=region, now=now))
    ]


async def add_calendar_day(conn: Connection, region: int, row: DayRow, valid_from: datetime) -> None:
    """Add a dated row over the State Council's calendar; of two for one day the later `valid_from` holds."""
    shifts = None if row.shifts is None else [[a.isoformat("minutes"), b.isoformat("minutes")] for a, b in row.shifts]
    await _q.add_calendar_day(
        conn, region_id=region, day=row.day, valid_from=valid_from, working=row.working, shifts=shifts,
        name=row.name, source=row.source,
    )  # fmt: skip


def day_row_of(row: CalendarDayRow) -> DayRow:
    """The calendar's row of a stored one."""
    shifts = row["shifts"]
    hours = None if shifts is None else tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in shifts)
    return DayRow(day=row["day"], working=row["working"], shifts=hours, name=row["name"], source=row["source"])
