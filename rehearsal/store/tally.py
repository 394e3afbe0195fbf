"""What the report of a rehearsal counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.store.queries import queries

_q = queries.tally
Rows = list[Mapping[str, Any]]


async def count_tickets(conn: Any, region: int) -> Rows:
    """Rows `channel`, `state`, `close_reason`, `total`."""
    return [row async for row in _q.count_tickets(conn, region_id=region)]


async def count_events(conn: Any, region: int) -> Rows:
    """Rows `verb`, `tickets`, `total`."""
    return [row async for row in _q.count_events(conn, region_id=region)]


async def count_reminders(conn: Any, region: int) -> Rows:
    """Rows `step`, `state`, `total`."""
    return [row async for row in _q.count_reminders(conn, region_id=region)]


async def count_letters(conn: Any, region: int) -> Rows:
    """Rows `kind`, `tier`, `total`."""
    return [row async for row in _q.count_letters(conn, region_id=region)]


async def count_interviews(conn: Any, region: int) -> Mapping[str, Any]:
    """A row with `owed` and `held`."""
    row: Mapping[str, Any] = await _q.count_interviews(conn, region_id=region)
    return row


async def count_callbacks(conn: Any, region: int) -> Rows:
    """Rows `state`, `verdict`, `total`."""
    return [row async for row in _q.count_callbacks(conn, region_id=region)]


async def count_alarms(conn: Any, region: int) -> Rows:
    """Rows `kind`, `open`, `total`."""
    return [row async for row in _q.count_alarms(conn, region_id=region)]


async def count_outbox(conn: Any, region: int) -> Rows:
    """Rows `channel`, `state`, `folded`, `total`."""
    return [row async for row in _q.count_outbox(conn, region_id=region)]


async def count_told_twice(conn: Any, region: int) -> int:
    """Number of reminders and messages sent more than once; must be 0."""
    value: int = await _q.count_told_twice(conn, region_id=region)
    return value


async def list_numbers(conn: Any, region: int) -> Rows:
    """Every ticket's number and client_key, in order of receipt."""
    return [row async for row in _q.numbers(conn, region_id=region)]


async def list_compiled(conn: Any, region: int) -> Rows:
    """Every brief's week, number and state."""
    return [row async for row in _q.compiled_briefs(conn, region_id=region)]
