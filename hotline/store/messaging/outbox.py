"""What waits to be sent, and alarms: rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.store.queries import queries

_q = queries.messaging.outbox


async def insert_outbox(conn: Any, region: int, row: Mapping[str, Any]) -> None:
    """Something to tell: every column of `outbox` up to `not_before`, perhaps `instead_of`.

    A known dedupe_key is not told again.
    """
    await _q.insert_outbox(conn, region_id=region, **{"instead_of": None, **row})


async def claim_outbox(conn: Any, region: int, now: datetime, quiet: bool, batch: int) -> list[Mapping[str, Any]]:
    """Take what is due for this worker alone, longest due first; when `quiet` only what is urgent."""
    rows = [row async for row in _q.claim_outbox(conn, region_id=region, now=now, quiet=quiet, batch=batch)]
    return sorted(rows, key=lambda row: (row["not_before"], row["outbox_id"]))


async def settle_outbox(
    conn: Any, region: int, ids: list[UUID], state: str, at: datetime, *, provider_id: str | None = None,
    fold_id: UUID | None = None, reason: str | None = None, not_before: datetime | None = None,
) -> None:  # fmt: skip
    """What became of claimed messages."""
    await _q.settle_outbox(
        conn, region_id=region, outbox_ids=ids, state=state, at=at, provider_id=provider_id, fold_id=fold_id,
        reason=reason, not_before=not_before,
    )  # fmt: skip


async def mark_stuck(conn: Any, region: int, before: datetime) -> list[Mapping[str, Any]]:
    """Messages claimed by a worker that died: marked unknown, given back so that a person is told."""
    return [row async for row in _q.stuck_outbox(conn, region_id=region, before=before)]


async def drop_waiting(conn: Any, region: int, ticket_id: UUID, reason: str) -> list[UUID]:
    """What the desks were not told yet of a ticket is told to nobody; gives back which."""
    rows = _q.drop_waiting(conn, region_id=region, ticket_id=ticket_id, reason=reason)
    return [row["outbox_id"] async for row in rows]


async def drop_invitations(conn: Any, region: int, ticket_id: UUID, reason: str) -> None:
    """Invitations to a callback that is over are not sent any more."""
    await _q.drop_invitations(conn, region_id=region, ticket_id=ticket_id, reason=reason)


async def list_desk_notices(
    conn: Any, region: int, recipients: list[str], since: datetime, batch: int
) -> list[Mapping[str, Any]]:
    """What was told to these desks since then, newest first."""
    rows = _q.desk_notices(conn, region_id=region, recipients=recipients, since=since, batch=batch)
    return [row async for row in rows]


async def list_unread(conn: Any, region: int, ticket_id: UUID, recipients: list[str]) -> list[Mapping[str, Any]]:
    """What was told, or waits to be told, of a ticket to these desks and was not dealt with, oldest first."""
    rows = _q.unread_of_desks(conn, region_id=region, ticket_id=ticket_id, recipients=recipients)
    return [row async for row in rows]


async def hand_on(conn: Any, region: int, outbox_id: UUID, recipient: str, instead_of: UUID | None) -> None:
    """A notice is another desk's now, and its line of the ledger with it."""
    await _q.hand_on(conn, region_id=region, outbox_id=outbox_id, recipient=recipient, instead_of=instead_of)


async def settle_notice(conn: Any, region: int, outbox_id: UUID, recipients: list[str]) -> None:
    """The reader has dealt with a notice of one of their desks."""
    await _q.settle_notice(conn, region_id=region, outbox_id=outbox_id, recipients=recipients)


async def list_outbox(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Everything told about a ticket, oldest first."""
    return [row async for row in _q.outbox_of_ticket(conn, region_id=region, ticket_id=ticket_id)]
