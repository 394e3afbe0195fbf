"""`python -m bench`: one run, every figure as a ratio to what this machine can do at the same moment."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from bench.brief import COUNTY, measure_brief
from bench.desk import measure_desk
from bench.intake import CONNECTIONS, ROUNDS, measure_intake
from bench.part import Measure, Setting
from bench.run import BenchOutcome, compose_table, run_parts
from bench.sweep import measure_sweep
from hotline.actions.region.health import bring_up_to_date
from hotline.db import open_pool
from hotline.local import local_servers
from rehearsal.county import seed_county
from rehearsal.progress import RunProgress
from rehearsal.results import RunResults

PARTS: Mapping[str, Measure] = {
    "intake": measure_intake,
    "desk": measure_desk,
    "sweep": measure_sweep,
    "brief": measure_brief,
}


async def measure(outcome: BenchOutcome, seconds: int, console: Console) -> None:
    """Bring servers and county up and measure the parts asked for."""
    parts = {name: PARTS[name] for name in outcome.parts}
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder, RunProgress(console, len(parts)) as progress:
        async with local_servers(Path(folder), durable=True) as servers:
            await bring_up_to_date(servers.database_url)
            pool = await open_pool(servers.database_url)
            await seed_county(pool, 1, COUNTY)
            await pool.close()
            await run_parts(parts, Setting(servers, Path(folder), seconds, progress), console, outcome)


def names_of_parts(text: str) -> tuple[str, ...]:
    """Names of parts with commas between, in the order in which they are measured. Raises ArgumentTypeError."""
    asked = {name.strip() for name in text.split(",")}
    if unknown := asked - set(PARTS):
        raise argparse.ArgumentTypeError(f"没有这一部分：{'、'.join(sorted(unknown))}；可选 {'、'.join(PARTS)}")
    return tuple(name for name in PARTS if name in asked)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table and write the JSON, also of a run that failed or was interrupted; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="测量速度，与同一台机器此刻的极限相比。")
    parser.add_argument("--seconds", type=int, default=8, help="每一段的秒数")
    parser.add_argument("--only", type=names_of_parts, default=tuple(PARTS), help=f"只测这些部分：{','.join(PARTS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="结果另存为 JSON 的位置")
    asked = parser.parse_args(arguments)
    console, results, outcome = Console(), RunResults("bench", vars(asked)), BenchOutcome(asked.only)
    try:
        asyncio.run(measure(outcome, asked.seconds, console))
    except KeyboardInterrupt:
        console.print("已中断。")
    finally:
        outcome.add_to(results)
        results.write(asked.json)
        console.print(compose_table(outcome, f"{ROUNDS} 轮的中位数；受理用 {CONNECTIONS} 个连接"))
    return 0 if outcome.complete else 1


if __name__ == "__main__":
    sys.exit(main())
