"""Dated rows over the official calendar, and the holiday notices they come from. Rows in and out (PROCEDURE §3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from hotline.holidays import DayRow
from hotline.store.queries import queries

_q = queries.deadline.holidays


async def add_holiday_notice(
    conn: Any, region: int, source: str, published_on: date, effective_from: date, at: datetime, by: str
) -> int:
    """A notice of days off is loaded; gives back the version of the calendar."""
    version: int = await _q.add_notice(
        conn, region_id=region, source=source, published_on=published_on, effective_from=effective_from,
        loaded_at=at, loaded_by=by,
    )  # fmt: skip
    return version


async def list_holiday_notices(conn: Any, region: int) -> list[Mapping[str, Any]]:
    """Every notice that was loaded, newest first."""
    return [row async for row in _q.notices(conn, region_id=region)]


async def unsettled_holiday_notice(conn: Any, region: int, before: datetime) -> str | None:
    """The source of the newest notice loaded before then whose late clocks were not looked through yet."""
    source: str | None = await _q.unsettled_notice(conn, region_id=region, before=before)
    return source


async def settle_holiday_notices(conn: Any, region: int, before: datetime, at: datetime) -> None:
    """The clocks begun without these notices were looked through."""
    await _q.settle_notices(conn, region_id=region, before=before, at=at)


async def list_calendar_days(conn: Any, region: int, now: datetime) -> list[DayRow]:
    """The dated rows in force over the State Council's calendar."""
    return [day_row_of(row) async for row in _q.calendar_days(conn, region_id=region, now=now)]


async def add_calendar_day(conn: Any, region: int, row: DayRow, valid_from: datetime) -> None:
    """A dated row over the State Council's calendar; of two for one day the later `valid_from` holds."""
    shifts = None if row.shifts is None else [[a.isoformat("minutes"), b.isoformat("minutes")] for a, b in row.shifts]
    await _q.add_calendar_day(
        conn, region_id=region, day=row.day, valid_from=valid_from, working=row.working, shifts=shifts,
        name=row.name, source=row.source,
    )  # fmt: skip


def day_row_of(row: Mapping[str, Any]) -> DayRow:
    """A row of `calendar_day` as the almanac takes it."""
    shifts = row["shifts"]
    hours = None if shifts is None else tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in shifts)
    return DayRow(day=row["day"], working=row["working"], shifts=hours, name=row["name"], source=row["source"])
