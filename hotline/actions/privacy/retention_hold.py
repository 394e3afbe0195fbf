"""Retention holds (暂缓到期删除): keep a ticket beyond its retention period until a day, for a legal reason
(PROCEDURE §6).
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.actions.region.row_scope import ALL
from hotline.actions.tickets.execution import check_scope
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.errors import NotAllowed, NotFound, raise_if
from hotline.domain.policy.retention_periods import check_hold
from hotline.domain.privacy.personal_numbers import mask_text
from hotline.domain.privacy.retention_hold import refusal_of_hold
from hotline.domain.text import clean
from hotline.domain.tickets.lifecycle import check_reason
from hotline.domain.tickets.ticket import Actor, Ticket
from hotline.store.privacy import retention as store
from hotline.store.privacy.retention import HoldInForceRow as HoldInForceRow
from hotline.store.privacy.retention import RetentionHoldRow
from hotline.store.region.row_scope import widen_scope
from hotline.store.tickets import records

REASON_LIMIT = 200
HOLDS_SHOWN = 200


class ListedHoldRow(RetentionHoldRow):
    """A retention hold as listed on its ticket; `in_force`: not lifted and not past its last day."""

    in_force: bool


async def hold_ticket(
    context: RegionContext, ticket_id: UUID, reason: str, until: date, actor: Actor, now: datetime
) -> None:
    """Nothing of this ticket is let go up to and with this local day; another hold gives way to the new one.

    Raises NotAllowed, NotFound outside the actor's rows, WrongState for an open ticket, Missing, TooLong, Malformed
    for a day over or too far.
    """
    by, reason = _who(actor), check_reason(mask_text(clean(reason)), "暂缓理由", REASON_LIMIT)
    check_hold(until, _today(context, now))
    async with context.writing(actor) as conn:
        ticket = await _find(context, conn, ticket_id, actor)
        raise_if(refusal_of_hold(ticket, actor))
        await store.lift_hold(conn, context.region, ticket_id, by, now)
        await store.insert_hold(conn, context.region, ticket_id, ticket.number, reason, until, by, now)


async def lift_hold(context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime) -> None:
    """Lift the retention hold of a ticket now. Raises NotAllowed, NotFound when there is none."""
    by = _who(actor)
    async with context.writing(actor) as conn:
        await _find(context, conn, ticket_id, actor)
        if not await store.lift_hold(conn, context.region, ticket_id, by, now):
            raise NotFound


async def list_holds(context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime) -> list[ListedHoldRow]:
    """List every retention hold on a ticket within the actor's row scope, newest first. Raises NotAllowed."""
    allow(actor, Right.READ_TICKET)
    async with context.reading(actor) as conn:
        rows = await store.list_holds(conn, context.region, ticket_id)
    today = _today(context, now)
    return [{**row, "in_force": row["lifted_at"] is None and row["until"] >= today} for row in rows]


async def read_holds(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime
) -> tuple[Ticket, list[ListedHoldRow]]:
    """Return the ticket with its holds, for staff who may set one.

    Raises NotAllowed, NotFound outside the actor's row scope.
    """
    allow(actor, Right.HOLD_TICKET)
    async with context.reading(actor) as conn:
        ticket = await records.get_ticket(conn, context.region, ticket_id)
        if ticket is None:
            raise NotFound
        await check_scope(context, conn, ticket, actor)
    return ticket, await list_holds(context, ticket_id, actor, now)


async def list_holds_in_force(context: RegionContext, actor: Actor, now: datetime) -> list[HoldInForceRow]:
    """List the retention holds in force with ticket number, reason, last day and who set them. Raises NotAllowed."""
    allow(actor, Right.READ_ASSESSMENT)
    async with context.reading(actor) as conn:
        return await store.list_holds_in_force(conn, context.region, _today(context, now), HOLDS_SHOWN)


async def _find(context: RegionContext, conn: Connection, ticket_id: UUID, actor: Actor) -> Ticket:
    ticket = await records.lock_ticket(conn, context.region, ticket_id)
    if ticket is None:
        raise NotFound
    await check_scope(context, conn, ticket, actor)
    await widen_scope(conn, ALL)
    return ticket


def _who(actor: Actor) -> UUID:
    allow(actor, Right.HOLD_TICKET)
    if actor.account_id is None:
        raise NotAllowed
    return actor.account_id


def _today(context: RegionContext, now: datetime) -> date:
    return now.astimezone(context.rules.calendar.zone).date()
