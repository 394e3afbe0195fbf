"""Benchmark of a sweep over 1,000 due deadlines among up to 1,000,000 open tickets: its cost must follow the former."""

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

from bench.part import Measured, Row, Setting
from bench.queries import queries
from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.due_steps import fire_due_deadlines
from hotline.crypto.vault import Vault
from hotline.db import Connection, open_pool
from rehearsal.county import seed_county
from rehearsal.progress import Advance, no_progress

REGION, DUE, ROUNDS, BATCH, SLICE = 2, 1_000, 3, 100, 50_000
SIZES = (10_000, 100_000, 1_000_000)
ROUND_COST = 20_000  # tickets loaded in the time of one round
NOW = datetime(2026, 11, 25, 17, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
# The reminder of the last day is due a day before the deadline: now for the first, tomorrow for the others.
DUE_SOON, DUE_LATER = NOW + timedelta(days=1), NOW + timedelta(days=2)
_q = queries.sweep
_session = queries.session


@dataclass(frozen=True, slots=True)
class SweepTime:
    """Seconds to sweep everything due (median of the rounds) with `open_tickets` open."""

    open_tickets: int
    seconds: float


async def measure_sweep(setting: Setting, sizes: tuple[int, ...] = SIZES) -> Measured:
    """Measure a sweep at every size and compose the table's rows."""
    setting.progress.begin("sweep", max(sizes) + ROUND_COST * ROUNDS * len(sizes))
    return _compose(await sweep_times(setting.url, sizes, setting.progress.advance))


def _compose(measured: list[SweepTime]) -> Measured:
    rates = {one.open_tickets: DUE / one.seconds for one in measured}
    growth = measured[-1].seconds / measured[0].seconds
    rows = [
        Row(
            f"扫描 {DUE:,} 个到期时限，在办 {one.open_tickets:,} 件",
            f"{one.seconds:.2f} 秒（{rates[one.open_tickets]:,.0f} 个/秒）",
        )
        for one in measured
    ]
    figures = {
        "due": DUE,
        "seconds": {one.open_tickets: one.seconds for one in measured},
        "per_second": rates[measured[-1].open_tickets],
        **{f"per_second.{size}": rate for size, rate in rates.items()},
        "growth": growth,
    }
    return Measured((*rows, Row("在办从最少到最多，扫描用时之比", f"{growth:.2f}", "≤ 1.5")), figures)


async def sweep_times(database_url: str, sizes: tuple[int, ...], advance: Advance) -> list[SweepTime]:
    """Grow one database from size to size and sweep at each. Raises RuntimeError unless all due are reminded once."""
    pool = await open_pool(database_url)
    try:
        await seed_county(pool, REGION, "青川县")
        context = RegionContext(REGION, pool, Vault(bytes(32)))
        await context.refresh(NOW, force=True)
        measured, loaded = [], 0
        for size in sizes:
            await bulk_load(pool, REGION, loaded + 1, size, [unit.unit_id for unit in _bureaus(context)], advance)
            measured.append(SweepTime(size, await _sweep_rounds(context, loaded + 1, size, advance)))
            loaded = size
        return measured
    finally:
        await pool.close()


async def bulk_load(
    pool: Any, region: int, first: int, last: int, unit_ids: list[UUID], advance: Advance = no_progress
) -> None:
    """Bulk-load open tickets numbered `first` to `last`, none of them due at NOW, and analyze.

    Advances by the number of tickets.
    """
    async with pool.acquire() as conn, unchecked(conn):
        for begin in range(first, last + 1, SLICE):
            end = min(begin + SLICE - 1, last)
            span = {"region_id": region, "first": begin, "last": end, "now": NOW}
            await _q.load_tickets(conn, unit_ids=unit_ids, due_at=DUE_LATER, **span)
            await _q.load_units(conn, **span)
            await _q.load_people(conn, **span)
            await _q.load_events(conn, **span)
            await _q.load_clocks(conn, due_at=DUE_LATER, **span)
            await _q.load_rest(conn, **span)
            advance(end - begin + 1)


@asynccontextmanager
async def unchecked(conn: Connection) -> AsyncIterator[None]:
    """Load rows that are right by construction with triggers and foreign keys off; then vacuum and analyze."""
    await _session.skip_checks(conn)
    yield
    await _session.keep_checks(conn)
    await conn.execute("vacuum analyze", timeout=600)
    await conn.execute("checkpoint", timeout=600)


def _bureaus(context: RegionContext) -> list[Any]:
    return [
        unit for unit in context.county.units.values() if unit.level == "bureau" and unit.staffed and not unit.office
    ]


async def _sweep_rounds(context: RegionContext, first: int, last: int, advance: Advance) -> float:
    # A ticket is reminded of a step once, so each round takes tickets that were not due before.
    spent = []
    for number in range(ROUNDS):
        async with context.pool.acquire() as conn:
            told = await _q.count_told(conn, region_id=REGION)
            await _q.make_due(
                conn, region_id=REGION, round=number, rounds=ROUNDS, due_tickets=DUE, first=first, last=last,
                now=NOW, due_at=DUE_SOON,
            )  # fmt: skip
        started = time.perf_counter()
        while (await fire_due_deadlines(context, NOW, BATCH))[0]:
            pass
        spent.append(time.perf_counter() - started)
        async with context.pool.acquire() as conn:
            fresh = await _q.count_told(conn, region_id=REGION) - told
        if fresh != DUE:
            raise RuntimeError(f"{fresh} reminders of {DUE} that were due")
        advance(ROUND_COST)
    return statistics.median(spent)
