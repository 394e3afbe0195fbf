"""`python -m rehearsal demo`: start everything, run a week at a pace one can watch, then go on in real time."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from uuid import UUID

import uvloop
from arq.worker import Worker
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from channels.ui.navigation import ROLE_NAMES
from hotline import log
from hotline.clock import MovedClock, RealClock
from hotline.domain.enums import CHANNEL_NAMES, Role
from hotline.domain.supervision.tiers import TIER_NAMES
from hotline.domain.tickets.lifecycle import STATE_NAMES
from hotline.domain.tickets.ticket import Ticket
from rehearsal.county import PASSWORD, logins
from rehearsal.environment import COUNTY, Environment, open_environment, prepare, rehearsal_servers
from rehearsal.messages import ZONE, plan_arrivals, read_messages
from rehearsal.runner import Runner, StepResult
from rehearsal.weekly import end_of_run, mondays, plan_briefs
from workers.settings import build_worker
from workers.timetable import TIMES

MESSAGES = Path(__file__).parent / "demo_messages.csv"
WEEKDAYS = "一二三四五六日"
ALWAYS = timedelta(days=400)
KEPT_EVERY_S = 5
TOLD = {
    "file": "来诉", "sign": "签收", "reply": "答复", "return": "退单", "callback": "回访", "rate": "群众评价",
    "plan_interview": "约谈方案", "hold_interview": "约谈", "verify": "约谈核实", "instruct": "县领导批示",
    "no_answer": "回访未接通", "grant_extension": "同意延期", "dispatch": "人工派单",
}  # fmt: skip
# The log-ins of the table, with the first page of each.
SHOWN: tuple[tuple[str, str], ...] = (
    ("huawu1", "/console"), ("paidan1", "/console/dispatch"), ("shuiwu", "/desk"), ("shuiwu-fuze", "/desk"),
    ("duban1", "/supervision"), ("jiwei1", "/supervision"), ("lingdao1", "/briefs"), ("sysadmin", "/admin"),
    ("secadmin", "/admin"), ("audadmin", "/admin"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """The options of the command; `pace` is the pause in seconds after each step in which something happened."""

    home: Path
    port: int
    weeks: int = 1
    pace: float = 0.6
    seed: int = 1
    play: bool = True


def run_demo(order: DemoOrder, console: Console) -> None:
    """Start everything, run the weeks, and go on until Ctrl-C. Raises LocalServerError, NotForRehearsal."""
    order.home.mkdir(parents=True, exist_ok=True)
    with (order.home / "demo.log").open("a", encoding="utf-8") as out:
        log.configure("json", "info", out)
        try:
            uvloop.run(_demo(order, console))
        except KeyboardInterrupt:
            console.print("\n已停止，数据保留在 " + str(order.home) + "，再次运行会接着演示。")


async def _demo(order: DemoOrder, console: Console) -> None:
    began = time.monotonic()

    def told(what: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:5.1f} 秒[/dim]  {what}")

    told("启动自带的 PostgreSQL 和 Valkey")
    async with rehearsal_servers(order.home, durable=False) as servers:
        clock = MovedClock(await prepare(servers.database_url, first_moment(), told))
        async with open_environment(order.home, servers, clock, port=_port(order.port, console)) as environment:
            told(f"网站已打开：{environment.base}")
            async with _worker(environment):
                told("后台任务已启动")
                _introduce(environment, console)
                try:
                    await _show(order, environment, console)
                finally:
                    await environment.store_clock()


def first_moment() -> datetime:
    """The start of a new demonstration: Monday morning of last week, so that a week ends about now."""
    today = RealClock().now().astimezone(ZONE).date()
    return datetime.combine(today - timedelta(days=today.weekday() + 7), day_time(8, 20), ZONE)


@contextlib.asynccontextmanager
async def _worker(environment: Environment) -> AsyncIterator[Worker]:
    """The product's worker in this process, on the moved clock."""
    every_second = {name: frozenset(range(60)) for name in TIMES}
    worker = build_worker(environment.settings, environment.clock, times=every_second, handle_signals=False)
    task = asyncio.create_task(worker.async_run())
    try:
        yield worker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await worker.close()


def _port(wanted: int, console: Console) -> int:
    for port in range(wanted, min(wanted + 50, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            if port != wanted:
                console.print(f"端口 {wanted} 已被占用，改用 {port}。")
            return port
    raise OSError(f"端口 {wanted} 到 {wanted + 49} 都被占用，请用 --port 指定其他端口。")


def _introduce(environment: Environment, console: Console) -> None:
    console.print(f"\n群众网站  {environment.base}/      工作人员登录  {environment.base}/login")
    console.print(
        f"时钟：{environment.clock.now().astimezone(ZONE):%Y-%m-%d %H:%M}（演示用，比真实时间走得快）\n",
        highlight=False,
    )
    people = {person.login: person for person in logins(COUNTY)}
    table = Table(title=f"演示账号（密码都是 {PASSWORD}）", title_justify="left")
    for heading in ("角色", "账号", "姓名", "单位", "首页"):
        table.add_column(heading)
    for login, path in SHOWN:
        person = people[login]
        table.add_row(ROLE_NAMES[person.role], login, person.name, person.unit, path)
    console.print(table)
    units = sum(person.role is Role.HANDLER for person in people.values())
    console.print(f"其他 {units - 1} 个单位各有承办人和负责人两个账号，例如 jiaoyu、jiaoyu-fuze。\n")


async def _show(order: DemoOrder, environment: Environment, console: Console) -> None:
    runner = Runner(environment, [], order.seed, alone=False)
    runner.awake = ALWAYS
    if order.play:
        start = environment.clock.now().astimezone(ZONE)
        # A week started on a Friday or later would end before anybody had replied.
        first = start.date() if start.weekday() < 4 else start.date() + timedelta(days=7 - start.weekday())
        runner = await _run_weeks(order, environment, first, console)
    console.print("时钟继续按正常速度走。按 Ctrl-C 停止。")
    await _run_on(runner)


async def _run_weeks(order: DemoOrder, environment: Environment, first: date, console: Console) -> Runner:
    inflow = read_messages([MESSAGES] * order.weeks)
    seed = order.seed + first.toordinal()
    arrivals = [a for a in plan_arrivals(inflow.messages, first, order.weeks, seed) if a.at > environment.clock.now()]
    runner = Runner(environment, arrivals, seed, "demo", alone=False)
    runner.awake = ALWAYS
    await runner.adopt_open()
    folder = order.home / "briefs"
    plan_briefs(runner, first, order.weeks, folder)
    console.print(f"演示 {len(arrivals)} 件诉求，约 {len(arrivals) * order.pace * 5 / 60:.0f} 分钟。\n")
    end = end_of_run(first, order.weeks)
    kept, printer = time.monotonic(), _EventPrinter(environment, console)
    while (moment := await runner.next_moment()) is not None and moment <= end:
        if printer.tell(await runner.step(moment)):
            await asyncio.sleep(order.pace)
        if time.monotonic() - kept > KEPT_EVERY_S:
            await environment.store_clock()
            kept = time.monotonic()
    _tell_briefs(environment, first, order.weeks, folder, console)
    return runner


class _EventPrinter:
    """Prints a line for each notable event, with the address of its ticket."""

    def __init__(self, environment: Environment, console: Console) -> None:
        self._environment = environment
        self._console = console
        self._known: dict[UUID, Ticket] = {}

    def tell(self, moment: StepResult) -> bool:
        """Print what happened in a step; returns whether anything was printed."""
        verbs = {tracked.ticket_id: verb for verb, tracked in moment.actions}
        told = 0
        for ticket in moment.changed:
            before = self._known.get(ticket.ticket_id)
            self._known[ticket.ticket_id] = ticket
            what = _what(ticket, before, verbs.get(ticket.ticket_id))
            if what:
                self._say(moment.at, what, ticket)
                told += 1
        return told > 0

    def _say(self, at: datetime, what: str, ticket: Ticket) -> None:
        local = at.astimezone(ZONE)
        unit = self._environment.context.county.unit_name(ticket.lead_unit_id)
        tier = f" [yellow]{TIER_NAMES[ticket.tier]}[/yellow]" if ticket.tier else ""
        self._console.print(
            f"[dim]{local:%m-%d} 周{WEEKDAYS[local.weekday()]} {local:%H:%M}[/dim]  {what} "
            f"[bold]{escape(ticket.title)}[/bold] → {unit}，{STATE_NAMES[ticket.state]}{tier}  "
            f"[dim]{self._environment.base}/tickets/{ticket.ticket_id}[/dim]",
            highlight=False,
            soft_wrap=True,
        )


def _what(ticket: Ticket, before: Ticket | None, verb: str | None) -> str:
    """The label of a change of a ticket; '' for one that gets no line."""
    if verb is not None and verb in TOLD:
        return f"{CHANNEL_NAMES[ticket.channel]}{TOLD[verb]}" if verb == "file" else TOLD[verb]
    if before is None or before.version == ticket.version:
        return ""
    if ticket.tier > before.tier:
        return "[yellow]督办函[/yellow]"
    return "催办" if verb is None and ticket.open and ticket.state is before.state else ""


def _tell_briefs(environment: Environment, first: date, weeks: int, folder: Path, console: Console) -> None:
    for monday in mondays(first, weeks):
        week = monday - timedelta(days=7)
        console.print(f"\n[bold]《群众约谈工作专报》[/bold] {environment.base}/briefs/{week}（用 lingdao1 登录查看）")
        file = folder / f"{week}.docx"
        if file.exists():
            console.print(f"公文版：{file}")


async def _run_on(runner: Runner) -> None:
    """Move the clock in real time and carry out planned actions when they are due; does not return."""
    environment, last, kept = runner.environment, time.monotonic(), time.monotonic()
    while True:
        await asyncio.sleep(1)
        now, passed = time.monotonic(), time.monotonic() - last
        last = now
        until = environment.clock.now() + timedelta(seconds=passed)
        while (moment := await runner.next_moment()) is not None and moment <= until:
            await runner.step(moment)
        await environment.move_to(until, ALWAYS)
        if now - kept > KEPT_EVERY_S:
            await environment.store_clock()
            kept = now
