"""The whole application on a seeded county, and what its books hold before and after."""

from __future__ import annotations

import asyncpg

from tests.channels.desk.conftest import browser, clock, log_in, server, town

__all__ = ["UNMOVED", "browser", "clock", "holdings", "log_in", "server", "town"]

# What a mere look, a log-in that fails or a number block taken may add to.
UNMOVED = frozenset({"session", "view_log", "view_link", "view_head", "heartbeat", "login_attempt", "number_series"})


async def holdings(pool: asyncpg.Pool, without: frozenset[str] = UNMOVED) -> dict[str, str]:
    """A digest of all rows of every table: two moments are equal when nothing was written between them."""
    rows = await pool.fetch(
        "select table_name as name from information_schema.tables"
        " where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name"
    )
    digests = " union all ".join(
        f"select '{row['name']}' as name, md5(coalesce(string_agg(t::text, '' order by t::text), '')) as digest from {row['name']} t"
        for row in rows
        if row["name"] not in without
    )
    return {row["name"]: row["digest"] for row in await pool.fetch(digests)}
