"""Clocks as the design pieces take them: how a limit is counted, the five-day window, the ladder of tiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from channels.times import DueView, day_said, due_view, said
from hotline.almanac import ZONE
from hotline.domain.calendar import Account, Calendar, day_name, explain_working_days, explain_working_time
from hotline.domain.deadline import plan_steps
from hotline.domain.errors import BadPolicy
from hotline.domain.kinds import Reason, Rule, Step
from hotline.domain.policy import Limit, Policy
from hotline.domain.supervision import REASON_NAMES, RULE_NAMES, STEP_NAMES, TIER_NAMES

Row = Mapping[str, Any]
WEEKDAYS = "一二三四五六日"
MOST_DAYS = 15
MOST_DAYS_SMALL = 10
WINDOW_RULES = frozenset({Rule.INTERVIEW, Rule.SUPERVISED, Rule.TIER2, Rule.TIER3})


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
class AccountView:
    """How a limit came about: one sentence, the stretches that counted, the days passed over."""

    sentence: str
    counted: tuple[tuple[str, str], ...]
    skipped: tuple[tuple[str, str], ...]
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
    try:
        parts = [Limit.parse(part).in_words for part in limit_text.split("+")]
    except BadPolicy:
        return ""
    return "，延期".join(parts)


def clock_due(clock: Row, now: datetime, calendar: Calendar) -> DueView:
    """The due time of a clock, in its own kind of time."""
    return due_view(clock["due_at"], now, calendar, natural=is_natural(clock["limit_text"] or ""))


class _Hours:
    """The office hours of a limit, day by day."""

    def __init__(self, calendar: Calendar, limit_text: str, started_at: datetime, due_at: datetime) -> None:
        first = calendar.local(started_at).date()
        last = calendar.local(due_at).date()
        # A limit of days counts from the day after (次日起); hours count at once.
        whole_days = limit_text.partition("+")[0].endswith("d")
        begin = calendar.midnight(first + timedelta(1)) if whole_days else started_at
        self.calendar = calendar
        self.spans: dict[date, list[tuple[datetime, datetime]]] = {}
        for offset in range((last - first).days + 1):
            for day, opened, closed in calendar.spans_on(first + timedelta(offset)):
                if max(opened, begin) < min(closed, due_at):
                    self.spans.setdefault(day, []).append((max(opened, begin), min(closed, due_at)))
        self.days = list(self.spans)

    def share(self, day: date, now: datetime) -> float:
        """How much of a day's hours had passed by `now`, 0 to 1."""
        spans = self.spans[day]
        whole = sum(((end - begin) for begin, end in spans), timedelta())
        gone = sum((max(min(now, end) - begin, timedelta()) for begin, end in spans), timedelta())
        return round(gone / whole, 3)

    def place(self, moment: datetime) -> float:
        """Where a moment lies, in working days from the start."""
        return round(sum(self.share(day, moment) for day in self.days), 2)

    def gaps(self) -> tuple[Gap, ...]:
        """The breaks between segments, named after the days in them."""
        found = []
        for index, (day, following) in enumerate(zip(self.days, self.days[1:], strict=False)):
            names = [day_name(self.calendar, day + timedelta(n)) for n in range(1, (following - day).days)]
            if names:
                found.append(Gap(index, "、".join(dict.fromkeys(names))))
        return tuple(found)


def window_view(
    clock: Row, now: datetime, calendar: Calendar, *, tier: int = 0, marks: Iterable[tuple[datetime, Mark]] = (),
    most: int = MOST_DAYS,
) -> WindowView | None:  # fmt: skip
    """The window of a clock (keys rule, started_at, due_at, limit_text); None for natural time and for very long limits.

    `marks` come with their moments; their place is reckoned here.
    """
    limit_text = clock["limit_text"] or ""
    if is_natural(limit_text) or clock["due_at"] - clock["started_at"] > timedelta(days=60):
        return None
    hours = _Hours(calendar, limit_text, clock["started_at"], clock["due_at"])
    if not 0 < len(hours.days) <= most:
        return None
    over, today = now > clock["due_at"], calendar.local(now).date()
    placed = tuple(Mark(hours.place(at), mark.label, mark.kind, mark.ahead) for at, mark in marks)
    return WindowView(
        days=tuple(_day(hours, day, now, today, over) for day in hours.days),
        gaps=hours.gaps(),
        marks=placed,
        tier=tier,
        summary=_summary(clock, now, calendar, tier, placed),
    )


def _day(hours: _Hours, day: date, now: datetime, today: date, over: bool) -> Day:
    fill = hours.share(day, now)
    state = "over" if over else "today" if day == today else "past" if fill >= 1 else "ahead"
    return Day(f"周{WEEKDAYS[day.weekday()]}", f"{day.month}月{day.day}日", fill, state)


def _summary(clock: Row, now: datetime, calendar: Calendar, tier: int, marks: Sequence[Mark]) -> str:
    due = clock_due(clock, now, calendar)
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
    return Mark(0, f"{'将提醒' if ahead else '已提醒'}：{STEP_NAMES[step]}（{said(at, now)}）", "reminder", ahead)


def account_view(clock: Row, calendar: Calendar) -> AccountView:
    """How a clock's limit was counted, day by day (PROCEDURE §3)."""
    words = limit_words(clock["limit_text"] or "")
    begin, end = day_said(clock["started_at"]), day_said(clock["due_at"])
    begin += clock["started_at"].astimezone(ZONE).strftime(" %H:%M")
    end += clock["due_at"].astimezone(ZONE).strftime(" %H:%M")
    how = "按自然时间连续计算" if is_natural(clock["limit_text"] or "") else "次日起按工作日计算"
    if not (clock["limit_text"] or "").partition("+")[0].endswith("d") and "natural" not in (clock["limit_text"] or ""):
        how = "按办公时间计算"
    note = "节假日安排尚未公布，按平常周末推算，公布后重新计算。" if clock["provisional"] else ""
    accounts = _accounts(clock, calendar)
    if accounts is None:
        return AccountView(f"{begin}起，到{end}止。", (), (), "期限按指定的日期确定，或因暂停顺延。" + note)
    return AccountView(
        sentence=f"{begin}起算，{words}，{how}，到{end}止。",
        counted=tuple(_counted(account, index) for account in accounts for index in range(len(account.counted))),
        skipped=tuple((_date_said(day.day), day.name) for account in accounts for day in account.skipped),
        note=note,
    )


def _accounts(clock: Row, calendar: Calendar) -> list[Account] | None:
    """The accounts of a limit and its extensions; None when the stored end does not follow from them."""
    start, accounts = clock["started_at"], []
    if is_natural(clock["limit_text"] or ""):
        return []
    for part in (clock["limit_text"] or "").split("+"):
        try:
            limit = Limit.parse(part)
        except BadPolicy:
            return None
        if limit.unit == "d":
            account = explain_working_days(calendar, start, limit.amount)
        else:
            account = explain_working_time(calendar, start, timedelta(**{_UNITS[limit.unit]: limit.amount}))
        accounts.append(account)
        start = account.due.at
    return accounts if start == clock["due_at"] else None


_UNITS = {"h": "hours", "m": "minutes"}


def _counted(account: Account, index: int) -> tuple[str, str]:
    piece = account.counted[index]
    begin, end = (moment.astimezone(ZONE).strftime("%H:%M") for moment in (piece.begin, piece.end))
    name = "" if piece.name == "工作日" else f" {piece.name}"
    return f"{_date_said(piece.day)}{name}", f"{begin}–{end}"


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
