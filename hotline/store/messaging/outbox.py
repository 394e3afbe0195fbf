"""Messages that wait to be sent or were sent: rows of `outbox` in and out (PROCEDURE §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.messaging.notices import NoticeKind
from hotline.store.queries import fetch_all, queries

_q = queries.messaging.outbox


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to insert. The column comments of sql/schema.sql say what each field means."""

    outbox_id: UUID
    dedupe_key: str
    channel: str
    recipient: str
    kind: NoticeKind
    payload: Mapping[str, object]
    created_at: datetime
    not_before: datetime
    urgent: bool = False
    ticket_id: UUID | None = None
    recipient_sealed: bytes | None = None
    instead_of: UUID | None = None


class MessageRow(TypedDict):
    """A message whose delivery went wrong: what it told, of which ticket, and the reason."""

    outbox_id: UUID
    kind: str
    ticket_id: UUID | None
    reason: str | None


class ClaimedMessageRow(MessageRow):
    """A message that this worker alone sends now; `attempts` counts this attempt."""

    channel: str
    recipient: str
    recipient_sealed: bytes | None
    payload: Mapping[str, object]
    urgent: bool
    not_before: datetime
    attempts: int


class DroppedMessageRow(TypedDict):
    """A message that is not sent any more."""

    outbox_id: UUID


class DeskNoticeRow(TypedDict):
    """A notice on a desk; `instead_name` is the person it was meant for, when somebody else receives it."""

    outbox_id: UUID
    recipient: str
    kind: str
    ticket_id: UUID | None
    payload: Mapping[str, object]
    urgent: bool
    created_at: datetime
    instead_name: str | None


class UnreadNoticeRow(TypedDict):
    """A notice on a desk that nobody has dealt with yet."""

    outbox_id: UUID
    recipient: str
    kind: str


class OutboxRow(ClaimedMessageRow):
    """All that is kept of a message about a ticket."""

    dedupe_key: str
    created_at: datetime
    state: str
    claimed_at: datetime | None
    sent_at: datetime | None
    provider_id: str | None
    fold_id: UUID | None
    instead_of: UUID | None


async def insert_outbox(conn: Connection, region: int, message: NewMessage) -> None:
    """Let a message wait to be sent. Does nothing when its `dedupe_key` is known already."""
    await _q.insert_outbox(
        conn, region_id=region, outbox_id=message.outbox_id, dedupe_key=message.dedupe_key, channel=message.channel,
        recipient=message.recipient, recipient_sealed=message.recipient_sealed, kind=message.kind.value,
        ticket_id=message.ticket_id, payload=message.payload, urgent=message.urgent, created_at=message.created_at,
        not_before=message.not_before, instead_of=message.instead_of,
    )  # fmt: skip


async def claim_outbox(
    conn: Connection, region: int, now: datetime, quiet: bool, batch: int
) -> list[ClaimedMessageRow]:
    """Claim at most `batch` messages that are due, longest due first; when `quiet`, urgent ones only."""
    rows = await fetch_all(
        ClaimedMessageRow, _q.claim_outbox(conn, region_id=region, now=now, quiet=quiet, batch=batch)
    )
    return sorted(rows, key=lambda row: (row["not_before"], row["outbox_id"]))


async def settle_outbox(
    conn: Connection, region: int, ids: list[UUID], state: str, at: datetime, *, provider_id: str | None = None,
    fold_id: UUID | None = None, reason: str | None = None, not_before: datetime | None = None,
) -> None:  # fmt: skip
    """Record what became of claimed messages; `waiting` with a later `not_before` means another attempt then."""
    await _q.settle_outbox(
        conn, region_id=region, outbox_ids=ids, state=state, at=at, provider_id=provider_id, fold_id=fold_id,
        reason=reason, not_before=not_before,
    )  # fmt: skip


async def mark_stuck(conn: Connection, region: int, before: datetime) -> list[MessageRow]:
    """Mark as unknown what was claimed before then and never settled: the worker died. Returns the messages."""
    return await fetch_all(MessageRow, _q.stuck_outbox(conn, region_id=region, before=before))


async def drop_waiting(conn: Connection, region: int, ticket_id: UUID, reason: str) -> list[UUID]:
    """Do not send a ticket's desk notices that still wait; returns their ids."""
    dropped = await fetch_all(
        DroppedMessageRow, _q.drop_waiting(conn, region_id=region, ticket_id=ticket_id, reason=reason)
    )
    return [row["outbox_id"] for row in dropped]


async def drop_invitations(conn: Connection, region: int, ticket_id: UUID, reason: str) -> None:
    """Do not send invitations to a callback of the ticket that still wait."""
    await _q.drop_invitations(conn, region_id=region, ticket_id=ticket_id, reason=reason)


async def list_desk_notices(
    conn: Connection, region: int, recipients: list[str], since: datetime, batch: int
) -> list[DeskNoticeRow]:
    """Unread notices to these desks since then, newest first."""
    return await fetch_all(
        DeskNoticeRow, _q.desk_notices(conn, region_id=region, recipients=recipients, since=since, batch=batch)
    )


async def list_unread(conn: Connection, region: int, ticket_id: UUID, recipients: list[str]) -> list[UnreadNoticeRow]:
    """Notices of a ticket to these desks that wait or were not dealt with, oldest first."""
    return await fetch_all(
        UnreadNoticeRow, _q.unread_of_desks(conn, region_id=region, ticket_id=ticket_id, recipients=recipients)
    )


async def hand_on(conn: Connection, region: int, outbox_id: UUID, recipient: str, instead_of: UUID | None) -> None:
    """Move a notice, and its line in the ledger of reminders, to another desk."""
    await _q.hand_on(conn, region_id=region, outbox_id=outbox_id, recipient=recipient, instead_of=instead_of)


async def settle_notice(conn: Connection, region: int, outbox_id: UUID, recipients: list[str]) -> None:
    """Mark a notice to one of these desks as dealt with."""
    await _q.settle_notice(conn, region_id=region, outbox_id=outbox_id, recipients=recipients)


async def list_outbox(conn: Connection, region: int, ticket_id: UUID) -> list[OutboxRow]:
    """Every message about a ticket, oldest first."""
    return await fetch_all(OutboxRow, _q.outbox_of_ticket(conn, region_id=region, ticket_id=ticket_id))
