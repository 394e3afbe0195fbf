"""A limit in words, its due time, and how it was counted day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from channels.ui.time_format import WEEKDAYS, DueView, day_said, due_view
from hotline.domain.deadline.explanation import ExplanationLine, compose_lines, end_of, how_counted, parts_of
from hotline.domain.deadline.working_time import Calendar, Pause
from hotline.holidays import ZONE


class CountedLimit(TypedDict):
    """What a limit is counted from: its start, its due time, its words (such as 5d) and its stored pauses."""

    started_at: datetime
    due_at: datetime
    limit_text: str
    pauses: list[list[str | None]]


class ExplainedLimit(CountedLimit):
    """A limit and whether it was counted over days whose notice is not published."""

    provisional: bool


@dataclass(frozen=True, slots=True)
class ExplanationView:
    """How a limit came about: one sentence, then line by line (kind, day with its reason, hours)."""

    sentence: str
    lines: tuple[tuple[str, str, str], ...]
    note: str


def is_natural(limit_text: str) -> bool:
    """Whether a stored limit runs in natural time."""
    return limit_text.endswith("natural")


def limit_words(limit_text: str) -> str:
    """A stored limit as a clerk says it: 5个工作日，延期5个工作日."""
    return "，延期".join(limit.in_words for limit in parts_of(limit_text))


def clock_due(clock: CountedLimit, now: datetime, calendar: Calendar) -> DueView:
    """The due time of a clock, in its own kind of time."""
    return due_view(clock["due_at"], now, calendar, natural=is_natural(clock["limit_text"]))


def past_pauses(clock: CountedLimit) -> tuple[Pause, ...]:
    """The pauses of a clock that are over."""
    return tuple(
        (datetime.fromisoformat(begin), datetime.fromisoformat(until))
        for begin, until in clock["pauses"]
        if begin and until
    )


def explanation_view(clock: ExplainedLimit, calendar: Calendar) -> ExplanationView:
    """How a clock's limit was counted, day by day (PROCEDURE §3)."""
    limit_text, start, pauses = clock["limit_text"], clock["started_at"], past_pauses(clock)
    begin, end = (f"{day_said(at)} {at.astimezone(ZONE):%H:%M}" for at in (start, clock["due_at"]))
    note = "节假日安排尚未公布，按平常周末推算，公布后重新计算。" if clock["provisional"] else ""
    due, parts = end_of(calendar, limit_text, start, pauses), parts_of(limit_text)
    if due is None or due.at != clock["due_at"]:
        return ExplanationView(f"{begin}起，到{end}止。", (), _why_not(parts) + note)
    lines = tuple(_line(line) for line in compose_lines(calendar, limit_text, start, pauses))
    sentence = f"{begin}起算，{limit_words(limit_text)}，{how_counted(parts[0])}，到{end}止。"
    return ExplanationView(sentence, lines, note)


def _why_not(parts: Sequence[object]) -> str:
    return "期限按当时的日历计算，后来公布的安排不再改变它。" if parts else "期限按指定的日期确定。"


def _line(line: ExplanationLine) -> tuple[str, str, str]:
    name = "" if line.why == "工作日" else f" {line.why}"
    return line.kind, f"{_date_said(line.day)}{name}", line.hours


def _date_said(day: date) -> str:
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"
