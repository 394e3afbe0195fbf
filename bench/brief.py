"""The brief over years of tickets: compiling last week's, opening it, and opening the list behind a figure."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from bench.queries import queries
from bench.servers import PORT
from bench.sweep import unchecked
from hotline.actions.brief import compile_brief
from hotline.actions.office import Office
from hotline.clock import RealClock
from hotline.db import open_pool
from hotline.vault import Vault
from rehearsal.clients import Clients
from rehearsal.county import PASSWORD, logins

TICKETS, UNITS, YEARS, ROUNDS, SLICE = 1_000_000, 50, 3, 5, 50_000
_q = queries.brief


@dataclass(frozen=True, slots=True)
class BriefTimes:
    """Seconds: to compile a week, and medians of opening its page and the list of all that was received in it."""

    compiled: float
    page: float
    figure: float


async def pour_years(database_url: str, region: int, tickets: int = TICKETS) -> float:
    """Fill the region with years of tickets and compile the brief of the week before now; gives the seconds that took.

    Raises RuntimeError when there is nothing to compile.
    """
    pool = await open_pool(database_url)
    try:
        now = RealClock().now()
        office = Office(region, pool, Vault(bytes(range(32))))
        county = await office.refresh(now, force=True)
        units = [unit.unit_id for unit in county.units.values() if unit.staffed and not unit.office][:UNITS]
        async with pool.acquire() as conn:
            await _pour(conn, region, tickets, units, now)
        started = time.perf_counter()
        if await compile_brief(office, now) is None:
            raise RuntimeError("no brief was compiled")
        return time.perf_counter() - started
    finally:
        await pool.close()


async def _pour(conn: Any, region: int, tickets: int, units: list[UUID], now: Any) -> None:
    async with unchecked(conn):
        for begin in range(1, tickets + 1, SLICE):
            span = {"region_id": region, "first": begin, "last": min(begin + SLICE - 1, tickets)}
            await _q.pour_years(conn, now=now, every=timedelta(days=365 * YEARS) / tickets, unit_ids=units, **span)
            await _q.pour_people(conn, **span)
            await _q.pour_history(conn, **span)
            await _q.pour_clocks(conn, **span)
            await _q.pour_mechanism(conn, **span)


async def open_brief(county: str, compiled: float) -> BriefTimes:
    """A supervisor opens the newest brief and one of its lists, again and again. Raises UnexpectedReply when it is not there."""
    clients = Clients(f"http://127.0.0.1:{PORT}", RealClock(), PASSWORD)
    who = next(login.login for login in logins(county) if login.role == "supervisor")
    try:
        page = await _median(clients, who, "/briefs")
        monday = (await clients.read(who, "/briefs")).decode().partition('href="/briefs/')[2][:10]
        return BriefTimes(compiled, page, await _median(clients, who, f"/briefs/{monday}/figures/received"))
    finally:
        await clients.close()


async def _median(clients: Clients, who: str, path: str) -> float:
    spent = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await clients.read(who, path)
        spent.append(time.perf_counter() - started)
    return statistics.median(spent)
