"""Messages to complainants that were refused, or whose delivery is unknown: rows of `outbox` in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.store.queries import fetch_all, fetch_value, queries

_q = queries.messaging.undelivered


class UndeliveredRow(TypedDict):
    """A message, its ticket, and the sealed name and number of the person; `total` counts all such messages."""

    outbox_id: UUID
    ticket_id: UUID
    channel: str
    kind: str
    state: str
    reason: str | None
    payload: Mapping[str, object]
    created_at: datetime
    number: str
    title: str
    confidential: bool
    name_sealed: bytes | None
    phone_sealed: bytes | None
    total: int


async def list_undelivered(conn: Connection, region: int, batch: int) -> list[UndeliveredRow]:
    """At most `batch` messages that were refused or are unknown, oldest first."""
    return await fetch_all(UndeliveredRow, _q.undelivered(conn, region_id=region, batch=batch))


async def find_ticket(conn: Connection, region: int, outbox_id: UUID) -> UUID | None:
    """The ticket of a message to a complainant; None when there is no such message."""
    return await fetch_value(UUID, _q.ticket_of_message(conn, region_id=region, outbox_id=outbox_id))


async def lock_undelivered(conn: Connection, region: int, outbox_id: UUID) -> str | None:
    """`refused` or `unknown`, locked until the transaction ends; None when somebody has dealt with it."""
    return await fetch_value(str, _q.lock_undelivered(conn, region_id=region, outbox_id=outbox_id))


async def send_again(conn: Connection, region: int, outbox_id: UUID, at: datetime) -> None:
    """Let a refused message wait to be sent at `at`, with its attempts counted from zero."""
    await _q.send_again(conn, region_id=region, outbox_id=outbox_id, not_before=at)
