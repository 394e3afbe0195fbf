"""The county's calendar: the State Council's holidays and make-up workdays, overridden by the county's dated rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from chinese_calendar import constants

from hotline.domain.deadline.working_time import Calendar, DayRule, Shift

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE_HOURS: tuple[Shift, ...] = ((time(8, 30), time(12)), (time(14), time(17, 30)))
MAKE_UP_DAY = "调休上班"
MONDAY_TO_FRIDAY = range(5)

_HOLIDAY_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}
# Weekdays of New Year's Day for which notices have included days of December (2006, 2007, 2011, 2018), at the
# earliest the 29th.
_REACHES_BACK = frozenset({0, 1, 6})


@dataclass(frozen=True, slots=True)
class DayRow:
    """A dated row of the county: a day of a notice, a local day off or a half day. `source` names the notice."""

    day: date
    working: bool
    name: str
    source: str
    shifts: tuple[Shift, ...] | None = None


def china_calendar(rows: Iterable[DayRow] = (), shifts: tuple[Shift, ...] = OFFICE_HOURS) -> Calendar:
    """Return the working calendar of a county (PROCEDURE §3); a later row overrides an earlier one of the same day.

    Deadlines are provisional from the first year without a notice. A year beyond the built-in ones counts as published
    once rows of one source name both its New Year's Day and its National Day as days off. Raises BadCalendar.
    """
    return _calendar(tuple(rows), shifts)


@lru_cache(maxsize=32)
def _calendar(rows: tuple[DayRow, ...], shifts: tuple[Shift, ...]) -> Calendar:
    own = {row.day: DayRule(row.working, row.name, row.shifts, row.source) for row in rows}
    return Calendar(
        zone=ZONE,
        weekly=dict.fromkeys(MONDAY_TO_FRIDAY, shifts),
        days={**_notices(), **own},
        default_shifts=shifts,
        known_from=date(min(constants.holidays).year, 1, 1),
        provisional_from=_first_unknown_day(rows),
    )


@cache
def _notices() -> dict[date, DayRule]:
    """Return every day off and make-up workday of the built-in notices."""
    off = {day: DayRule(False, _holiday_name(key), None, _source(day)) for day, key in constants.holidays.items()}
    on = {day: DayRule(True, MAKE_UP_DAY, None, _source(day)) for day in constants.workdays}
    return {**off, **on}


def _holiday_name(key: str) -> str:
    name = str(constants.Holiday(key).chinese)
    return _HOLIDAY_NAMES.get(name, name)


def _source(day: date) -> str:
    # Days in December belong to the notice of the next year.
    return f"国务院办公厅{day.year + (day.month == 12)}年节假日安排"


def _first_unknown_day(rows: tuple[DayRow, ...]) -> date:
    published = _published_years(rows)
    year = max(constants.holidays).year + 1
    while year in published:
        year += 1
    new_year = date(year, 1, 1)
    return date(year - 1, 12, 29) if new_year.weekday() in _REACHES_BACK else new_year


def _published_years(rows: tuple[DayRow, ...]) -> set[int]:
    off = {(row.day, row.source) for row in rows if not row.working}
    return {
        day.year for day, source in off if (day.month, day.day) == (1, 1) and (date(day.year, 10, 1), source) in off
    }
