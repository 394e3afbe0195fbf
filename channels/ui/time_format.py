"""Times in Chinese: 今天 16:30, 还剩 1 个工作日 3 小时; the exact time for tooltips and screen readers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.deadline.working_time import Calendar, working_time_between
from hotline.holidays import ZONE

WEEKDAYS = "一二三四五六日"
NEAR = timedelta(hours=6, minutes=59)
DAY_HOURS = timedelta(hours=7)


@dataclass(frozen=True, slots=True)
class DueView:
    """A due time as shown: `state` is calm, near (within one working day) or over."""

    text: str
    iso: str
    exact_text: str
    state: str


def local_text(moment: datetime) -> str:
    """Format a moment in local time: 2026-11-21 09:30."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def said(moment: datetime, now: datetime) -> str:
    """Format a moment relative to today: 今天 16:30, 明天 10:00, 昨天 …, 11月23日 17:30; with the year if it differs."""
    local, today = moment.astimezone(ZONE), now.astimezone(ZONE).date()
    clock = local.strftime("%H:%M")
    near = {0: "今天", 1: "明天", -1: "昨天"}.get((local.date() - today).days)
    if near:
        return f"{near} {clock}"
    day = f"{local.month}月{local.day}日"
    return f"{day} {clock}" if local.year == today.year else f"{local.year}年{day} {clock}"


def day_said(moment: datetime) -> str:
    """Format a local date with its weekday: 11月23日（周一）."""
    local = moment.astimezone(ZONE)
    return f"{local.month}月{local.day}日（周{WEEKDAYS[local.weekday()]}）"


def due_view(due_at: datetime, now: datetime, calendar: Calendar, *, natural: bool = False) -> DueView:
    """Return the time left or overdue, in working time or (`natural`) elapsed time."""
    gap = (due_at - now) if natural else working_time_between(calendar, now, due_at)
    if due_at < now:
        text, state = f"已超期 {_span(-gap, natural)}", "over"
    else:
        text, state = f"还剩 {_span(gap, natural)}", "near" if gap <= NEAR else "calm"
    exact = f"{local_text(due_at)}（周{WEEKDAYS[due_at.astimezone(ZONE).weekday()]}）前"
    return DueView(text, due_at.astimezone(ZONE).isoformat(), exact, state)


def _span(span: timedelta, natural: bool) -> str:
    day = timedelta(days=1) if natural else DAY_HOURS
    days, rest = divmod(span, day)
    hours, rest = divmod(rest, timedelta(hours=1))
    parts = []
    if days:
        parts.append(f"{days} {'天' if natural else '个工作日'}")
    if hours:
        parts.append(f"{hours} 小时")
    if not days and not hours:
        parts.append(f"{max(1, rest // timedelta(minutes=1))} 分钟")
    return " ".join(parts)
