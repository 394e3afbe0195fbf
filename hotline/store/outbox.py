"""What waits to be sent, and alarms: rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.outbox


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


async def raise_alarm(
    conn: Any, region: int, kind: str, about: str, ticket_id: UUID | None, details: Mapping[str, Any], at: datetime
) -> None:
    """Something for a dispatcher's eye, once for each occasion `about`."""
    await _q.raise_alarm(
        conn, region_id=region, alarm_id=new_id(), dedupe_key=f"{kind}:{ticket_id}:{about}", kind=kind,
        ticket_id=ticket_id, details=dict(details), raised_at=at,
    )  # fmt: skip


async def raise_alarm_once(
    conn: Any, region: int, kind: str, about: str, ticket_id: UUID | None, details: Mapping[str, Any], at: datetime
) -> None:
    """The same for an occasion that is looked for again and again: once dealt with, it stays so."""
    await _q.raise_alarm_once(
        conn, region_id=region, alarm_id=new_id(), dedupe_key=f"{kind}:{ticket_id}:{about}", kind=kind,
        ticket_id=ticket_id, details=dict(details), raised_at=at,
    )  # fmt: skip


async def list_alarms_of_kind(conn: Any, region: int, kind: str) -> list[Mapping[str, Any]]:
    """Open alarms of one kind, oldest first."""
    return [row async for row in _q.open_alarms_of_kind(conn, region_id=region, kind=kind)]


async def list_alarms(conn: Any, region: int, batch: int) -> list[Mapping[str, Any]]:
    """Open alarms with ticket number and title, oldest first."""
    return [row async for row in _q.open_alarms(conn, region_id=region, batch=batch)]


async def count_alarms(conn: Any, region: int) -> int:
    """How many alarms wait."""
    value: int = await _q.count_open_alarms(conn, region_id=region)
    return value


async def settle_alarm(conn: Any, region: int, alarm_id: UUID, at: datetime, account_id: UUID | None) -> None:
    """A person dealt with it."""
    await _q.settle_alarm(conn, region_id=region, alarm_id=alarm_id, at=at, account_id=account_id)


async def settle_alarms_of_ticket(conn: Any, region: int, ticket_id: UUID, kinds: list[str], at: datetime) -> None:
    """The matter went on by itself."""
    await _q.settle_alarms_of_ticket(conn, region_id=region, ticket_id=ticket_id, kinds=kinds, at=at)


async def settle_alarms_of_kind(conn: Any, region: int, kind: str, at: datetime) -> None:
    """What every alarm of this kind, about no ticket, waited for came by itself."""
    await _q.settle_alarms_of_kind(conn, region_id=region, kind=kind, at=at)


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


async def settle_alarms_by_key(conn: Any, region: int, keys: list[str], at: datetime, account_id: UUID | None) -> None:
    """A person dealt with what these alarms told of."""
    await _q.settle_alarms_by_key(conn, region_id=region, dedupe_keys=keys, at=at, account_id=account_id)
