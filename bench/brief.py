"""Benchmark of the weekly brief over three years of tickets: compile it, open its page and the list behind a figure."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bench.part import Measured, Row, Setting
from bench.queries import queries
from bench.servers import PORT, environment, running, wait_for_doors
from bench.sweep import unchecked
from hotline.actions.brief.publication import compile_brief
from hotline.actions.region.context import RegionContext
from hotline.clock import RealClock
from hotline.crypto.vault import Vault
from hotline.db import Connection, open_pool
from rehearsal.clients import Clients
from rehearsal.county import PASSWORD, logins
from rehearsal.progress import Advance

COUNTY = "青禾县"
TICKETS, UNITS, YEARS, ROUNDS, SLICE = 1_000_000, 50, 3, 5, 50_000
COMPILE_COST, PAGE_COST = 50_000, 5_000  # tickets loaded in the same time
_q = queries.brief


@dataclass(frozen=True, slots=True)
class BriefTimes:
    """Seconds: `compiled` to compile a week, `page` and `figure` to open its page and a ticket list (medians)."""

    compiled: float
    page: float
    figure: float


async def measure_brief(setting: Setting) -> Measured:
    """Fill the county with years of tickets, compile a brief, open it, and compose the table's lines."""
    progress = setting.progress
    progress.begin("brief", TICKETS + COMPILE_COST + 2 * ROUNDS * PAGE_COST)
    compiled = await load_years(setting.url, 1, progress.advance)
    with running("channels", 1, environment(setting.servers, setting.home), setting.home / "processes.log"):
        await wait_for_doors()
        times = await open_brief(COUNTY, compiled, progress.advance)
    rows = (
        Row(f"打开专报，{TICKETS:,} 件工单、{UNITS} 个单位", f"{times.page:.2f} 秒", "< 2 秒"),
        Row("打开专报一个数字的工单清单（本周受理）", f"{times.figure:.2f} 秒", "< 2 秒"),
        Row("汇总一周的专报", f"{times.compiled:.1f} 秒"),
    )
    figures = {
        "tickets": TICKETS,
        "units": UNITS,
        "page_s": times.page,
        "figure_s": times.figure,
        "compile_s": times.compiled,
    }
    return Measured(rows, figures)


async def load_years(database_url: str, region: int, advance: Advance, tickets: int = TICKETS) -> float:
    """Fill the region with years of tickets and compile last week's brief; returns the seconds of the compilation.

    Advances by the number of tickets, and by COMPILE_COST. Raises RuntimeError when there is nothing to compile.
    """
    pool = await open_pool(database_url)
    try:
        now = RealClock().now()
        context = RegionContext(region, pool, Vault(bytes(range(32))))
        county = await context.refresh(now, force=True)
        units = [unit.unit_id for unit in county.units.values() if unit.staffed and not unit.office][:UNITS]
        async with pool.acquire() as conn:
            await _bulk_load(conn, region, tickets, units, now, advance)
        started = time.perf_counter()
        if await compile_brief(context, now) is None:
            raise RuntimeError("no brief was compiled")
        advance(COMPILE_COST)
        return time.perf_counter() - started
    finally:
        await pool.close()


async def _bulk_load(
    conn: Connection, region: int, tickets: int, units: list[UUID], now: datetime, advance: Advance
) -> None:
    async with unchecked(conn):
        for begin in range(1, tickets + 1, SLICE):
            span = {"region_id": region, "first": begin, "last": min(begin + SLICE - 1, tickets)}
            await _q.load_years(conn, now=now, every=timedelta(days=365 * YEARS) / tickets, unit_ids=units, **span)
            await _q.load_people(conn, **span)
            await _q.load_history(conn, **span)
            await _q.load_clocks(conn, **span)
            await _q.load_mechanism(conn, **span)
            advance(span["last"] - begin + 1)


async def open_brief(county: str, compiled: float, advance: Advance) -> BriefTimes:
    """Open the newest brief and one of its lists as a supervisor, Raises UnexpectedReply unless answered 200."""
    clients = Clients(f"http://127.0.0.1:{PORT}", RealClock(), PASSWORD)
    who = next(login.login for login in logins(county) if login.role == "supervisor")
    try:
        page = await _median(clients, who, "/briefs", advance)
        monday = (await clients.read(who, "/briefs")).decode().partition('href="/briefs/')[2][:10]
        return BriefTimes(compiled, page, await _median(clients, who, f"/briefs/{monday}/figures/received", advance))
    finally:
        await clients.close()


async def _median(clients: Clients, who: str, path: str, advance: Advance) -> float:
    spent = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await clients.read(who, path)
        spent.append(time.perf_counter() - started)
        advance(PAGE_COST)
    return statistics.median(spent)
