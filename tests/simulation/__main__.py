"""`python -m tests.simulation`: many seeds on every core, or one again; each failure with the command that repeats it."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.simulation.cores import results

# Where nobody watches a bar, a line is told now and then.
TOLD_EVERY = 100


def again(seed: int) -> str:
    """The command that repeats a seed."""
    return f"make simulate SEED={seed}"


def run(seeds: range, jobs: int) -> int:
    """Play all seeds under a progress bar; gives back how many failed."""
    console, failed, counted = Console(), 0, Counter[str]()
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("0 failed", total=len(seeds))
        for place, played in enumerate(results(seeds, min(jobs, len(seeds))), 1):
            counted += played.counted
            if played.fault:
                failed += 1
                told = f"\nseed {played.seed}: {played.fault}\nagain: {again(played.seed)}\n"
                console.print(told, markup=False, highlight=False, soft_wrap=True)
            bar.update(task, advance=1, description=f"{failed} failed")
            if place % TOLD_EVERY == 0 and not console.is_terminal:
                console.print(f"{place}/{len(seeds)} seeds, {failed} failed")
    happened = "; ".join(f"{name} {number}" for name, number in sorted(counted.items()))
    console.print(happened, markup=False, highlight=False, soft_wrap=True)
    return failed


def main() -> None:
    """Read the arguments; exit 1 when a seed failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many processes")
    told = parser.parse_args()
    seeds = range(told.first, told.first + told.seeds) if told.seed is None else range(told.seed, told.seed + 1)
    sys.exit(1 if run(seeds, told.jobs) else 0)


if __name__ == "__main__":
    main()
