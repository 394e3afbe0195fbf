"""Undelivered messages to complainants (未送达的答复): refused or of unknown delivery, listed until dealt with
(PROCEDURE §5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.execution import execute
from hotline.crypto.complainant import unseal_complainant
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.deadline.timers import notice_time
from hotline.domain.errors import AlreadyTold, NotFound, PerhapsDelivered
from hotline.domain.handling import unit_work as rule
from hotline.domain.messaging.alarms import AlarmKind
from hotline.domain.messaging.message import FOLLOW_UP_NAMES, FollowUp, follow_ups
from hotline.domain.messaging.notices import PostedNotice
from hotline.domain.privacy.visibility import mask_name, mask_number
from hotline.domain.tickets.ticket import Actor, Decision, Ticket
from hotline.store.messaging import alarms, outbox, undelivered
from hotline.store.messaging.undelivered import UndeliveredRow

ALARMS = (AlarmKind.MESSAGE_REFUSED, AlarmKind.MESSAGE_UNKNOWN)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message to a complainant that was refused, or (`refused` false) may have arrived; name and phone are masked."""

    outbox_id: UUID
    ticket_id: UUID
    number: str
    title: str
    confidential: bool
    channel: str
    notice: PostedNotice
    refused: bool
    reason: str
    created_at: datetime
    name: str
    phone: str


async def list_undelivered(context: RegionContext, actor: Actor, batch: int = 100) -> tuple[list[Undelivered], int]:
    """List at most `batch` undelivered messages, oldest first, with their total. Raises NotAllowed.

    Complainants who have rated the answer since then are left out: they know it.
    """
    allow(actor, Right.LIST_UNDELIVERED)
    async with context.reading(actor) as conn:
        rows = await undelivered.list_undelivered(conn, context.region, batch)
    return [_line(context, row) for row in rows], rows[0]["total"] if rows else 0


def _line(context: RegionContext, row: UndeliveredRow) -> Undelivered:
    complainant = unseal_complainant(context.vault, name=row["name_sealed"], phone=row["phone_sealed"])
    return Undelivered(
        row["outbox_id"], row["ticket_id"], row["number"], row["title"], row["confidential"], row["channel"],
        PostedNotice.from_payload(row["kind"], row["payload"]), row["state"] == "refused", row["reason"] or "",
        row["created_at"], mask_name(complainant.name), mask_number(complainant.phone),
    )  # fmt: skip


async def settle_undelivered(
    context: RegionContext, outbox_id: UUID, how: FollowUp, words: str, actor: Actor, now: datetime,
    client_key: str | None = None,
) -> Ticket:  # fmt: skip
    """Record what was done about an undelivered message (`how`) and add it to the history.

    `how` is told by telephone, known already, not reached, or send again. Raises NotFound, NotAllowed, AlreadyTold
    when somebody else has settled it, PerhapsDelivered when a message that may have arrived is to be sent again.
    """
    allow(actor, Right.SETTLE_UNDELIVERED)
    async with context.reading(actor) as conn:
        ticket_id = await undelivered.find_ticket(conn, context.region, outbox_id)
    if ticket_id is None:
        raise NotFound

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        await _settle(context, conn, ticket, outbox_id, how, actor, now)
        text = f"发给诉求人的通知没有送达：{FOLLOW_UP_NAMES[how]}。{words}"
        return rule.comment(ticket, actor, now, {"text": text})

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def _settle(
    context: RegionContext,
    conn: Connection,
    ticket: Ticket,
    outbox_id: UUID,
    how: FollowUp,
    actor: Actor,
    now: datetime,
) -> None:
    state = await undelivered.lock_undelivered(conn, context.region, outbox_id)
    if state is None:
        raise AlreadyTold
    if how not in follow_ups(refused=state == "refused"):
        raise PerhapsDelivered
    if how is FollowUp.AGAIN:
        at = notice_time(context.rules.policy, context.rules.calendar, now, urgent=ticket.urgent)
        await undelivered.send_again(conn, context.region, outbox_id, at)
    else:
        await outbox.settle_outbox(conn, context.region, [outbox_id], "done", now, reason=how.value)
    keys = [alarms.alarm_key(kind, ticket.ticket_id, str(outbox_id)) for kind in ALARMS]
    await alarms.settle_alarms_by_key(conn, context.region, keys, now, actor.account_id)
