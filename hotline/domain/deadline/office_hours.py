"""The working calendar as a value: weekly office hours, dated exceptions, one time zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from hotline.domain.errors import BadCalendar, BadMoment

# Opening and closing in local time; a closing of 00:00 is the end of the day (24:00).
Shift = tuple[time, time]
# A local date, and the begin and end of an open span on it in UTC.
Span = tuple[date, datetime, datetime]

MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)
YEAR_DAYS = 366
SATURDAY = 5
# Well inside the range of datetime, so that counting never overflows.
FIRST_YEAR, LAST_YEAR = 1900, 2900


@dataclass(frozen=True, slots=True)
class DayRule:
    """The rule of one date. `shifts` None means the hours of its weekday, else the calendar's default hours."""

    working: bool
    name: str
    shifts: tuple[Shift, ...] | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekly hours (0 is Monday) with dated exceptions, in one time zone.

    Outside `known_from` ≤ date < `provisional_from` no official notice is published and deadlines are provisional.
    Raises `BadCalendar` for overlapping hours, a working day without hours, or a year without any.
    """

    zone: ZoneInfo
    weekly: Mapping[int, tuple[Shift, ...]] = field(hash=False)
    days: Mapping[date, DayRule] = field(default_factory=dict, hash=False)
    default_shifts: tuple[Shift, ...] = ()
    known_from: date = date.min
    provisional_from: date | None = None
    _dated: dict[date, tuple[Shift, ...]] = field(init=False, repr=False, compare=False)
    # Cache: a list of fifty tickets reads the same days about a thousand times.
    _spans: dict[date, tuple[Span, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weekly", MappingProxyType(dict(self.weekly)))
        object.__setattr__(self, "days", MappingProxyType(dict(self.days)))
        for shifts in (self.default_shifts, *self.weekly.values()):
            _check_shifts(shifts)
        if not any(self.weekly.values()):
            raise BadCalendar(reason="每周没有任何办公时间")
        object.__setattr__(self, "_dated", {day: self._hours(day, rule) for day, rule in self.days.items()})
        self._check_open_each_year()

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        """Return the office hours of a local date; empty on a day off."""
        dated = self._dated.get(day)
        return self.weekly.get(day.weekday(), ()) if dated is None else dated

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return the open spans of a local date, in order, in UTC."""
        known = self._spans.get(day)
        if known is None:
            shifts = self.shifts_on(day)
            known = tuple((day, self._instant(day, shift[0]), self._shift_end(day, shift)) for shift in shifts)
            self._spans[day] = known
        return known

    def opening(self, day: date) -> datetime:
        """Return the first opening of a working day (UTC)."""
        return self._instant(day, self.shifts_on(day)[0][0])

    def closing(self, day: date) -> datetime:
        """Return the last closing of a working day (UTC)."""
        return self._shift_end(day, self.shifts_on(day)[-1])

    def midnight(self, day: date) -> datetime:
        """Return the start of a local date (UTC)."""
        return self._instant(day, MIDNIGHT)

    def local(self, at: datetime) -> datetime:
        """Convert `at` to local time. Raises ValueError, BadMoment as `require_moment`."""
        return require_moment(at).astimezone(self.zone)

    def is_provisional(self, day: date) -> bool:
        """Return whether no official notice is published for this date."""
        return day < self.known_from or (self.provisional_from is not None and day >= self.provisional_from)

    def name_of(self, day: date) -> str:
        """Return the Chinese name of a local date: 国庆节, 调休上班, 周末, 工作日 …"""
        rule = self.days.get(day)
        if rule is not None:
            return rule.name
        if self.shifts_on(day):
            return "工作日"
        return "周末" if day.weekday() >= SATURDAY else "休息日"

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def _shift_end(self, day: date, shift: Shift) -> datetime:
        return self._instant(day + ONE_DAY if shift[1] == MIDNIGHT else day, shift[1])

    def _hours(self, day: date, rule: DayRule) -> tuple[Shift, ...]:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise BadCalendar(reason=f"{day}不在{FIRST_YEAR}年到{LAST_YEAR}年之间")
        if not rule.working:
            if rule.shifts:
                raise BadCalendar(reason=f"{day}标为休息，却写了办公时间")
            return ()
        shifts = rule.shifts
        if shifts is None:
            shifts = self.weekly.get(day.weekday()) or self.default_shifts
        if not shifts:
            raise BadCalendar(reason=f"{day}标为上班，却没有办公时间")
        _check_shifts(shifts)
        return shifts

    def _check_open_each_year(self) -> None:
        for day, shifts in self._dated.items():
            if not shifts and not any(self.shifts_on(day + timedelta(n)) for n in range(1, YEAR_DAYS + 1)):
                raise BadCalendar(reason=f"{day}之后一年内没有任何办公时间")


def require_moment(at: datetime) -> datetime:
    """Return `at` unchanged. Raises ValueError without a time zone, BadMoment outside 1900 to 2900."""
    if at.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {at}")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise BadMoment
    return at


def _check_shifts(shifts: Sequence[Shift]) -> None:
    previous: time | None = None
    for opening, closing in shifts:
        overlaps = previous is not None and (previous == MIDNIGHT or opening < previous)
        if overlaps or (closing != MIDNIGHT and closing <= opening):
            raise BadCalendar(reason=f"办公时间{opening:%H:%M}–{closing:%H:%M}颠倒或者重叠")
        previous = closing
