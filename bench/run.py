"""Run the parts one after another: what one of them breaks does not cost the figures of the others."""

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
class Outcome:
    """What became of the parts asked for: measured, or failed with the class of the error; a part in neither was not reached."""

    parts: tuple[str, ...]
    measured: dict[str, Measured] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every part was measured."""
        return set(self.measured) == set(self.parts)

    def add_to(self, results: RunResults) -> None:
        """Every figure as `<part>.<name>`; a failed part is named as `<part>.failed`, with the class of its error."""
        for part, measured in self.measured.items():
            results.add(part, measured.figures)
        for part, error in self.failed.items():
            results.add(part, {"failed": error})


async def run_parts(parts: Mapping[str, Measure], setting: Setting, console: Console, outcome: Outcome) -> None:
    """Measure each part and note in `outcome` what it came to. Goes on after an error, not after an interruption."""
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


def compose_table(outcome: Outcome, title: str) -> Table:
    """The lines of every part asked for; one that failed says so with the class of its error."""
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
