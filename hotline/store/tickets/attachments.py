"""Files of a ticket: rows in and out. Their bytes lie in the upload folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hotline.store.queries import queries

_q = queries.tickets.attachments


async def insert_attachment(conn: Any, region: int, ticket_id: UUID, file: Mapping[str, Any]) -> None:
    """A file of a ticket: keys attachment_id, file_name, media_type, size_bytes, sha256, label, added_at, account_id."""
    await _q.insert_attachment(conn, region_id=region, ticket_id=ticket_id, **file)


async def list_attachments(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Files of a ticket, oldest first."""
    return [row async for row in _q.attachments_of_ticket(conn, region_id=region, ticket_id=ticket_id)]


async def get_attachment(conn: Any, region: int, ticket_id: UUID, attachment_id: UUID) -> Mapping[str, Any] | None:
    """One file of a ticket."""
    row: Mapping[str, Any] | None = await _q.attachment_by_id(
        conn, region_id=region, ticket_id=ticket_id, attachment_id=attachment_id
    )
    return row
