"""`hotline audit`: verify that the access log is complete and unchanged."""

from __future__ import annotations

from datetime import timedelta

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from hotline.actions.privacy.access_log import ChainReport, count_links, verify_chain
from hotline.clock import RealClock
from hotline.commands.shell import open_here, read_settings, run

HALF_A_YEAR = timedelta(days=183)
FAULTS_SHOWN = 20


@click.group("audit")
def audit() -> None:
    """查看记录：谁看过谁的信息。"""


@audit.command("verify")
@click.option("--witness", default="", help="以前某次核对时抄下的链尾；给了就能发现末尾被截短或整条链被重做")
def verify(witness: str) -> None:
    """从头到尾核对查看记录有没有被改动、删除或添加；有问题时逐条列出，退出码为 1。"""
    settings = read_settings()
    found: list[ChainReport] = []

    async def work() -> None:
        now = RealClock().now()
        async with open_here(settings) as context:
            columns = (TextColumn("核对查看记录"), BarColumn(), MofNCompleteColumn())
            with Progress(*columns, console=Console(stderr=True)) as progress:
                task = progress.add_task("", total=await count_links(context))
                found.append(
                    await verify_chain(
                        context, now, now - HALF_A_YEAR, witness.strip(),
                        lambda seq: progress.update(task, completed=seq),
                    )
                )  # fmt: skip

    run(work())
    verdict = found[0]
    for fault in verdict.faults[:FAULTS_SHOWN]:
        click.echo(f"✗ {fault.what}")
    if len(verdict.faults) > FAULTS_SHOWN:
        click.echo(f"……共 {len(verdict.faults)} 处")
    if verdict.faults:
        raise SystemExit(1)
    click.echo(f"✓ {verdict.links} 条查看记录完好。链尾（请抄在别处，下次用 --witness 核对）：\n{verdict.head}")
