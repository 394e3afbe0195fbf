"""Clocks as the design pieces take them: how a limit is counted, the five-day window, the ladder of tiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from channels.ui.time_format import DueView, day_said, due_view, said
from hotline.domain.deadline.explanation import (
    ExplanationLine,
    compose_lines,
    end_of,
    explain_all,
    how_counted,
    parts_of,
)
from hotline.domain.deadline.timers import plan_steps
from hotline.domain.deadline.working_time import Calendar, Pause, day_name
from hotline.domain.enums import Reason, Rule, Step
from hotline.domain.policy.limits import Policy
from hotline.domain.supervision.tiers import REASON_NAMES, RULE_NAMES, STEP_NAMES, TIER_NAMES
from hotline.holidays import ZONE

Row = Mapping[str, Any]
WEEKDAYS = "一二三四五六日"
MOST_DAYS = 15
MOST_DAYS_SMALL = 10


@dataclass(frozen=True, slots=True)
class Day:
    """A segment: `fill` from 0 to 1; state past, today, ahead or over."""

    label: str
    date_text: str
    fill: float
    state: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Days without office hours after the segment `after_index`."""

    after_index: int
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a place of the window, in working days from its start; kind reminder, letter or held."""

    at: float
    label: str
    kind: str
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class WindowView:
    """What ui.window takes."""

    days: tuple[Day, ...]
    gaps: tuple[Gap, ...]
    marks: tuple[Mark, ...]
    tier: int
    summary: str


@dataclass(frozen=True, slots=True)
class ExplanationView:
    """How a limit came about: one sentence, then line by line (kind, day with its reason, hours)."""

    sentence: str
    lines: tuple[tuple[str, str, str], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Rung:
    """A tier of ui.ladder."""

    name: str
    state: str
    since_text: str = ""
    reason: str = ""
    due_text: str = ""


@dataclass(frozen=True, slots=True)
class LadderView:
    """What ui.ladder takes."""

    tiers: tuple[Rung, ...]
    summary: str


def is_natural(limit_text: str) -> bool:
    """Whether a stored limit runs in natural time."""
    return limit_text.endswith("natural")


def limit_words(limit_text: str) -> str:
    """A stored limit as a clerk says it: 5个工作日，延期5个工作日."""
    return "，延期".join(limit.in_words for limit in parts_of(limit_text))


def clock_due(clock: Row, now: datetime, calendar: Calendar) -> DueView:
    """The due time of a clock, in its own kind of time."""
    return due_view(clock["due_at"], now, calendar, natural=is_natural(clock["limit_text"] or ""))


class _Hours:
    """The office hours of a limit, day by day, without its pauses."""

    def __init__(
        self, calendar: Calendar, limit_text: str, start: datetime, due_at: datetime, pauses: tuple[Pause, ...]
    ) -> None:
        self.calendar = calendar
        self.spans: dict[date, list[tuple[datetime, datetime]]] = {}
        for piece_day, begin, end in _pieces(calendar, limit_text, start, due_at, pauses):
            for day, opened, closed in calendar.spans_on(piece_day):
                if max(opened, begin) < min(closed, end):
                    self.spans.setdefault(day, []).append((max(opened, begin), min(closed, end)))
        self.days = list(self.spans)
        self.names = {day: (f"周{WEEKDAYS[day.weekday()]}", f"{day.month}月{day.day}日") for day in self.days}
        self.gaps = tuple(self._gaps())

    def share(self, day: date, now: datetime) -> float:
        """How much of a day's hours had passed by `now`, 0 to 1."""
        spans = self.spans[day]
        if now <= spans[0][0]:
            return 0.0
        if now >= spans[-1][1]:
            return 1.0
        whole = sum(((end - begin) for begin, end in spans), timedelta())
        gone = sum((max(min(now, end) - begin, timedelta()) for begin, end in spans), timedelta())
        return round(gone / whole, 3)

    def place(self, moment: datetime) -> float:
        """Where a moment lies, in working days from the start."""
        return round(sum(self.share(day, moment) for day in self.days), 2)

    def _gaps(self) -> Iterator[Gap]:
        for index, (day, following) in enumerate(zip(self.days, self.days[1:], strict=False)):
            names = [day_name(self.calendar, day + timedelta(n)) for n in range(1, (following - day).days)]
            if names:
                yield Gap(index, "、".join(dict.fromkeys(names)))


# A desk that is kept open asks for the same limits every minute.
_hours_of = lru_cache(maxsize=4096)(_Hours)


def _pieces(
    calendar: Calendar, limit_text: str, start: datetime, due_at: datetime, pauses: tuple[Pause, ...]
) -> Iterator[tuple[date, datetime, datetime]]:
    """The stretches a limit is made of; where its end was named by a date, every day until then."""
    accounts = explain_all(calendar, limit_text, start, pauses)
    if accounts and accounts[-1].due.at == due_at:
        yield from ((piece.day, piece.begin, piece.end) for account in accounts for piece in account.counted)
        return
    first, last = calendar.local(start).date(), calendar.local(due_at).date()
    for offset in range((last - first).days + 1):
        yield first + timedelta(offset), start, due_at


def _pauses(clock: Row) -> tuple[Pause, ...]:
    """The pauses of a clock that are over."""
    stored = clock.get("pauses") or []
    return tuple((datetime.fromisoformat(begin), datetime.fromisoformat(until)) for begin, until in stored if until)


def window_view(
    clock: Row, now: datetime, calendar: Calendar, *, tier: int = 0, marks: Iterable[tuple[datetime, Mark]] = (),
    most: int = MOST_DAYS, due: DueView | None = None,
) -> WindowView | None:  # fmt: skip
    """The window of a clock (keys rule, started_at, due_at, limit_text); None for natural time and for very long limits.

    `marks` come with their moments; their place is reckoned here. `due` is what `clock_due` says, if known already.
    """
    limit_text = clock["limit_text"] or ""
    if is_natural(limit_text) or clock["due_at"] - clock["started_at"] > timedelta(days=60):
        return None
    hours = _hours_of(calendar, limit_text, clock["started_at"], clock["due_at"], _pauses(clock))
    if not 0 < len(hours.days) <= most:
        return None
    over, today = now > clock["due_at"], calendar.local(now).date()
    placed = tuple(Mark(hours.place(at), mark.label, mark.kind, mark.ahead) for at, mark in marks)
    return WindowView(
        days=tuple(_day(hours, day, now, today, over) for day in hours.days),
        gaps=hours.gaps,
        marks=placed,
        tier=tier,
        summary=_summary(clock, due or clock_due(clock, now, calendar), tier, placed),
    )


def _day(hours: _Hours, day: date, now: datetime, today: date, over: bool) -> Day:
    fill = hours.share(day, now)
    state = "over" if over else "today" if day == today else "past" if fill >= 1 else "ahead"
    return Day(*hours.names[day], fill, state)


def _summary(clock: Row, due: DueView, tier: int, marks: Sequence[Mark]) -> str:
    sent = sum(mark.kind == "reminder" and not mark.ahead for mark in marks)
    parts = [
        f"{RULE_NAMES[Rule(clock['rule'])]}期限{limit_words(clock['limit_text'])}",
        f"{due.exact_text}，{due.text}",
    ]
    parts += [f"已提醒{sent}次"] if sent else []
    parts += [TIER_NAMES[tier]] if tier else []
    return "；".join(part for part in parts if part)


def window_marks(
    clock: Row, reminders: Iterable[Row], interviews: Iterable[Row], policy: Policy, calendar: Calendar, now: datetime
) -> list[tuple[datetime, Mark]]:
    """What happened inside a window and what is still to be sent: the letter, the reminders, the interview held."""
    rule, begin, end = Rule(clock["rule"]), clock["started_at"], clock["due_at"]
    marks, told = [], set()
    for row in reminders:
        if row["rule"] == rule and row["cycle"] == clock["cycle"] and row["state"] != "skipped":
            step = Step(row["step"])
            told.add(step)
            marks.append((row["planned_at"], _mark(step, row["planned_at"], now, ahead=False)))
    for step, at in plan_steps(policy, calendar, rule, begin, end):
        if step not in told and at > now and clock["state"] == "running":
            marks.append((at, _mark(step, at, now, ahead=True)))
    marks += [
        (row["held_at"], Mark(0, f"已约谈 {said(row['held_at'], now)}", "held"))
        for row in interviews
        if row["held_at"] and begin <= row["held_at"] <= max(end, now)
    ]
    return sorted(marks, key=lambda mark: mark[0])


def _mark(step: Step, at: datetime, now: datetime, *, ahead: bool) -> Mark:
    if step is Step.ISSUED:
        return Mark(0, f"{STEP_NAMES[step]} {said(at, now)}", "letter", ahead)
    name = "到期" if step is Step.EXPIRY else STEP_NAMES[step]
    return Mark(0, f"{'将提醒' if ahead else '已提醒'}：{name}（{said(at, now)}）", "reminder", ahead)


def explanation_view(clock: Row, calendar: Calendar) -> ExplanationView:
    """How a clock's limit was counted, day by day (PROCEDURE §3)."""
    limit_text, start, pauses = clock["limit_text"] or "", clock["started_at"], _pauses(clock)
    begin, end = (f"{day_said(at)} {at.astimezone(ZONE):%H:%M}" for at in (start, clock["due_at"]))
    note = "节假日安排尚未公布，按平常周末推算，公布后重新计算。" if clock["provisional"] else ""
    due, parts = end_of(calendar, limit_text, start, pauses), parts_of(limit_text)
    if due is None or due.at != clock["due_at"]:
        return ExplanationView(f"{begin}起，到{end}止。", (), _why_not(parts) + note)
    told = tuple(_line(line) for line in compose_lines(calendar, limit_text, start, pauses))
    sentence = f"{begin}起算，{limit_words(limit_text)}，{how_counted(parts[0])}，到{end}止。"
    return ExplanationView(sentence, told, note)


def _why_not(parts: Sequence[object]) -> str:
    return "期限按当时的日历计算，后来公布的安排不再改变它。" if parts else "期限按指定的日期确定。"


def _line(line: ExplanationLine) -> tuple[str, str, str]:
    name = "" if line.why == "工作日" else f" {line.why}"
    return line.kind, f"{_date_said(line.day)}{name}", line.hours


def _date_said(day: date) -> str:
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


_RUNG_NAMES = {1: "一级 · 热线", 2: "二级 · 纪委", 3: "三级 · 领导"}


def ladder_view(supervisions: Sequence[Row], tier: int, now: datetime) -> LadderView:
    """Where a ticket stands on the three tiers and since when (rows of read_ticket, oldest first)."""
    newest = {row["tier"]: row for row in supervisions}
    rungs = tuple(_rung(number, newest.get(number), tier, now) for number in (1, 2, 3))
    return LadderView(rungs, f"督办层级：{TIER_NAMES[tier]}")


def _rung(number: int, row: Row | None, tier: int, now: datetime) -> Rung:
    name = _RUNG_NAMES[number]
    if row is None:
        # An instruction goes straight to the top.
        return Rung(name, "done", reason="未经这一级") if number < tier else Rung(name, "ahead")
    since = f"{said(row['opened_at'], now)} 起"
    reason = REASON_NAMES[Reason(row["reason"])]
    if row["settled_at"] is not None:
        ended = {"closed": "已办结", "next_tier": "已转上一级"}.get(row["settled_by"], "已结束")
        return Rung(name, "done", since, reason, f"{said(row['settled_at'], now)} {ended}")
    return Rung(name, "over" if row["due_at"] < now else "now", since, reason, f"限 {said(row['due_at'], now)} 前")
