"""The week a brief covers: Monday 00:00 to Sunday 24:00 local time (PROCEDURE §7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SEVEN_DAYS = timedelta(days=7)
A_YEAR = timedelta(days=364)
COMPILED_FROM = time(7)


@dataclass(frozen=True, slots=True)
class Week:
    """A week by its local Monday; moments are in UTC."""

    monday: date
    zone: ZoneInfo

    @property
    def begin(self) -> datetime:
        """Monday 00:00 local time, in UTC."""
        return _instant(self.monday, time(0), self.zone)

    @property
    def until(self) -> datetime:
        """Sunday 24:00 local time, in UTC; exclusive."""
        return _instant(self.monday + SEVEN_DAYS, time(0), self.zone)

    @property
    def due(self) -> datetime:
        """The Monday after the week, 07:00 local time, in UTC: the earliest moment to compile the brief."""
        return _instant(self.monday + SEVEN_DAYS, COMPILED_FROM, self.zone)

    @property
    def year(self) -> int:
        """The year in which the brief is numbered: that of the Monday it is compiled on."""
        return (self.monday + SEVEN_DAYS).year

    @property
    def sunday(self) -> date:
        """The last day of the week."""
        return self.monday + timedelta(days=6)

    @property
    def days(self) -> tuple[date, ...]:
        """The seven local dates."""
        return tuple(self.monday + timedelta(days=n) for n in range(7))

    @property
    def before(self) -> Week:
        """The previous week."""
        return Week(self.monday - SEVEN_DAYS, self.zone)

    @property
    def year_before(self) -> Week:
        """The week 52 weeks earlier, so that Monday compares with Monday."""
        return Week(self.monday - A_YEAR, self.zone)

    def day_of(self, moment: datetime) -> date:
        """Return the local date of a moment."""
        return moment.astimezone(self.zone).date()


def week_of(moment: datetime, zone: ZoneInfo) -> Week:
    """Return the week that contains the moment, in local time."""
    day = moment.astimezone(zone).date()
    return Week(day - timedelta(days=day.weekday()), zone)


def due_weeks(first: datetime, done: Collection[date], now: datetime, zone: ZoneInfo) -> list[Week]:
    """Return weeks whose brief is due and whose Monday is not in `done`, oldest first, from the week of `first` on."""
    found, week = [], week_of(first, zone)
    while week.due <= now:
        if week.monday not in done:
            found.append(week)
        week = Week(week.monday + SEVEN_DAYS, zone)
    return found


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
