"""Working days, office hours and natural time: the three ways to count a limit, exact to the second (PROCEDURE §3).

Moments are aware datetimes; results are in UTC, so that a change of the zone's offset moves nothing. Every function
raises ValueError for a naive moment, BadSpan for a limit of zero or of more than twenty years, BadMoment for a moment
outside 1900 to 2900. Decisions: a limit that ends exactly at closing stays there; a start outside hours counts from
the next opening; a shift includes its first second and excludes its closing second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hotline.domain.deadline.office_hours import MIDNIGHT, ONE_DAY, Span, require_moment
from hotline.domain.deadline.office_hours import Calendar as Calendar
from hotline.domain.deadline.office_hours import DayRule as DayRule
from hotline.domain.deadline.office_hours import Shift as Shift
from hotline.domain.errors import BadSpan

# Begin and end; for a pause that still runs, the end is now.
Pause = tuple[datetime, datetime]

NOTHING = timedelta(0)
REACH_DAYS = 20 * 366


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit ends (UTC); provisional if it depends on days without a published notice."""

    at: datetime
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """A counted stretch: local day, begin and end in UTC, name of the day."""

    day: date
    begin: datetime
    end: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A local day that did not count, and its name."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a limit was counted: the counted stretches in order, and the skipped days."""

    due: Due
    counted: tuple[Counted, ...]
    skipped: tuple[Skipped, ...]


def add_working_days(calendar: Calendar, start: datetime, n: int, pauses: Sequence[Pause] = ()) -> Due:
    """Return the close of the n-th working day from the next day on (次日起, PROCEDURE §3).

    Pauses add the office hours they took after the start of that next day; the rest is kept to the second.
    """
    day = _nth_working_day(calendar, calendar.local(start).date(), n, 1)
    due = _due(calendar, start, calendar.closing(day))
    if not pauses:
        return due
    return add_working_time(calendar, *_as_hours(calendar, start, due), pauses)


def add_working_time(calendar: Calendar, start: datetime, span: timedelta, pauses: Sequence[Pause] = ()) -> Due:
    """Return the moment when `span` of office hours outside the pauses has passed since `start`."""
    *_, (_, _, end) = _portions(_open_spans(calendar, start, pauses), span)
    return _due(calendar, start, end)


def add_natural_time(start: datetime, span: timedelta, pauses: Sequence[Pause] = ()) -> Due:
    """Return the moment when `span` of elapsed time outside the pauses has passed since `start`."""
    *_, (_, _, end) = _portions(_natural_spans(start, pauses), span)
    return Due(end)


def explain_working_days(calendar: Calendar, start: datetime, n: int, pauses: Sequence[Pause] = ()) -> Explanation:
    """Explain `add_working_days`: one stretch for each counted day; with pauses, one for each shift."""
    midnight, hours = _as_hours(calendar, start, add_working_days(calendar, start, n))
    account = explain_working_time(calendar, midnight, hours, pauses)
    if pauses:
        return account
    by_day: dict[date, Counted] = {}
    for piece in account.counted:
        begin = by_day.get(piece.day, piece).begin
        by_day[piece.day] = Counted(piece.day, begin, piece.end, piece.name)
    return Explanation(account.due, tuple(by_day.values()), account.skipped)


def explain_working_time(
    calendar: Calendar, start: datetime, span: timedelta, pauses: Sequence[Pause] = ()
) -> Explanation:
    """Explain `add_working_time`: one stretch for each shift, or part of a shift, that counted."""
    spans = list(_portions(_open_spans(calendar, start, pauses), span))
    first, last = calendar.local(start).date(), spans[-1][0]
    passed = (first + timedelta(n) for n in range((last - first).days))
    return Explanation(
        _due(calendar, start, spans[-1][2]),
        tuple(Counted(day, begin, end, calendar.name_of(day)) for day, begin, end in spans),
        tuple(Skipped(day, calendar.name_of(day)) for day in passed if not calendar.shifts_on(day)),
    )


def explain_natural_time(
    calendar: Calendar, start: datetime, span: timedelta, pauses: Sequence[Pause] = ()
) -> Explanation:
    """Explain `add_natural_time`: the stretches between the pauses; no day is skipped."""
    counted = []
    for _, begin, end in _portions(_natural_spans(start, pauses), span):
        day = calendar.local(begin).date()
        counted.append(Counted(day, begin, end, calendar.name_of(day)))
    return Explanation(Due(counted[-1].end), tuple(counted), ())


def subtract_working_days(calendar: Calendar, at: datetime, n: int) -> datetime:
    """Return the same time n working days earlier, moved into that day's office hours if outside them (UTC).

    From the close of a working day this is the close of the n-th working day before it.
    """
    local = calendar.local(at).replace(tzinfo=None)
    day = _day_ending_at(calendar, local)
    earlier = _nth_working_day(calendar, day, n, -1)
    same_time = (local - (day - earlier)).replace(tzinfo=calendar.zone).astimezone(UTC)
    return max(calendar.opening(earlier), min(same_time, calendar.closing(earlier)))


def subtract_working_time(calendar: Calendar, at: datetime, span: timedelta) -> datetime:
    """Return the latest moment from which `span` of office hours pass until `at` (UTC)."""
    if span <= NOTHING:
        raise BadSpan
    for _, begin, end in _open_spans_before(calendar, at):
        if end - begin >= span:
            return end - span
        span -= end - begin
    raise BadSpan


def working_time_between(calendar: Calendar, begin: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> timedelta:
    """Return the office hours from `begin` to `end` outside the pauses; negative if `end` is earlier."""
    if end < begin:
        return -working_time_between(calendar, end, begin, pauses)
    total = NOTHING
    for _, opened, closed in _open_spans(calendar, begin, pauses):
        if opened >= end:
            break
        total += min(closed, end) - opened
    return total


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """Return `at` itself if inside a shift, else the next opening (UTC)."""
    return next(_open_spans(calendar, at))[1]


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Return whether `at` is inside a shift; the closing second is not."""
    return next_open(calendar, at) == at


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Return whether the office opens at all on this local date."""
    return bool(calendar.shifts_on(day))


def day_name(calendar: Calendar, day: date) -> str:
    """Return the Chinese name of a local date: 国庆节, 调休上班, 周末, 工作日 …"""
    return calendar.name_of(day)


def _due(calendar: Calendar, start: datetime, at: datetime) -> Due:
    first, last = calendar.local(start).date(), calendar.local(at).date()
    return Due(at, calendar.is_provisional(first) or calendar.is_provisional(last))


def _as_hours(calendar: Calendar, start: datetime, due: Due) -> tuple[datetime, timedelta]:
    # Return the start of day counting, and the office hours from there to the end.
    midnight = calendar.midnight(calendar.local(start).date() + ONE_DAY)
    return midnight, working_time_between(calendar, midnight, due.at)


def _nth_working_day(calendar: Calendar, day: date, n: int, step: int) -> date:
    if n <= 0:
        raise BadSpan
    for reached in _walk(day + timedelta(step), step):
        if calendar.shifts_on(reached):
            n -= 1
            if n == 0:
                return reached
    raise BadSpan


def _day_ending_at(calendar: Calendar, local: datetime) -> date:
    # 24:00 of a day is stored as 00:00 of the next.
    before = local.date() - ONE_DAY
    if local.time() == MIDNIGHT and any(closing == MIDNIGHT for _, closing in calendar.shifts_on(before)):
        return before
    return local.date()


def _walk(day: date, step: int) -> Iterator[date]:
    stride = timedelta(step)
    for _ in range(REACH_DAYS):
        yield day
        day += stride
    raise BadSpan


def _open_spans(calendar: Calendar, at: datetime, pauses: Sequence[Pause] = ()) -> Iterator[Span]:
    moment = require_moment(at).astimezone(UTC)
    cuts = _in_order(pauses)
    for today in _walk(calendar.local(at).date(), 1):
        for day, begin, end in calendar.spans_on(today):
            if end > moment:
                yield from _outside(cuts, (day, max(begin, moment), end))


def _open_spans_before(calendar: Calendar, at: datetime) -> Iterator[Span]:
    moment = require_moment(at).astimezone(UTC)
    for today in _walk(calendar.local(at).date(), -1):
        for day, begin, end in reversed(calendar.spans_on(today)):
            if begin < min(end, moment):
                yield day, begin, min(end, moment)


def _natural_spans(start: datetime, pauses: Sequence[Pause]) -> Iterator[Span]:
    moment = require_moment(start).astimezone(UTC)
    yield from _outside(_in_order(pauses), (moment.date(), moment, moment + REACH_DAYS * ONE_DAY))
    raise BadSpan


def _in_order(pauses: Iterable[Pause]) -> list[Pause]:
    return sorted((require_moment(begin).astimezone(UTC), require_moment(end).astimezone(UTC)) for begin, end in pauses)


def _outside(cuts: Sequence[Pause], span: Span) -> Iterator[Span]:
    # Yield the parts of a span outside the pauses, which are in order.
    day, begin, end = span
    for paused, resumed in cuts:
        if begin < min(paused, end):
            yield day, begin, min(paused, end)
        begin = max(begin, resumed)
    if begin < end:
        yield day, begin, end


def _portions(spans: Iterable[Span], limit: timedelta) -> Iterator[Span]:
    # Yield the leading spans that add up to the limit.
    if limit <= NOTHING:
        raise BadSpan
    for day, begin, end in spans:
        if end - begin >= limit:
            yield day, begin, begin + limit
            return
        limit -= end - begin
        yield day, begin, end
