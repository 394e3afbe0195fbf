"""`python -m rehearsal drill`: messages of CSV files filed and handled on a clock that jumps to what is due next."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import date, datetime
from datetime import time as day_time
from pathlib import Path
from random import Random

import uvloop
from rich.console import Console

from hotline import log
from hotline.clock import MovedClock
from rehearsal.environment import Environment, NotForRehearsal, open_environment, prepare, rehearsal_servers
from rehearsal.fault_injection import FaultInjector, open_fault_injector
from rehearsal.messages import ZONE, Inflow, per_channel, plan_arrivals, read_messages
from rehearsal.progress import RunProgress
from rehearsal.report import Figures, compose_table, count
from rehearsal.results import RunResults
from rehearsal.runner import Runner
from rehearsal.weekly import end_of_run, plan_briefs

START = date(2026, 9, 7)
MOST_WEEKS = 26
PLATFORM_FAULTS = ("500", "45009", "drop", "45015", "-1")


@dataclass(frozen=True, slots=True)
class DrillOrder:
    """The options of the command."""

    files: tuple[Path, ...]
    weeks: int
    seed: int
    start: date = START
    json_file: Path | None = None
    home: Path | None = None
    adversary: bool = False

    @property
    def arguments(self) -> Mapping[str, object]:
        """The options by the names they have in the JSON."""
        return {
            "files": self.files,
            "weeks": self.weeks,
            "seed": self.seed,
            "start": self.start,
            "json": self.json_file,
            "home": self.home,
            "adversary": self.adversary,
        }

    @property
    def results(self) -> Path:
        """The folder of briefs and log: below `home` if given, else beside the JSON, else in the working directory."""
        if self.home is not None:
            return self.home / "results"
        if self.json_file is not None:
            return self.json_file.with_suffix("")
        return Path("drill")


def run_drill(order: DrillOrder, console: Console) -> Figures:
    """Read the files, run the weeks, count, print the table and write the JSON.

    Raises UnreadableSheet, NotForRehearsal, UpkeepFault, LocalServerError.
    """
    results = RunResults("drill", order.arguments)
    inflow = read_messages(order.files)
    order.results.mkdir(parents=True, exist_ok=True)
    log_file = order.results / "drill.log"
    with log_file.open("w", encoding="utf-8") as out, _home(order) as home:
        log.configure("json", "error", out)
        figures = uvloop.run(_drill(order, inflow, home, console))
    figures["errors"] = len(log_file.read_text("utf-8").splitlines())
    figures["log"] = str(log_file)
    results.add("drill", figures)
    results.write(order.json_file)
    _tell(figures, console)
    return figures


@contextmanager
def _home(order: DrillOrder) -> Iterator[Path]:
    if order.home is not None:
        order.home.mkdir(parents=True, exist_ok=True)
        yield order.home
        return
    with tempfile.TemporaryDirectory(prefix="hotline-drill-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


async def _drill(order: DrillOrder, inflow: Inflow, home: Path, console: Console) -> Figures:
    began = time.monotonic()
    start = datetime.combine(order.start, day_time(0), ZONE)
    async with rehearsal_servers(home, durable=False) as servers:
        clock = MovedClock(await prepare(servers.database_url, start))
        async with open_environment(home, servers, clock) as environment, _adversary(order, environment) as injector:
            if clock.now() > start or await environment.has_tickets():
                raise NotForRehearsal("演练要从空的数据库开始，这里已经演练过：请换一个 --home 或数据库。")
            arrivals = plan_arrivals(inflow.messages, order.start, order.weeks, order.seed)
            runner = Runner(environment, arrivals, order.seed)
            plan_briefs(runner, order.start, order.weeks, order.results)
            plan_platform_faults(runner, order.seed)
            await _run_until(runner, end_of_run(order.start, order.weeks), console)
            if injector is not None:
                await injector.settle(environment)
            await environment.store_clock()
            figures = _with_rows(inflow, await count(runner, injector))
    for brief in figures["briefs"]:
        file = order.results / f"{brief['week']}.docx"
        brief["file"] = str(file) if file.exists() else None
    figures["wall_seconds"] = round(time.monotonic() - began, 1)
    figures["planned"] = {channel.value: total for channel, total in per_channel(arrivals).items()}
    return figures


def _adversary(order: DrillOrder, environment: Environment) -> AbstractAsyncContextManager[FaultInjector | None]:
    return open_fault_injector(environment, order.seed) if order.adversary else nullcontext()


def _with_rows(inflow: Inflow, counted: Figures) -> Figures:
    read: Figures = {
        "rows": len(inflow.messages) + len(inflow.bad),
        "messages_read": len(inflow.messages),
        "bad_row_count": len(inflow.bad),
        "bad_rows": [asdict(row) for row in inflow.bad],
    }
    return read | counted


async def _run_until(runner: Runner, end: datetime, console: Console) -> None:
    """Step from one due moment to the next; progress is measured on the moved clock."""
    start = runner.environment.clock.now()
    with RunProgress(console) as progress:
        progress.begin("演练", (end - start).total_seconds())
        while (moment := await runner.next_moment()) is not None and moment <= end:
            done = await runner.step(moment)
            where = f"{done.at.astimezone(ZONE):%m-%d %H:%M}，收到 {done.received}/{len(runner.tracked)} 件"
            progress.reach((done.at - start).total_seconds(), where)
        progress.reach((end - start).total_seconds())


def plan_platform_faults(runner: Runner, seed: int) -> None:
    """Let the stand-in platform fail for every 40th message: messages must not be doubled by retries."""
    dice = Random(f"{seed}:mischief")
    for tracked in list(runner.tracked.values())[::40]:
        kind = dice.choice(PLATFORM_FAULTS)

        async def job(kind: str = kind) -> None:
            runner.environment.wechat.misbehave(kind)

        runner.plan(tracked.arrival.at, job)


def _tell(figures: Figures, console: Console) -> None:
    for row in figures["bad_rows"][:20]:
        console.print(f"[yellow]{row['file']} 第 {row['line']} 行：{row['why']}，未纳入[/yellow]")
    if len(figures["bad_rows"]) > 20:
        console.print(f"[yellow]……共 {len(figures['bad_rows'])} 行有误[/yellow]")
    console.print(compose_table(figures))
