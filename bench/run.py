"""Run the parts one after another; the others are measured when one fails."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from bench.part import Measure, Measured, Setting
from rehearsal.results import RunResults

TITLES: Mapping[str, str] = {"intake": "网上受理", "desk": "工作台", "sweep": "到期扫描", "brief": "专报"}
INTERRUPTED = "KeyboardInterrupt"


@dataclass
class BenchOutcome:
    """Results by part, or the class of the error that ended it; a part in neither was not started."""

    parts: tuple[str, ...]
    measured: dict[str, Measured] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every part was measured."""
        return set(self.measured) == set(self.parts)

    def add_to(self, results: RunResults) -> None:
        """Add every figure as `<part>.<name>`, and the class of the error of a failed part as `<part>.failed`."""
        for part, measured in self.measured.items():
            results.add(part, measured.figures)
        for part, error in self.failed.items():
            results.add(part, {"failed": error})


async def run_parts(parts: Mapping[str, Measure], setting: Setting, console: Console, outcome: BenchOutcome) -> None:
    """Measure each part and record the result in `outcome`. Continues after an error, not after an interruption."""
    for name, measure in parts.items():
        try:
            outcome.measured[name] = await measure(setting)
        except Exception as fault:
            outcome.failed[name] = type(fault).__name__
            console.print(
                f"{name} 未测成：{type(fault).__name__}: {fault}", markup=False, highlight=False, soft_wrap=True
            )
        except (asyncio.CancelledError, KeyboardInterrupt):
            outcome.failed[name] = INTERRUPTED
            raise


def compose_table(outcome: BenchOutcome, title: str) -> Table:
    """The rows of every part; a part that failed has one row with the class of its error."""
    table = Table(title=title)
    for column in ("项目", "数值", "目标"):
        table.add_column(column)
    for part in outcome.parts:
        measured = outcome.measured.get(part)
        if measured is None:
            error = outcome.failed.get(part)
            table.add_row(f"{TITLES.get(part, part)}（{part}）", f"未测成：{error}" if error else "未测")
        for row in measured.rows if measured else ():
            table.add_row(row.item, row.value, row.target)
        table.add_section()
    return table
