"""Benchmark of HTTP intake, against the rate at which the same database can insert three bare rows."""

from __future__ import annotations

import asyncio
import json
import os
import re
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.part import Measured, Row, Setting, during
from bench.servers import PORT, environment, memory_mb, output_of, running, wait_for_doors
from hotline.db import open_pool
from hotline.local import postgres_program

HERE = Path(__file__).resolve().parent
CONNECTIONS, ROUNDS, SETTLE_S = 32, 3, 2


@dataclass(frozen=True, slots=True)
class IntakeRate:
    """Committed tickets per second and latencies in milliseconds of one round."""

    per_second: float
    p50_ms: float
    p99_ms: float
    committed: int
    faults: int


async def measure_intake(setting: Setting) -> Measured:
    """Alternate rounds of bare inserts and of filing over HTTP, so that both run under the same load of the machine."""
    seconds, progress = setting.seconds, setting.progress
    progress.begin("intake", SETTLE_S + ROUNDS * 2 * seconds + seconds)
    environ, log = environment(setting.servers, setting.home), setting.home / "processes.log"
    limits, rates = list[float](), list[IntakeRate]()
    with running("channels", os.cpu_count() or 1, environ, log) as channels:
        await wait_for_doors()
        await during(SETTLE_S, progress.advance, settle_in(setting.url))
        for _ in range(ROUNDS):
            limits.append(await during(seconds, progress.advance, three_row_limit(setting.url, seconds)))
            rates.append(await during(seconds, progress.advance, http_intake(setting.url, seconds)))
        memory = max(map(memory_mb, channels))
        # The worker starts last, so that intake is measured alone; its memory is taken while it works off the backlog.
        with running("workers", 1, environ, log) as workers:
            await during(seconds, progress.advance, asyncio.sleep(seconds))
            workers_mb = memory_mb(workers[0])
            progress.advance(0, "等待进程结束")
    return _compose(limits, rates, memory, workers_mb)


def _compose(limits: list[float], rates: list[IntakeRate], channels_mb: float, workers_mb: float) -> Measured:
    ratios = [rate.per_second / limit for rate, limit in zip(rates, limits, strict=True)]
    figures = {
        "limit_per_second": statistics.median(limits),
        "per_second": statistics.median(rate.per_second for rate in rates),
        "ratio": statistics.median(ratios),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
        "p50_ms": statistics.median(rate.p50_ms for rate in rates),
        "p99_ms": statistics.median(rate.p99_ms for rate in rates),
        "channels_memory_mb": channels_mb,
        "workers_memory_mb": workers_mb,
    }
    spread = f"{figures['ratio']:.2f}（{figures['ratio_min']:.2f}–{figures['ratio_max']:.2f}）"
    rows = (
        Row("三行插入的极限（pgbench）", f"{figures['limit_per_second']:,.0f} 次/秒"),
        Row("网上受理（已提交的工单）", f"{figures['per_second']:,.0f} 件/秒"),
        Row("比值", spread, "≥ 0.40"),
        Row("p50 / p99", f"{figures['p50_ms']:.1f} / {figures['p99_ms']:.1f} 毫秒"),
        Row("channels 每个进程的内存", f"{channels_mb:.0f} MB", "≤ 200 MB"),
        Row("workers 的内存", f"{workers_mb:.0f} MB", "≤ 150 MB"),
    )
    return Measured(rows, figures)


async def three_row_limit(database_url: str, seconds: int) -> float:
    """Transactions per second of three plain inserts into copies of our tables, at 32 clients (pgbench)."""
    async with _connection(database_url) as connection:
        for name in ("ticket", "event", "deadline"):
            source = "ticket_event" if name == "event" else name
            await connection.execute(
                f"drop table if exists bench_{name}; create table bench_{name} (like {source} including all)"
            )
    # pgbench takes a libpq connection URI.
    told = await output_of(
        str(postgres_program("pgbench")), "-n", "-c", str(CONNECTIONS), "-j", "2", "-T", str(seconds), "-M", "prepared",
        "-f", str(HERE / "three_rows.sql"), database_url,
    )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", told)
    if found is None:
        raise RuntimeError(told)
    return float(found[1])


async def settle_in(database_url: str) -> None:
    """Insert some rows and analyze, as autovacuum would within a minute: plans made for empty tables scan them."""
    await _load(SETTLE_S)
    async with _connection(database_url) as connection:
        await connection.execute("analyze")


async def http_intake(database_url: str, seconds: int) -> IntakeRate:
    """File through the public form for `seconds` at 32 connections; counts rows in the database. Raises RuntimeError."""
    before = await _tickets(database_url)
    result = await _load(seconds)
    committed = await _tickets(database_url) - before
    latencies = sorted(result["latencies"])
    if result["fault_count"] or not latencies:
        raise RuntimeError(f"{result['fault_count']} filings failed: {result['faults']}")
    return IntakeRate(
        committed / seconds,
        _percentile(latencies, 0.50),
        _percentile(latencies, 0.99),
        committed,
        result["fault_count"],
    )


async def _load(seconds: int) -> dict[str, Any]:
    told = await output_of(
        sys.executable, "-m", "bench.load", "127.0.0.1", str(PORT), str(CONNECTIONS), str(seconds)
    )  # fmt: skip
    result: dict[str, Any] = json.loads(told)
    return result


def _percentile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] * 1000


async def _tickets(database_url: str) -> int:
    async with _connection(database_url) as connection:
        count: int = await connection.fetchval("select count(*) from ticket")
    return count


@asynccontextmanager
async def _connection(database_url: str) -> AsyncIterator[Any]:
    pool = await open_pool(database_url, max_size=1)
    try:
        async with pool.acquire() as connection:
            yield connection
    finally:
        await pool.close()
