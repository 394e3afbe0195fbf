"""The whole application on a seeded county, and what its books hold before and after."""

from __future__ import annotations

import asyncpg

from tests.channels.desk.conftest import browser, clock, log_in, server, town

__all__ = ["UNMOVED", "browser", "clock", "holdings", "log_in", "server", "town"]

# What a mere look, a log-in or a wrong code may add to.
UNMOVED = frozenset({"session", "view_log", "heartbeat"})


async def holdings(pool: asyncpg.Pool, without: frozenset[str] = UNMOVED) -> dict[str, str]:
    """A digest of all rows of every table: two moments are equal when nothing was written between them."""
    names = [
        row["table_name"]
        for row in await pool.fetch(
            "select table_name from information_schema.tables"
            " where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name"
        )
    ]
    found = {}
    for name in names:
        if name not in without:
            found[name] = await pool.fetchval(
                f"select md5(coalesce(string_agg(t::text, '' order by t::text), '')) from {name} t"
            )
    return found
