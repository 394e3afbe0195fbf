"""What waits for a dispatcher's ruling, and how many calls wait: rows out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.store.queries import queries

_q = queries.dispatch.dispatch_queue


async def list_returns(conn: Any, region: int, batch: int) -> list[Mapping[str, Any]]:
    """Returned tickets with unit_name, returned_at, given (reason, basis) and the ruling's due_at."""
    return [row async for row in _q.returns_to_rule(conn, region_id=region, batch=batch)]


async def list_extensions(conn: Any, region: int, granted: int, batch: int) -> list[Mapping[str, Any]]:
    """Requests on tickets extended `granted` times or more, with unit_name, asked_at, given, due_at, reply_due_at."""
    return [row async for row in _q.extensions_to_decide(conn, region_id=region, granted=granted, batch=batch)]


async def count_calls(conn: Any, region: int, stage: str, now: datetime) -> int:
    """How many callbacks of this stage are to be made by telephone now."""
    value: int = await _q.count_calls(conn, region_id=region, stage=stage, now=now)
    return value
