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

from bench.intake import CONNECTIONS, Intake, http_intake, settle_in, three_row_limit
from bench.servers import environment, memory_mb, running, wait_for_doors
from hotline.db import open_pool
from hotline.local import local_servers
from hotline.store.migrate import migrate
from rehearsal.county import seed_county

ROUNDS = 3


async def main(seconds: int) -> None:
    """Measure and print."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        home = Path(folder)
        async with local_servers(home, durable=True) as servers:
            await migrate(servers.database_url)
            pool = await open_pool(servers.database_url)
            await seed_county(pool, 1, "青禾县")
            await pool.close()
            limits, intakes, memory = await _measure(servers.database_url, environment(servers, home), home, seconds)
    console.print(_table(limits, intakes, memory))


async def _measure(
    url: str, environ: dict[str, str], home: Path, seconds: int
) -> tuple[list[float], list[Intake], dict[str, float]]:
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


def _table(limits: list[float], intakes: list[Intake], memory: dict[str, float]) -> Table:
    table = Table(title=f"受理：{CONNECTIONS} 个连接，{ROUNDS} 轮的中位数")
    for column in ("项目", "数值", "目标"):
        table.add_column(column)
    limit, rate = statistics.median(limits), statistics.median(i.per_second for i in intakes)
    ratios = [intake.per_second / bare for intake, bare in zip(intakes, limits, strict=True)]
    table.add_row("三行插入的极限（pgbench）", f"{limit:,.0f} 次/秒", "")
    table.add_row("网上受理（已提交的工单）", f"{rate:,.0f} 件/秒", "")
    spread = f"{statistics.median(ratios):.2f}（{min(ratios):.2f}–{max(ratios):.2f}）"
    table.add_row("比值", spread, "≥ 0.40")
    table.add_row("p50 / p99", f"{_median(intakes, 'p50_ms'):.1f} / {_median(intakes, 'p99_ms'):.1f} 毫秒", "")
    table.add_row("channels 每个进程的内存", f"{memory['channels']:.0f} MB", "≤ 200 MB")
    table.add_row("workers 的内存", f"{memory['workers']:.0f} MB", "≤ 150 MB")
    return table


def _median(intakes: list[Intake], name: str) -> float:
    return statistics.median(getattr(intake, name) for intake in intakes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=8, help="每一段的秒数")
    asyncio.run(main(parser.parse_args().seconds))
