"""The command line of the hotline: `hotline COMMAND`, or `python -m hotline COMMAND`.

Commands: migrate, load-units, user, person, brief, calendar, policy, keys, audit, due, check, states.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from hotline.actions.brief.publication import compile_week, list_due_weeks
from hotline.actions.region.csv_reader import read_csv
from hotline.actions.region.health import bring_up_to_date, inspect
from hotline.actions.region.unit_import import COLUMNS, import_units, plan_units
from hotline.clock import RealClock
from hotline.commands.audit import audit
from hotline.commands.calendar import calendar
from hotline.commands.due import due
from hotline.commands.keys import keys
from hotline.commands.person import person
from hotline.commands.policy import policy
from hotline.commands.shell import open_here, read_settings, run
from hotline.commands.user import user
from hotline.config import ConfigurationError, Settings
from hotline.domain.tickets.lifecycle import compose_picture


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """阳光热线的命令行。配置从环境变量 HOTLINE_* 读取。"""


for group in (calendar, policy, due, keys, audit, user, person):
    cli.add_command(group)


@cli.command("migrate")
def migrate() -> None:
    """把数据库结构升到最新。"""
    settings = read_settings()

    async def work() -> None:
        done = await bring_up_to_date(settings.database_url)
        click.echo("\n".join(f"已执行 {name}" for name in done) or "数据库结构已是最新。")

    run(work())


@cli.command("load-units")
@click.argument("file", type=click.Path(path_type=Path))
def load_units(file: Path) -> None:
    """从 CSV（列 sector_no、sector、unit）载入单位目录：县 → 部门和乡镇 → 所属单位。重复执行不会重复添加。"""
    settings = read_settings()

    async def work() -> None:
        sheet = read_csv(file, COLUMNS)
        units, unfit = plan_units(settings.county, sheet.rows, file.name)
        async with open_here(settings) as context:
            planted = await import_units(context.pool, context.region, settings.county, units)
        bad = sorted((*sheet.bad, *unfit), key=lambda row: row.line)
        for row in bad:
            click.echo(f"{row.file} 第 {row.line} 行：{row.why}，已跳过", err=True)
        click.echo(f"新增 {planted.added} 个单位，已有 {planted.known} 个，有误 {len(bad)} 行。")

    run(work())


@cli.command("brief")
def brief() -> None:
    """立即编制到期的《群众约谈工作专报》，并告知在哪里。"""
    settings = read_settings()

    async def work() -> None:
        now = RealClock().now()
        async with open_here(settings) as context:
            weeks = await list_due_weeks(context, now)
            for week in weeks:
                await compile_week(context, week, now)
                click.echo(f"专报在：{settings.public_url}/briefs/{week.monday.isoformat()}")
        if not weeks:
            click.echo("现在没有到期要编制的专报。")

    run(work())


@cli.command("states")
def states() -> None:
    """输出工单状态图（Mermaid），与程序用的是同一张表。"""
    click.echo(compose_picture(), nl=False)


@cli.command("check")
def check() -> None:
    """检查配置、数据库、结构、缓存、文件夹和后台任务，一项一行；有问题时退出码为 1。"""
    try:
        settings = Settings.load()
    except ConfigurationError as fault:
        click.echo(f"✗ {fault}")
        raise SystemExit(1) from None
    click.echo("✓ 配置：齐全")
    findings = asyncio.run(inspect(settings, RealClock().now()))
    for finding in findings:
        click.echo(f"{'✓' if finding.good else '✗'} {finding.text}")
    if not all(finding.good for finding in findings):
        raise SystemExit(1)


def main() -> None:
    """Run the command line; entry point of `hotline` and of `python -m hotline`."""
    cli(prog_name="hotline")


if __name__ == "__main__":
    main()
