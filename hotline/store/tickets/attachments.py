"""Files of a ticket. Their bytes are stored in the files folder under their digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.store.queries import fetch_all, fetch_one, queries

_q = queries.tickets.attachments


class AttachmentRow(TypedDict):
    """A file: its name as sent, its type by content, its size, SHA-256 digest (32 bytes) and what it shows."""

    attachment_id: UUID
    file_name: str
    media_type: str
    size_bytes: int
    sha256: bytes
    label: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file to add; `account_id` is None when the complainant sent it."""

    attachment_id: UUID
    file_name: str
    media_type: str
    size_bytes: int
    sha256: bytes
    label: str
    added_at: datetime
    account_id: UUID | None


async def insert_attachment(conn: Connection, region: int, ticket_id: UUID, file: NewAttachment) -> None:
    """Add a file to a ticket; the same id twice is stored once."""
    await _q.insert_attachment(
        conn,
        region_id=region,
        ticket_id=ticket_id,
        attachment_id=file.attachment_id,
        file_name=file.file_name,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        label=file.label,
        added_at=file.added_at,
        account_id=file.account_id,
    )


async def list_attachments(conn: Connection, region: int, ticket_id: UUID) -> list[AttachmentRow]:
    """Files of a ticket, oldest first."""
    return await fetch_all(AttachmentRow, _q.attachments_of_ticket(conn, region_id=region, ticket_id=ticket_id))


async def get_attachment(conn: Connection, region: int, ticket_id: UUID, attachment_id: UUID) -> AttachmentRow | None:
    """One file of a ticket; None when the ticket has no such file."""
    return await fetch_one(
        AttachmentRow, _q.attachment_by_id(conn, region_id=region, ticket_id=ticket_id, attachment_id=attachment_id)
    )
