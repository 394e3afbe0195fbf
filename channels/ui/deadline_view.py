"""Clocks as the design pieces take them: the window of working days with its marks, the ladder of tiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from channels.ui.limit_view import CountedLimit, clock_due, is_natural, limit_words, past_pauses
from channels.ui.time_format import WEEKDAYS, DueView, said
from hotline.actions.tickets.case_file import EndedDeadlineRow, InterviewRow, ReminderRow, SupervisionRow
from hotline.domain.deadline.explanation import explain_all
from hotline.domain.deadline.timers import plan_steps
from hotline.domain.deadline.working_time import Calendar, Pause, day_name
from hotline.domain.enums import Reason, Rule, Step
from hotline.domain.policy.limits import Policy
from hotline.domain.supervision.tiers import REASON_NAMES, RULE_NAMES, STEP_NAMES, TIER_NAMES

MOST_DAYS = 15
MOST_DAYS_SMALL = 10


class WindowLimit(CountedLimit):
    """A limit with its rule, as a window shows it."""

    rule: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the window; `fill` is the share passed (0 to 1), `state` is past, today, ahead or over."""

    label: str
    date_text: str
    fill: float
    state: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Days without office hours after the day with index `after_index`."""

    after_index: int
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An event in the window; `at` is in working days from its start, `kind` is reminder, letter or held."""

    at: float
    label: str
    kind: str
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class WindowView:
    """Argument of the template macro ui.window."""

    days: tuple[Day, ...]
    gaps: tuple[Gap, ...]
    marks: tuple[Mark, ...]
    tier: int
    summary: str


@dataclass(frozen=True, slots=True)
class Rung:
    """One tier of ui.ladder."""

    name: str
    state: str
    since_text: str = ""
    reason: str = ""
    due_text: str = ""


@dataclass(frozen=True, slots=True)
class LadderView:
    """Argument of the template macro ui.ladder."""

    tiers: tuple[Rung, ...]
    summary: str


class _Hours:
    """The office hours of a limit by day, without its pauses."""

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
        """Return the share of a day's hours passed by `now`, 0 to 1."""
        spans = self.spans[day]
        if now <= spans[0][0]:
            return 0.0
        if now >= spans[-1][1]:
            return 1.0
        whole = sum(((end - begin) for begin, end in spans), timedelta())
        gone = sum((max(min(now, end) - begin, timedelta()) for begin, end in spans), timedelta())
        return round(gone / whole, 3)

    def place(self, moment: datetime) -> float:
        """Return the position of a moment in working days from the start."""
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
    """Yield the counted stretches of a limit; for one that ends on a fixed date, every day until then."""
    accounts = explain_all(calendar, limit_text, start, pauses)
    if accounts and accounts[-1].due.at == due_at:
        yield from ((piece.day, piece.begin, piece.end) for account in accounts for piece in account.counted)
        return
    first, last = calendar.local(start).date(), calendar.local(due_at).date()
    for offset in range((last - first).days + 1):
        yield first + timedelta(offset), start, due_at


def window_view(
    clock: WindowLimit, now: datetime, calendar: Calendar, *, tier: int = 0, marks: Iterable[tuple[datetime, Mark]] = (),
    most: int = MOST_DAYS, due: DueView | None = None,
) -> WindowView | None:  # fmt: skip
    """The window of a clock; None for natural time and for limits over 60 days or `most` working days.

    `marks` come with their moments; their place is computed here. `due` is what `clock_due` says, if known already.
    """
    limit_text = clock["limit_text"]
    if is_natural(limit_text) or clock["due_at"] - clock["started_at"] > timedelta(days=60):
        return None
    hours = _hours_of(calendar, limit_text, clock["started_at"], clock["due_at"], past_pauses(clock))
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


def _summary(clock: WindowLimit, due: DueView, tier: int, marks: Sequence[Mark]) -> str:
    sent = sum(mark.kind == "reminder" and not mark.ahead for mark in marks)
    parts = [
        f"{RULE_NAMES[Rule(clock['rule'])]}期限{limit_words(clock['limit_text'])}",
        f"{due.exact_text}，{due.text}",
    ]
    parts += [f"已提醒{sent}次"] if sent else []
    parts += [TIER_NAMES[tier]] if tier else []
    return "；".join(part for part in parts if part)


def window_marks(
    clock: EndedDeadlineRow,
    reminders: Iterable[ReminderRow],
    interviews: Iterable[InterviewRow],
    policy: Policy,
    calendar: Calendar,
    now: datetime,
) -> list[tuple[datetime, Mark]]:
    """Return the marks of a window: letter, reminders sent and planned, interviews held; in order of time."""
    rule, begin, end = Rule(clock["rule"]), clock["started_at"], clock["due_at"]
    marks, reminded = [], set()
    for row in reminders:
        if row["rule"] == rule and row["cycle"] == clock["cycle"] and row["state"] != "skipped":
            step = Step(row["step"])
            reminded.add(step)
            marks.append((row["planned_at"], _mark(step, row["planned_at"], now, ahead=False)))
    for step, at in plan_steps(policy, calendar, rule, begin, end):
        if step not in reminded and at > now and clock["state"] == "running":
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


_RUNG_NAMES = {1: "一级 · 热线", 2: "二级 · 纪委", 3: "三级 · 领导"}


def ladder_view(supervisions: Sequence[SupervisionRow], tier: int, now: datetime) -> LadderView:
    """Where a ticket stands on the three tiers and since when; `supervisions` are its tiers, oldest first."""
    newest = {row["tier"]: row for row in supervisions}
    rungs = tuple(_rung(number, newest.get(number), tier, now) for number in (1, 2, 3))
    return LadderView(rungs, f"督办层级：{TIER_NAMES[tier]}")


def _rung(number: int, row: SupervisionRow | None, tier: int, now: datetime) -> Rung:
    name = _RUNG_NAMES[number]
    if row is None:
        # An instruction goes straight to the top.
        return Rung(name, "done", reason="未经这一级") if number < tier else Rung(name, "ahead")
    since = f"{said(row['opened_at'], now)} 起"
    reason = REASON_NAMES[Reason(row["reason"])]
    if row["settled_at"] is not None:
        ended = {"closed": "已办结", "next_tier": "已转上一级"}.get(row["settled_by"] or "", "已结束")
        return Rung(name, "done", since, reason, f"{said(row['settled_at'], now)} {ended}")
    return Rung(name, "over" if row["due_at"] < now else "now", since, reason, f"限 {said(row['due_at'], now)} 前")
