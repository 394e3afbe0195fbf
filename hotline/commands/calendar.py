"""`hotline calendar`: preview and load notices of holidays and make-up workdays."""

from __future__ import annotations

import getpass
from datetime import date, timedelta
from pathlib import Path

import click

from hotline.actions.deadline.calendar import Forecast, day_text, list_holiday_notices, load_notice, preview_notice
from hotline.actions.deadline.holiday_notice import HolidayNotice, read_holiday_notice
from hotline.clock import RealClock
from hotline.commands.shell import FREE_TEXT, columns, open_here, read_settings, run
from hotline.domain.deadline.explanation import ExplanationLine
from hotline.domain.deadline.working_time import Calendar
from hotline.domain.errors import Refusal
from hotline.domain.supervision.tiers import RULE_NAMES
from hotline.holidays import ZONE

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MISSED = "已经逾期的期限不变。"


@click.group("calendar")
def calendar() -> None:
    """工作日历：放假和调休安排。"""


@calendar.command("preview")
@click.argument("file", type=FILE)
def preview(file: Path) -> None:
    """预览放假安排（TOML）：哪些日子会变、哪些在办工单的期限会移动。不作任何改动。"""
    notice, settings = _read(file), read_settings()

    async def work() -> None:
        async with open_here(settings) as context:
            _show(await preview_notice(context, notice, RealClock().now()), "将")

    run(work())


@calendar.command("load")
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="确认与已公布安排不一致的日子")
@click.option("--by", default="", type=FREE_TEXT, help="谁载入的；不写则用登录名")
def load(file: Path, yes: bool, by: str) -> None:
    """载入放假安排（TOML），并一次重算全部在办期限，每个移动的期限都记入工单历史。"""
    notice, settings = _read(file), read_settings()

    async def work() -> None:
        async with open_here(settings) as context:
            by_whom = by or getpass.getuser()
            done = await load_notice(context, notice, by_whom, RealClock().now(), confirmed=yes)
        if done.version is None:
            click.echo("这份安排早已载入，没有变化。")
            return
        _show(done, "已")
        click.echo(f"已载入“{notice.source}”，日历现为第 {done.version} 版。")

    run(work())


@calendar.command("show")
@click.argument("year", type=click.IntRange(1900, 2900))
def show(year: int) -> None:
    """列出一年里的放假和调休，各注明依据。"""
    settings = read_settings()

    async def work() -> None:
        async with open_here(settings) as context:
            for line in _year(context.rules.calendar, year):
                click.echo(line)
            for row in await list_holiday_notices(context):
                loaded = row["loaded_at"].astimezone(ZONE)
                click.echo(
                    f"第 {row['version']} 版：{row['source']}（{loaded:%Y-%m-%d %H:%M} {row['loaded_by']} 载入）"
                )

    run(work())


def _read(file: Path) -> HolidayNotice:
    try:
        text = file.read_text(encoding="utf-8-sig")
        return read_holiday_notice(text, RealClock().now().astimezone(ZONE).date())
    except UnicodeDecodeError:
        raise click.ClickException(f"{file}：不是 UTF-8 编码。") from None
    except Refusal as refusal:
        raise click.ClickException(f"{file}：{refusal.sentence}") from None


def _show(forecast: Forecast, tense: str) -> None:
    for change in forecast.days:
        warning = "  ！与已公布的安排不一致" if change.contradicts else ""
        click.echo(f"{ExplanationLine('', change.day, '').day_text}  {change.before} → {change.after}{warning}")
    rows = [
        (
            change.number,
            RULE_NAMES[change.rule],
            f"{change.old_due.astimezone(ZONE):%Y-%m-%d %H:%M}",
            f"→ {change.new_due.astimezone(ZONE):%Y-%m-%d %H:%M}",
            "暂定" if change.provisional else "",
        )
        for change in forecast.limits
    ]
    moved = sum(change.old_due != change.new_due for change in forecast.limits)
    click.echo(
        f"{len(forecast.days)} 天{tense}改变；{moved} 个在办期限{tense}移动，"
        f"{len(rows) - moved} 个暂定期限{tense}确认。{MISSED}"
    )
    for text in columns(rows) if rows else []:
        click.echo(text)
    if forecast.contradictions and tense == "将":
        click.echo("有的日子与已公布的安排不一致；核对无误后用 hotline calendar load --yes 载入。")


def _year(days: Calendar, year: int) -> list[str]:
    first = date(year, 1, 1)
    dated = [day for offset in range(366) if (day := first + timedelta(offset)).year == year and day in days.days]
    rows = [(ExplanationLine("", day, "").day_text, day_text(days, day), days.days[day].source) for day in dated]
    note = [f"{year} 年的放假安排还没有公布，暂按平常周末推算。"] if days.is_provisional(date(year, 7, 1)) else []
    return [*note, *(columns(rows) if rows else [])]
