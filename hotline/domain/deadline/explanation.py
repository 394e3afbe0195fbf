"""Compute a limit and explain how it was counted, for the command line and every page (PROCEDURE §3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hotline.domain.deadline.working_time import (
    Calendar,
    Due,
    Explanation,
    Pause,
    add_natural_time,
    add_working_days,
    add_working_time,
    explain_natural_time,
    explain_working_days,
    explain_working_time,
)
from hotline.domain.errors import BadPolicy
from hotline.domain.policy.limits import Limit

COUNTED, SKIPPED, PAUSED = "计入", "不计", "暂停"
_MINUTES = {"m": 1, "h": 60, "d": 24 * 60}
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class ExplanationLine:
    """A line of an explanation: kind (COUNTED, SKIPPED or PAUSED), local day it begins on, reason, and hours."""

    kind: str
    day: date
    why: str
    hours: str = ""

    @property
    def day_text(self) -> str:
        """The day with its weekday, such as 2026-02-14 周六."""
        return f"{self.day} 周{_WEEKDAYS[self.day.weekday()]}"


def compute_due(calendar: Calendar, limit: Limit, start: datetime, pauses: Sequence[Pause] = ()) -> Due:
    """Return the end of a limit: natural time, office hours, or working days from the next day on; pauses extend it."""
    if limit.natural:
        return add_natural_time(start, span_of(limit), pauses)
    if limit.unit == "d":
        return add_working_days(calendar, start, limit.amount, pauses)
    return add_working_time(calendar, start, span_of(limit), pauses)


def explain(calendar: Calendar, limit: Limit, start: datetime, pauses: Sequence[Pause] = ()) -> Explanation:
    """Return how `compute_due` counted the limit."""
    if limit.natural:
        return explain_natural_time(calendar, start, span_of(limit), pauses)
    if limit.unit == "d":
        return explain_working_days(calendar, start, limit.amount, pauses)
    return explain_working_time(calendar, start, span_of(limit), pauses)


def span_of(limit: Limit) -> timedelta:
    """Return the length of a limit in hours, minutes or natural days."""
    return timedelta(minutes=limit.amount * _MINUTES[limit.unit])


def parts_of(limit_text: str) -> tuple[Limit, ...]:
    """Parse a stored limit with its extensions ('5d+5d'); empty for one that ends on a fixed date."""
    try:
        return tuple(Limit.parse(part) for part in limit_text.split("+"))
    except BadPolicy:
        return ()


def end_of(calendar: Calendar, limit_text: str, start: datetime, pauses: Sequence[Pause] = ()) -> Due | None:
    """Return the end of a stored limit with its extensions; None for one that ends on a fixed date."""
    due, provisional = None, False
    for limit in parts_of(limit_text):
        due = compute_due(calendar, limit, start, pauses)
        start, provisional = due.at, provisional or due.provisional
    return None if due is None else Due(due.at, provisional)


def explain_all(
    calendar: Calendar, limit_text: str, start: datetime, pauses: Sequence[Pause] = ()
) -> tuple[Explanation, ...]:
    """Return how `end_of` counted: one explanation for the limit and one for each extension."""
    accounts: list[Explanation] = []
    for limit in parts_of(limit_text):
        accounts.append(explain(calendar, limit, start, pauses))
        start = accounts[-1].due.at
    return tuple(accounts)


def how_counted(limit: Limit) -> str:
    """Describe in Chinese how a limit is counted."""
    if limit.natural:
        return "按自然时间连续计算"
    return "次日起按工作日计算" if limit.unit == "d" else "按办公时间计算"


def compose_lines(
    calendar: Calendar, limit_text: str, start: datetime, pauses: Sequence[Pause] = ()
) -> tuple[ExplanationLine, ...]:
    """Return every counted stretch, skipped day and pause in order of time, each with its reason."""
    lines: list[ExplanationLine] = []
    begin = start
    for limit in parts_of(limit_text):
        account = explain(calendar, limit, begin, pauses)
        lines += _natural(calendar, account) if limit.natural else _working(calendar, account)
        begin = account.due.at
    paused = [_pause_line(calendar, pause) for pause in pauses if pause[0] < begin]
    return tuple(sorted((*lines, *paused), key=lambda line: line.day))


def _natural(calendar: Calendar, account: Explanation) -> list[ExplanationLine]:
    return [
        ExplanationLine(COUNTED, piece.day, "自然时间", _stretch(calendar, piece.begin, piece.end))
        for piece in account.counted
    ]


def _working(calendar: Calendar, account: Explanation) -> list[ExplanationLine]:
    hours: dict[date, list[str]] = {}
    for piece in account.counted:
        for _, opened, closed in calendar.spans_on(piece.day):
            if max(opened, piece.begin) < min(closed, piece.end):
                span = _stretch(calendar, max(opened, piece.begin), min(closed, piece.end))
                hours.setdefault(piece.day, []).append(span)
    names = {piece.day: piece.name for piece in account.counted}
    counted = [ExplanationLine(COUNTED, day, names[day], "、".join(spans)) for day, spans in hours.items()]
    return counted + [ExplanationLine(SKIPPED, skipped.day, skipped.name) for skipped in account.skipped]


def _pause_line(calendar: Calendar, pause: Pause) -> ExplanationLine:
    return ExplanationLine(PAUSED, calendar.local(pause[0]).date(), "暂停计时", _stretch(calendar, *pause))


def _stretch(calendar: Calendar, begin: datetime, end: datetime) -> str:
    first, last = calendar.local(begin), calendar.local(end)
    same_day = first.date() == last.date()
    return f"{_clock(first)}–{_clock(last)}" if same_day else f"{_clock(first)}–{last:%m-%d} {_clock(last)}"


def _clock(local: datetime) -> str:
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
