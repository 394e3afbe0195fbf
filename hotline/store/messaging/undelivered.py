"""Messages to people that were refused, or whose delivery is unknown. Rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.store.queries import queries

_q = queries.messaging.undelivered


async def list_undelivered(conn: Any, region: int, batch: int) -> list[Mapping[str, Any]]:
    """Messages to people, refused or unknown, oldest first, with ticket, sealed name and number; `total` counts all."""
    return [row async for row in _q.undelivered(conn, region_id=region, batch=batch)]


async def find_ticket(conn: Any, region: int, outbox_id: UUID) -> UUID | None:
    """The ticket a message to a person tells of."""
    found: UUID | None = await _q.ticket_of_message(conn, region_id=region, outbox_id=outbox_id)
    return found


async def lock_undelivered(conn: Any, region: int, outbox_id: UUID) -> str | None:
    """`refused` or `unknown`, held until the transaction ends; None when somebody dealt with it."""
    state: str | None = await _q.lock_undelivered(conn, region_id=region, outbox_id=outbox_id)
    return state


async def send_again(conn: Any, region: int, outbox_id: UUID, at: datetime) -> None:
    """A refused message waits to be sent once more."""
    await _q.send_again(conn, region_id=region, outbox_id=outbox_id, not_before=at)
