"""`hotline due`: compute a deadline and explain every stretch that counted."""

from __future__ import annotations

import os
import re
from datetime import datetime

import click

from hotline.actions.deadline.calendar import read_calendar
from hotline.clock import RealClock
from hotline.commands.shell import columns, run
from hotline.domain.deadline.explanation import compose_lines, compute_due, how_counted
from hotline.domain.deadline.working_time import Calendar
from hotline.domain.errors import BadMoment, BadPolicy, BadSpan
from hotline.domain.policy.limits import Limit
from hotline.holidays import ZONE, china_calendar

HIGHEST_REGION = 32767
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?([zZ]|[+-]\d\d:?\d\d)?")


@click.command("due")
@click.argument("received")
@click.argument("limit")
@click.option("--natural", is_flag=True, help="按自然时间连续计算（水电气暖、危及安全）")
def due(received: str, limit: str, natural: bool) -> None:
    """计算期限：RECEIVED 收到的时间（如 2026-02-13T10:00），LIMIT 期限（5d 工作日、4h 工作小时、30m 工作分钟）。

    第一行是到期时间，下面逐段说明哪些时间计入、哪些日子不计。设了 HOTLINE_DATABASE_URL 时按本县的日历计算。
    """
    start, span = _read_moment(received), _read_limit(limit, natural)
    calendar = _calendar()
    try:
        lines = _compose(calendar, span, start)
    except (BadSpan, BadMoment) as refusal:
        raise click.UsageError(refusal.sentence) from None
    click.echo("\n".join(lines))


def _read_moment(text: str) -> datetime:
    fault = click.BadParameter(f"“{text}”不是时间；写法如 2026-02-13T10:00", param_hint="RECEIVED")
    if _MOMENT.fullmatch(text.strip()) is None:
        raise fault
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise fault from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def _read_limit(text: str, natural: bool) -> Limit:
    words = text.strip().removesuffix(" natural")
    try:
        return Limit.parse(f"{words} natural" if natural or words != text.strip() else words)
    except BadPolicy:
        raise click.BadParameter(
            f"“{text}”不是期限；写法如 5d（工作日）、4h（工作小时）、30m（工作分钟）", param_hint="LIMIT"
        ) from None


def _calendar() -> Calendar:
    """Return the county's calendar if the environment names its database, else the built-in one."""
    address, region = os.environ.get("HOTLINE_DATABASE_URL", "").strip(), os.environ.get("HOTLINE_REGION") or "1"
    if not address:
        return china_calendar()
    if not region.isdecimal() or not 1 <= int(region) <= HIGHEST_REGION:
        raise click.ClickException("HOTLINE_REGION 应当是地区编号，1–32767 的整数。")
    found: list[Calendar] = []

    async def work() -> None:
        found.append(await read_calendar(address, int(region), RealClock().now()))

    run(work())
    return found[0]


def _compose(calendar: Calendar, limit: Limit, start: datetime) -> list[str]:
    due = compute_due(calendar, limit, start)
    begin, end = calendar.local(start), calendar.local(due.at)
    rows = [(line.kind, line.day_text, line.why, line.hours) for line in compose_lines(calendar, str(limit), start)]
    note = "注意：其中有的日子还没有公布放假安排，暂按平常周末推算，公布后重新计算。"
    return [
        end.isoformat(),
        f"{begin:%Y-%m-%d %H:%M}起算，{limit.in_words}，{how_counted(limit)}，到{end:%Y-%m-%d %H:%M}止。",
        *columns(rows),
        *([note] if due.provisional else []),
    ]
