"""Benchmark of desk pages: 32 handlers each open a list or a ticket every second; latencies as percentiles."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random

from bench.part import Measured, Row, Setting, during
from bench.servers import PORT, environment, running, wait_for_doors
from bench.sweep import bulk_load
from hotline.actions.region.context import RegionContext
from hotline.clock import RealClock
from hotline.crypto.vault import Vault
from hotline.db import open_pool
from rehearsal.clients import Clients
from rehearsal.county import PASSWORD, logins

USERS, OPEN_TICKETS, EVERY_S, FILL_S, SETTLE_S = 32, 10_000, 1.0, 4.0, 4.0
TICKET = re.compile(rb'href="(/tickets/[0-9a-f-]{36})"')


@dataclass(frozen=True, slots=True)
class DeskTimes:
    """Number of pages opened and latencies in milliseconds, of lists, of tickets and of both together."""

    pages: int
    list_p95_ms: float
    ticket_p95_ms: float
    p50_ms: float
    p95_ms: float


async def measure_desk(setting: Setting) -> Measured:
    """Insert open tickets, let all users open pages, and compose the table's lines."""
    seconds, progress = 2 * setting.seconds, setting.progress
    progress.begin("desk", FILL_S + SETTLE_S + seconds)
    users = await during(FILL_S, progress.advance, fill_desks(setting.url, 1))
    environ = environment(setting.servers, setting.home)
    with running("channels", os.cpu_count() or 1, environ, setting.home / "processes.log"):
        await wait_for_doors()
        return _compose(await during(SETTLE_S + seconds, progress.advance, desk_pages(users, seconds)))


def _compose(times: DeskTimes) -> Measured:
    spread = f"{times.p95_ms:.0f} 毫秒（清单 {times.list_p95_ms:.0f}，工单 {times.ticket_p95_ms:.0f}）"
    rows = (
        Row(f"工作台 {USERS} 人，平均每 {EVERY_S:g} 秒打开一页", f"{times.pages} 页，p50 {times.p50_ms:.0f} 毫秒"),
        Row("工作台 p95", spread, "< 60 毫秒"),
    )
    figures = {
        "users": USERS,
        "every_s": EVERY_S,
        **{name: {OPEN_TICKETS: value} for name, value in asdict(times).items()},
    }
    return Measured(rows, figures)


async def fill_desks(database_url: str, region: int) -> list[str]:
    """Insert open tickets spread over as many units as there are users; returns the handlers' log-ins."""
    pool = await open_pool(database_url)
    try:
        context = RegionContext(region, pool, Vault(bytes(32)))
        county = await context.refresh(RealClock().now(), force=True)
        by_name = {unit.name: unit.unit_id for unit in county.units.values()}
        desks = [login for login in logins(county.name) if login.role == "handler" and login.unit in by_name][:USERS]
        await bulk_load(pool, region, 1, OPEN_TICKETS, [by_name[desk.unit] for desk in desks])
        return [desk.login for desk in desks]
    finally:
        await pool.close()


async def desk_pages(users: Sequence[str], seconds: int) -> DeskTimes:
    """All users open pages for `seconds`, after a warm-up. Raises UnexpectedReply unless each page is answered 200."""
    clients = Clients(f"http://127.0.0.1:{PORT}", RealClock(), PASSWORD)
    try:
        for user in users:
            await clients.read(user, "/desk")
        begin = time.perf_counter() + SETTLE_S
        await asyncio.gather(*(_work(clients, user, begin) for user in users))
        spent = await asyncio.gather(*(_work(clients, user, begin + seconds) for user in users))
    finally:
        await clients.close()
    lists = sorted(itertools.chain.from_iterable(one[0] for one in spent))
    tickets = sorted(itertools.chain.from_iterable(one[1] for one in spent))
    both = sorted((*lists, *tickets))
    return DeskTimes(len(both), _share(lists, 0.95), _share(tickets, 0.95), _share(both, 0.5), _share(both, 0.95))


async def _work(clients: Clients, user: str, until: float) -> tuple[list[float], list[float]]:
    dice, lists, tickets = Random(user), list[float](), list[float]()
    await asyncio.sleep(dice.uniform(0, EVERY_S))
    while time.perf_counter() < until:
        found = TICKET.findall(await _timed(clients, user, "/desk", lists))
        await asyncio.sleep(dice.uniform(0.5, 1.5) * EVERY_S)
        await _timed(clients, user, dice.choice(found).decode(), tickets)
        await asyncio.sleep(dice.uniform(0.5, 1.5) * EVERY_S)
    return lists, tickets


async def _timed(clients: Clients, user: str, path: str, spent: list[float]) -> bytes:
    started = time.perf_counter()
    page = await clients.read(user, path)
    spent.append((time.perf_counter() - started) * 1000)
    return page


def _share(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]
