"""回避: rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.store.queries import queries

_q = queries.accounts.recusals


async def insert_recusal(
    conn: Any, region: int, account_id: UUID, ticket_id: UUID, reason: str, declared_by: UUID, now: datetime
) -> None:
    """Somebody stays away from a ticket; the first declaration holds."""
    await _q.insert_recusal(
        conn, region_id=region, account_id=account_id, ticket_id=ticket_id, reason=reason, declared_by=declared_by,
        declared_at=now,
    )  # fmt: skip


async def list_recusals(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Who stays away from a ticket, oldest first, with name and role."""
    return [row async for row in _q.recusals_of_ticket(conn, region_id=region, ticket_id=ticket_id)]


async def is_recused(conn: Any, region: int, account_id: UUID, ticket_id: UUID) -> bool:
    """Whether this account stays away from the ticket."""
    value: bool = await _q.is_recused(conn, region_id=region, account_id=account_id, ticket_id=ticket_id)
    return value
