"""`hotline policy`: export and import every limit and number of the county as one TOML file."""

from __future__ import annotations

import getpass
from datetime import datetime
from pathlib import Path

import click

from hotline.actions.policy import compose_toml, list_versions, read_toml, save_policy
from hotline.clock import RealClock
from hotline.commands.shell import FREE_TEXT, columns, open_here, read_settings, run
from hotline.holidays import ZONE

UNMOVED = "在办的期限不变，新开始的期限按新版计算。"


@click.group("policy")
def policy() -> None:
    """时限、提醒、次数等规定。"""


@policy.command("export")
def export() -> None:
    """把现行规定全部输出为 TOML：hotline policy export > 规定.toml"""
    settings = read_settings()

    async def work() -> None:
        async with open_here(settings) as context:
            click.echo(compose_toml(context.rules.policy), nl=False)

    run(work())


@policy.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--valid-from", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="从何时起执行；不写则立即执行")
@click.option("--by", default="", type=FREE_TEXT, help="谁改的；不写则用登录名")
def take(file: Path, valid_from: datetime | None, by: str) -> None:
    """检查并保存一份规定（TOML）为新的一版，列出与现行规定的差别。没写的项按默认值。"""
    settings = read_settings()

    async def work() -> None:
        now = RealClock().now()
        since = valid_from.replace(tzinfo=ZONE) if valid_from else None
        async with open_here(settings) as context:
            try:
                text = file.read_text(encoding="utf-8-sig")
            except UnicodeDecodeError:
                raise click.ClickException(f"{file}：不是 UTF-8 编码。") from None
            saved = await save_policy(context, read_toml(text), by or getpass.getuser(), now, valid_from=since)
        rows = [(name, old or "（没有）", f"→ {new or '（没有）'}") for name, old, new in saved.differences]
        for line in columns(rows) if rows else []:
            click.echo(line)
        if saved.version is None:
            click.echo("与现行规定相同，没有保存新的一版。")
        else:
            begins = saved.valid_from.astimezone(ZONE)
            click.echo(f"已保存为第 {saved.version} 版，{begins:%Y-%m-%d %H:%M} 起执行。{UNMOVED}")

    run(work())


@policy.command("versions")
def versions() -> None:
    """列出规定的各版：何时起执行，谁在何时保存。"""
    settings = read_settings()

    async def work() -> None:
        async with open_here(settings) as context:
            for row in await list_versions(context):
                since, saved = (row[name].astimezone(ZONE) for name in ("valid_from", "saved_at"))
                click.echo(
                    f"第 {row['version']} 版  {since:%Y-%m-%d %H:%M} 起  {row['author']} 于 {saved:%Y-%m-%d %H:%M} 保存"
                )

    run(work())
