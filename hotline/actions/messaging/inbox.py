"""List and settle desk notices and alarms (PROCEDURE §4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypedDict
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow, may
from hotline.domain.accounts.substitution import OF_A_UNIT
from hotline.domain.messaging.notices import PostedNotice
from hotline.domain.tickets.ticket import Actor
from hotline.store.accounts import leaves
from hotline.store.messaging import alarms, outbox
from hotline.store.messaging.alarms import OpenAlarmRow as OpenAlarmRow

NOTICES_KEPT = timedelta(days=14)


class DeskNotice(TypedDict):
    """A desk notice; `stands_for` names the person it was meant for, empty when that is the reader."""

    outbox_id: UUID
    kind: str
    notice: PostedNotice
    ticket_id: UUID | None
    urgent: bool
    created_at: datetime
    stands_for: str


async def list_alarms(context: RegionContext, actor: Actor, batch: int = 100) -> list[OpenAlarmRow]:
    """List at most `batch` open alarms, oldest first. Raises NotAllowed."""
    allow(actor, Right.READ_ALARMS)
    async with context.reading(actor) as conn:
        rows = await alarms.list_alarms(conn, context.region, batch)
    # Administrators read alarms but not tickets (三员分立, PROCEDURE §1).
    return rows if may(actor.role, Right.READ_TICKET) else [_without_title(row) for row in rows]


def _without_title(row: OpenAlarmRow) -> OpenAlarmRow:
    return {
        "alarm_id": row["alarm_id"], "raised_at": row["raised_at"], "details": row["details"], "kind": row["kind"],
        "ticket_id": row["ticket_id"], "number": row["number"], "title": None,
    }  # fmt: skip


async def settle_alarm(context: RegionContext, alarm_id: UUID, actor: Actor, now: datetime) -> None:
    """Settle an alarm that was dealt with. Raises NotAllowed."""
    allow(actor, Right.SETTLE_ALARM)
    async with context.writing(actor) as conn:
        await alarms.settle_alarm(conn, context.region, alarm_id, now, actor.account_id)


async def list_notices(context: RegionContext, actor: Actor, now: datetime, batch: int = 50) -> list[DeskNotice]:
    """List at most `batch` unread notices of the last two weeks, newest first.

    These are notices to the actor, to the desks of the actor's unit and role, and to those the actor stands in for now.
    """
    async with context.reading(actor) as conn:
        desks = await _desks(context, conn, actor, now)
        rows = await outbox.list_desk_notices(conn, context.region, list(desks), now - NOTICES_KEPT, batch)
    return [
        {
            "outbox_id": row["outbox_id"], "kind": row["kind"], "ticket_id": row["ticket_id"], "urgent": row["urgent"],
            "created_at": row["created_at"], "notice": PostedNotice.from_payload(row["kind"], row["payload"]),
            "stands_for": desks[row["recipient"]] or row["instead_name"] or "",
        }
        for row in rows
    ]  # fmt: skip


async def settle_notice(context: RegionContext, outbox_id: UUID, actor: Actor, now: datetime) -> None:
    """Mark a notice on one of the actor's desks as done."""
    async with context.writing(actor) as conn:
        desks = await _desks(context, conn, actor, now)
        await outbox.settle_notice(conn, context.region, outbox_id, list(desks))


async def _desks(context: RegionContext, conn: Connection, actor: Actor, now: datetime) -> dict[str, str]:
    """Map every desk the actor reads now to the absent person it belongs to; empty for the actor's own."""
    desks: dict[str, str] = {}
    if actor.account_id is not None:
        for person in await leaves.list_stood_in_for(conn, context.region, actor.account_id, now):
            # Either of them may have changed units since the leave was entered: the row scope of today decides.
            if person.unit_id in context.county.scope(actor):
                desks |= {f"unit:{person.unit_id}": person.name} if person.role in OF_A_UNIT else {}
                desks[f"account:{person.account_id}"] = person.name
        desks[f"account:{actor.account_id}"] = ""
    own = {f"unit:{actor.unit_id}": ""} if actor.role in OF_A_UNIT else {}
    return {**desks, **own, f"role:{actor.role}": ""}
