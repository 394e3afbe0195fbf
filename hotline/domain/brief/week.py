"""The week a brief speaks of: Monday 00:00 to Sunday 24:00 by the local clock (PROCEDURE §7)."""

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
    """A week by its local Monday; moments are in UTC, `until` is the first moment after it."""

    monday: date
    zone: ZoneInfo

    @property
    def begin(self) -> datetime:
        """Monday 00:00 local time."""
        return _instant(self.monday, time(0), self.zone)

    @property
    def until(self) -> datetime:
        """Sunday 24:00 local time: no longer in the week."""
        return _instant(self.monday + SEVEN_DAYS, time(0), self.zone)

    @property
    def due(self) -> datetime:
        """Monday 07:00 after the week: the brief may be compiled from then on."""
        return _instant(self.monday + SEVEN_DAYS, COMPILED_FROM, self.zone)

    @property
    def year(self) -> int:
        """The year its brief is numbered in: that of the Monday it is compiled on."""
        return (self.monday + SEVEN_DAYS).year

    @property
    def sunday(self) -> date:
        """The last day."""
        return self.monday + timedelta(days=6)

    @property
    def days(self) -> tuple[date, ...]:
        """The seven local dates."""
        return tuple(self.monday + timedelta(days=n) for n in range(7))

    @property
    def before(self) -> Week:
        """The week before."""
        return Week(self.monday - SEVEN_DAYS, self.zone)

    @property
    def year_before(self) -> Week:
        """The same week last year: 52 weeks earlier, so that Monday compares with Monday."""
        return Week(self.monday - A_YEAR, self.zone)

    def day_of(self, moment: datetime) -> date:
        """The local date of a moment."""
        return moment.astimezone(self.zone).date()


def week_of(moment: datetime, zone: ZoneInfo) -> Week:
    """The week a moment lies in by the local clock."""
    day = moment.astimezone(zone).date()
    return Week(day - timedelta(days=day.weekday()), zone)


def due_weeks(first: datetime, done: Collection[date], now: datetime, zone: ZoneInfo) -> list[Week]:
    """Weeks whose brief is due and not yet `done` (their Mondays), oldest first, from the week of the first ticket."""
    found, week = [], week_of(first, zone)
    while week.due <= now:
        if week.monday not in done:
            found.append(week)
        week = Week(week.monday + SEVEN_DAYS, zone)
    return found


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
