"""`python -m tests.simulation`: many seeds, or one again; every failure with the command that repeats it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import uvloop
from click import echo

from hotline.local import local_servers
from hotline.store.migrate import migrate
from rehearsal.adversary import Killed, watched_pool
from tests.simulation.play import play


def again(seed: int) -> str:
    """The command that repeats a seed."""
    return f"make simulate SEED={seed}"


def _quietly(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # A worker's own tasks die with it.
    if not isinstance(context.get("exception"), Killed):
        loop.default_exception_handler(context)


async def simulate(seeds: range) -> int:
    """Play the seeds one after another; gives back how many failed."""
    asyncio.get_running_loop().set_exception_handler(_quietly)
    failed, counted, started = 0, Counter[str](), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hotline-simulation-") as folder:
        async with local_servers(Path(folder), durable=False) as servers:
            await migrate(servers.database_url)
            async with watched_pool(servers.database_url, 4) as pool:
                for place, seed in enumerate(seeds, 1):
                    try:
                        counted += await play(pool, place, seed)
                    except Exception as fault:
                        failed += 1
                        echo(f"\nseed {seed}: {type(fault).__name__}: {fault}\nagain: {again(seed)}\n")
                    if place % 25 == 0 or place == len(seeds):
                        echo(f"{place}/{len(seeds)} seeds, {failed} failed, {time.monotonic() - started:.0f} s")
                    if place % 200 == 0:
                        await pool.execute("analyze")
    echo("; ".join(f"{name} {number}" for name, number in sorted(counted.items())))
    return failed


def main() -> None:
    """Read the arguments; exit 1 when a seed failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one alone")
    told = parser.parse_args()
    seeds = range(told.first, told.first + told.seeds) if told.seed is None else range(told.seed, told.seed + 1)
    sys.exit(1 if uvloop.run(simulate(seeds)) else 0)


if __name__ == "__main__":
    main()
