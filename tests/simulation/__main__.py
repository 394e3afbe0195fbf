"""`python -m tests.simulation`: many seeds on every core, or one again; each failure with the command that repeats it."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console

from rehearsal.progress import RunProgress
from rehearsal.results import RunResults
from tests.simulation.cores import Played, results


def again(seed: int) -> str:
    """The command that repeats a seed."""
    return f"make simulate SEED={seed}"


def run(seeds: range, jobs: int, console: Console, outcome: RunResults) -> int:
    """Run all seeds, report progress and collect the figures in `outcome`; gives back how many failed."""
    counted, failed, place = Counter[str](), list[int](), 0
    try:
        with RunProgress(console) as progress:
            progress.begin("模拟", len(seeds))
            for place, played in enumerate(results(seeds, min(jobs, len(seeds))), 1):
                counted += played.counted
                if played.fault:
                    failed.append(played.seed)
                    _print_fault(played, console)
                progress.reach(place, f"{place}/{len(seeds)} 次，失败 {len(failed)} 次")
    finally:
        outcome.add("simulate", {"played": place, "failed": len(failed), "failed_seeds": failed})
        outcome.add("simulate.happened", {name.replace(" ", "_"): number for name, number in sorted(counted.items())})
    happened = "; ".join(f"{name} {number}" for name, number in sorted(counted.items()))
    console.print(happened, markup=False, highlight=False, soft_wrap=True)
    return len(failed)


def _print_fault(played: Played, console: Console) -> None:
    told = f"\nseed {played.seed}: {played.fault}\nagain: {again(played.seed)}\n"
    console.print(told, markup=False, highlight=False, soft_wrap=True)


def main() -> None:
    """Read the arguments; exit 1 when a seed failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many processes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    told = parser.parse_args()
    seeds = range(told.first, told.first + told.seeds) if told.seed is None else range(told.seed, told.seed + 1)
    outcome = RunResults("simulate", vars(told))
    try:
        failed = run(seeds, told.jobs, Console(), outcome)
    finally:
        outcome.write(told.json)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
