"""`make bench`: one run, every figure as a ratio to what this machine can do at the same moment."""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.brief import TICKETS, UNITS, BriefTimes, open_brief, pour_years
from bench.desk import EVERY_S, USERS, DeskTimes, desk_pages, fill_desks
from bench.intake import CONNECTIONS, IntakeRate, http_intake, settle_in, three_row_limit
from bench.servers import environment, memory_mb, running, wait_for_doors
from bench.sweep import DUE, SweepTime, measure_sweeps
from hotline.actions.upkeep import bring_up_to_date
from hotline.db import open_pool
from hotline.local import local_servers
from rehearsal.county import seed_county

ROUNDS, COUNTY = 3, "青禾县"


async def main(seconds: int, only: str | None = None) -> None:
    """Measure and print everything, or one part alone: intake, desk, sweep or brief."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        home = Path(folder)
        async with local_servers(home, durable=True) as servers:
            await bring_up_to_date(servers.database_url)
            table = _table()
            pool = await open_pool(servers.database_url)
            await seed_county(pool, 1, COUNTY)
            await pool.close()
            if only in (None, "intake"):
                _add_intake(table, *await _measure(servers.database_url, environment(servers, home), home, seconds))
            if only in (None, "desk"):
                _add_desk(table, await _measure_desk(servers.database_url, environment(servers, home), home, seconds))
            if only in (None, "sweep"):
                _add_sweeps(table, await measure_sweeps(servers.database_url))
            if only in (None, "brief"):
                _add_brief(table, await _measure_brief(servers.database_url, environment(servers, home), home))
    console.print(table)


async def _measure(
    url: str, environ: dict[str, str], home: Path, seconds: int
) -> tuple[list[float], list[IntakeRate], dict[str, float]]:
    log, cores = home / "processes.log", os.cpu_count() or 1
    limits, intakes = [], []
    with running("channels", cores, environ, log) as doors:
        await wait_for_doors()
        await settle_in(url)
        for _ in range(ROUNDS):
            limits.append(await three_row_limit(url, seconds))
            intakes.append(await http_intake(url, seconds))
        memory = {"channels": max(map(memory_mb, doors))}
        # The worker comes last, so that intake is measured alone; its memory is that of one at work on the backlog.
        with running("workers", 1, environ, log) as workers:
            await asyncio.sleep(seconds)
            memory["workers"] = memory_mb(workers[0])
    return limits, intakes, memory


async def _measure_desk(url: str, environ: dict[str, str], home: Path, seconds: int) -> DeskTimes:
    users = await fill_desks(url, 1)
    with running("channels", os.cpu_count() or 1, environ, home / "processes.log"):
        await wait_for_doors()
        return await desk_pages(users, 2 * seconds)


async def _measure_brief(url: str, environ: dict[str, str], home: Path) -> BriefTimes:
    compiled = await pour_years(url, 1)
    with running("channels", 1, environ, home / "processes.log"):
        await wait_for_doors()
        return await open_brief(COUNTY, compiled)


def _table() -> Table:
    table = Table(title=f"{ROUNDS} 轮的中位数；受理用 {CONNECTIONS} 个连接")
    for column in ("项目", "数值", "目标"):
        table.add_column(column)
    return table


def _add_sweeps(table: Table, measured: list[SweepTime]) -> None:
    for sweep in measured:
        rate = DUE / sweep.seconds
        table.add_row(
            f"扫描 {DUE:,} 个到期时限，在办 {sweep.open_tickets:,} 件",
            f"{sweep.seconds:.2f} 秒（{rate:,.0f} 个/秒）",
            "",
        )
    growth = measured[-1].seconds / measured[0].seconds
    table.add_row("在办从最少到最多，扫描用时之比", f"{growth:.2f}", "≤ 1.5")


def _add_desk(table: Table, desk: DeskTimes) -> None:
    table.add_row(
        f"工作台 {USERS} 人，平均每 {EVERY_S:g} 秒打开一页", f"{desk.pages} 页，p50 {desk.p50_ms:.0f} 毫秒", ""
    )
    told = f"{desk.p95_ms:.0f} 毫秒（清单 {desk.list_p95_ms:.0f}，工单 {desk.ticket_p95_ms:.0f}）"
    table.add_row("工作台 p95", told, "< 60 毫秒")


def _add_brief(table: Table, times: BriefTimes) -> None:
    table.add_row(f"打开专报，{TICKETS:,} 件工单、{UNITS} 个单位", f"{times.page:.2f} 秒", "< 2 秒")
    table.add_row("打开专报一个数字的工单清单（本周受理）", f"{times.figure:.2f} 秒", "< 2 秒")
    table.add_row("汇总一周的专报", f"{times.compiled:.1f} 秒", "")


def _add_intake(table: Table, limits: list[float], intakes: list[IntakeRate], memory: dict[str, float]) -> None:
    limit, rate = statistics.median(limits), statistics.median(i.per_second for i in intakes)
    ratios = [intake.per_second / bare for intake, bare in zip(intakes, limits, strict=True)]
    table.add_row("三行插入的极限（pgbench）", f"{limit:,.0f} 次/秒", "")
    table.add_row("网上受理（已提交的工单）", f"{rate:,.0f} 件/秒", "")
    spread = f"{statistics.median(ratios):.2f}（{min(ratios):.2f}–{max(ratios):.2f}）"
    table.add_row("比值", spread, "≥ 0.40")
    table.add_row("p50 / p99", f"{_median(intakes, 'p50_ms'):.1f} / {_median(intakes, 'p99_ms'):.1f} 毫秒", "")
    table.add_row("channels 每个进程的内存", f"{memory['channels']:.0f} MB", "≤ 200 MB")
    table.add_row("workers 的内存", f"{memory['workers']:.0f} MB", "≤ 150 MB")


def _median(intakes: list[IntakeRate], name: str) -> float:
    median: float = statistics.median(getattr(intake, name) for intake in intakes)
    return median


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=8, help="每一段的秒数")
    parser.add_argument("--only", choices=("intake", "desk", "sweep", "brief"), help="只测一部分")
    told = parser.parse_args()
    asyncio.run(main(told.seconds, told.only))
