"""One sweep over clocks of which a thousand are due, while ever more tickets are open: the cost must follow what is due."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bench.queries import queries
from hotline.actions.office import Office
from hotline.actions.supervision import strike_due_clocks
from hotline.db import open_pool
from hotline.vault import Vault
from rehearsal.county import seed_county

REGION, DUE, ROUNDS, BATCH, SLICE = 2, 1_000, 3, 100, 50_000
SIZES = (10_000, 100_000, 1_000_000)
NOW = datetime(2026, 11, 25, 17, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
# The last day of a limit that ends tomorrow begins now; the others have a day more.
DUE_SOON, DUE_LATER = NOW + timedelta(days=1), NOW + timedelta(days=2)
_q = queries.sweep
_session = queries.session


@dataclass(frozen=True, slots=True)
class SweepTime:
    """How long sweeping everything due took, median of the rounds in seconds, with so many tickets open."""

    open_tickets: int
    seconds: float


async def measure_sweeps(database_url: str, sizes: tuple[int, ...] = SIZES) -> list[SweepTime]:
    """One database grown from size to size. Raises RuntimeError when a reminder is missing or one too many."""
    pool = await open_pool(database_url)
    try:
        await seed_county(pool, REGION, "青川县")
        office = Office(REGION, pool, Vault(bytes(32)))
        await office.refresh(NOW, force=True)
        measured, poured = [], 0
        for size in sizes:
            await pour(pool, REGION, poured + 1, size, [unit.unit_id for unit in _bureaus(office)])
            measured.append(SweepTime(size, await _sweep_rounds(office, poured + 1, size)))
            poured = size
        return measured
    finally:
        await pool.close()


async def pour(pool: Any, region: int, first: int, last: int, unit_ids: list[UUID]) -> None:
    """Fill the region with open tickets numbered `first` to `last`, nothing of them due at NOW, and analyse."""
    async with pool.acquire() as conn, unchecked(conn):
        for begin in range(first, last + 1, SLICE):
            span = {"region_id": region, "first": begin, "last": min(begin + SLICE - 1, last), "now": NOW}
            await _q.pour_tickets(conn, unit_ids=unit_ids, due_at=DUE_LATER, **span)
            await _q.pour_units(conn, **span)
            await _q.pour_people(conn, **span)
            await _q.pour_events(conn, **span)
            await _q.pour_clocks(conn, due_at=DUE_LATER, **span)
            await _q.pour_rest(conn, **span)


@asynccontextmanager
async def unchecked(conn: Any) -> AsyncIterator[None]:
    """Rows that are right by construction are poured in without their checks; then the database is as after a quiet night."""
    await _session.skip_checks(conn)
    yield
    await _session.keep_checks(conn)
    await conn.execute("vacuum analyze", timeout=600)
    await conn.execute("checkpoint", timeout=600)


def _bureaus(office: Office) -> list[Any]:
    return [
        unit for unit in office.county.units.values() if unit.level == "bureau" and unit.staffed and not unit.office
    ]


async def _sweep_rounds(office: Office, first: int, last: int) -> float:
    # A ticket is reminded of a step once: each size has its own share of fresh ones.
    spent = []
    for number in range(ROUNDS):
        async with office.pool.acquire() as conn:
            told = await _q.count_told(conn, region_id=REGION)
            await _q.make_due(
                conn, region_id=REGION, round=number, rounds=ROUNDS, due_tickets=DUE, first=first, last=last,
                now=NOW, due_at=DUE_SOON,
            )  # fmt: skip
        started = time.perf_counter()
        while (await strike_due_clocks(office, NOW, BATCH))[0]:
            pass
        spent.append(time.perf_counter() - started)
        async with office.pool.acquire() as conn:
            fresh = await _q.count_told(conn, region_id=REGION) - told
        if fresh != DUE:
            raise RuntimeError(f"{fresh} reminders of {DUE} that were due")
    return statistics.median(spent)
