"""One row for each look at personal data. Rows in and out (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.privacy.views


async def insert_view(
    conn: Any, region: int, now: datetime, account_id: UUID | None, ticket_id: UUID | None, what: str,
    reason: str | None = None, address: str | None = None, *, page: str | None = None, shown: int | None = None,
) -> None:  # fmt: skip
    """A look at personal data: `page` is where, without its query; `shown` how many tickets a list had."""
    await _q.insert_view(
        conn, region_id=region, view_id=new_id(), at=now, account_id=account_id, ticket_id=ticket_id, what=what,
        reason=reason, address=address or None, page=page, shown=shown,
    )  # fmt: skip


async def list_views(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Who has seen a ticket, newest first."""
    return [row async for row in _q.views_of_ticket(conn, region_id=region, ticket_id=ticket_id)]
