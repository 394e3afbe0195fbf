"""A calendar of its own for the reference: local wall time, two shifts, the days of 2026 the notices moved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

OFF = {date(2026, 9, 25), *(date(2026, 10, n) for n in (1, 2, 5, 6, 7)), date(2027, 1, 1)}
MAKE_UP = {date(2026, 9, 20), date(2026, 10, 10)}
HOURS = ((time(8, 30), time(12)), (time(14), time(17, 30)))
NOTICES = (time(8, 30), time(18))
DAY = timedelta(days=1)


def works(day: date) -> bool:
    """Whether offices are open."""
    return day in MAKE_UP or (day.weekday() < 5 and day not in OFF)


def shifts(day: date) -> list[tuple[datetime, datetime]]:
    """The open stretches of a day."""
    return [(datetime.combine(day, a), datetime.combine(day, b)) for a, b in HOURS] if works(day) else []


def nth(day: date, n: int) -> date:
    """The n-th working day after (negative: before) this one."""
    step = DAY if n > 0 else -DAY
    while n:
        day += step
        if works(day):
            n += -1 if step > timedelta() else 1
    return day


def add_days(at: datetime, n: int) -> datetime:
    """The close of the n-th working day from the next day on."""
    return datetime.combine(nth(at.date(), n), HOURS[1][1])


def days_before(at: datetime, n: int) -> datetime:
    """The same time n working days earlier, inside that day's hours."""
    day = nth(at.date(), -n)
    wanted = datetime.combine(day, at.time())
    return min(max(wanted, datetime.combine(day, HOURS[0][0])), datetime.combine(day, HOURS[1][1]))


Pauses = Sequence[tuple[datetime, datetime]]


def _less(begin: datetime, end: datetime, pauses: Pauses) -> list[tuple[datetime, datetime]]:
    """What pauses leave of a stretch."""
    left = [(begin, end)]
    for stopped, resumed in pauses:
        left = [
            piece
            for a, b in left
            for piece in ((a, min(b, max(stopped, a))), (max(a, min(resumed, b)), b))
            if piece[0] < piece[1] and not stopped <= piece[0] < resumed
        ]
    return left


def add_hours(at: datetime, span: timedelta, pauses: Pauses = ()) -> datetime:
    """When so much office time has passed outside the pauses."""
    day = at.date()
    while True:
        for opened, closed in shifts(day):
            for begin, end in _less(max(opened, at), max(closed, at), pauses):
                if end - begin >= span:
                    return begin + span
                span -= end - begin
        day += DAY


def hours_before(at: datetime, span: timedelta) -> datetime:
    """The latest moment from which so much office time passes."""
    day = at.date()
    while True:
        for begin, end in reversed(shifts(day)):
            end = min(end, at)
            if begin < end:
                if end - begin >= span:
                    return end - span
                span -= end - begin
        day -= DAY


def hours_between(begin: datetime, end: datetime) -> timedelta:
    """Office time from one moment to a later one."""
    total, day = timedelta(), begin.date()
    while day <= end.date():
        for opened, closed in shifts(day):
            total += max(min(closed, end) - max(opened, begin), timedelta())
        day += DAY
    return total


def next_open(at: datetime) -> datetime:
    """This moment if an office is open, else the next opening."""
    day = at.date()
    while True:
        for begin, end in shifts(day):
            if at < end:
                return max(begin, at)
        day += DAY


def notices_go(at: datetime) -> bool:
    """Whether a notice that is not urgent may leave now."""
    return works(at.date()) and NOTICES[0] <= at.time() < NOTICES[1]


def notice_from(at: datetime) -> datetime:
    """The first moment it may."""
    if notices_go(at):
        return at
    day = at.date() if works(at.date()) and at.time() < NOTICES[0] else nth(at.date(), 1)
    return datetime.combine(day, NOTICES[0])


def limit(text: str, at: datetime, pauses: Pauses = ()) -> datetime:
    """The end of a limit such as '5d', '2h', '15m natural', '5d+5d' around its pauses."""
    for part in text.split("+"):
        at = _one_limit(part, at, pauses)
    return at


def _one_limit(text: str, at: datetime, pauses: Pauses) -> datetime:
    amount, unit = int(text.split()[0][:-1]), text.split()[0][-1]
    if unit == "d" and not text.endswith("natural"):
        due, midnight = add_days(at, amount), datetime.combine(at.date() + DAY, time())
        return add_hours(midnight, hours_between(midnight, due), pauses) if pauses else due
    span = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": DAY}[unit] * amount
    if not text.endswith("natural"):
        return add_hours(at, span, pauses)
    for begin, end in _less(at, at + 9999 * DAY, pauses):
        if end - begin >= span:
            return begin + span
        span -= end - begin
    raise AssertionError
