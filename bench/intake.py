"""HTTP intake beside the bare three-row-insert limit of the same database on the same machine."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.servers import PORT
from hotline.db import open_pool
from hotline.local import postgres_program

HERE = Path(__file__).resolve().parent
CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class IntakeRate:
    """What filing over HTTP came to: committed tickets a second, latencies in milliseconds."""

    per_second: float
    p50_ms: float
    p99_ms: float
    committed: int
    faults: int


async def three_row_limit(database_url: str, seconds: int) -> float:
    """Transactions a second of three plain inserts into tables like ours, at 32 clients (pgbench)."""
    async with _connection(database_url) as connection:
        for name in ("ticket", "event", "deadline"):
            source = "ticket_event" if name == "event" else name
            await connection.execute(
                f"drop table if exists bench_{name}; create table bench_{name} (like {source} including all)"
            )
    # pgbench reads the address in libpq's own form; a URL is one.
    told = await asyncio.to_thread(
        subprocess.run,
        [str(postgres_program("pgbench")), "-n", "-c", str(CONNECTIONS), "-j", "2", "-T", str(seconds), "-M", "prepared",
         "-f", str(HERE / "three_rows.sql"), database_url],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", told.stdout)
    if found is None:
        raise RuntimeError(told.stdout)
    return float(found[1])


async def settle_in(database_url: str) -> None:
    """What autovacuum does within a minute on a live database, done now: foreign keys planned on an empty table scan it."""
    await _load(2)
    async with _connection(database_url) as connection:
        await connection.execute("analyze")


async def http_intake(database_url: str, seconds: int) -> IntakeRate:
    """File through the public form for so long at 32 connections; counts what the database really holds."""
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
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.load", "127.0.0.1", str(PORT), str(CONNECTIONS), str(seconds),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, _ = await process.communicate()
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
