"""Recusal (回避): a person with an interest in a ticket neither sees it nor acts on it any more (PROCEDURE §6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from hotline.actions.messaging.notifications import hand_on_notices
from hotline.actions.region.context import RegionContext
from hotline.actions.region.row_scope import ALL
from hotline.actions.tickets.execution import check_scope
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow, may_recuse_others
from hotline.domain.errors import NotAllowed, NotFound
from hotline.domain.tickets.lifecycle import check_reason
from hotline.domain.tickets.ticket import Actor
from hotline.store.accounts import leaves, recusals, staff
from hotline.store.accounts.recusals import RecusalRow as RecusalRow
from hotline.store.region.row_scope import widen_scope
from hotline.store.tickets import records

REASON_LIMIT = 200


async def recuse(context: RegionContext, ticket_id: UUID, login: str, reason: str, actor: Actor, now: datetime) -> None:
    """Recuse the account `login` (empty: the actor) from a ticket; this cannot be undone.

    Raises NotAllowed when anybody but a dispatcher recuses somebody else, Missing, TooLong, NotFound.
    """
    allow(actor, Right.RECUSE)
    reason = check_reason(reason, "回避理由", REASON_LIMIT)
    async with context.writing(actor) as conn:
        ticket = await records.lock_ticket(conn, context.region, ticket_id)
        if ticket is None:
            raise NotFound
        await check_scope(context, conn, ticket, actor)
        account_id = actor.account_id if not login else await _account_of(context, conn, login)
        if account_id is None or actor.account_id is None:
            raise NotFound
        if account_id != actor.account_id and not may_recuse_others(actor.role):
            raise NotAllowed
        await widen_scope(conn, ALL)
        await recusals.insert_recusal(conn, context.region, account_id, ticket_id, reason, actor.account_id, now)
        if ticket.handler_id == account_id:
            # Without a person in charge, notices about the ticket go to the unit's desk.
            ticket = replace(ticket, handler_id=None, version=ticket.version + 1)
            await records.save_ticket(conn, context.region, ticket)
        colleague = await leaves.get_colleague(conn, context.region, account_id)
        if colleague is not None and ticket.open:
            await hand_on_notices(context, conn, ticket, colleague, now)


async def _account_of(context: RegionContext, conn: Connection, login: str) -> UUID | None:
    row = await staff.get_account(conn, context.region, login.strip())
    return row["account_id"] if row else None


async def list_recusals(context: RegionContext, ticket_id: UUID, actor: Actor) -> list[RecusalRow]:
    """List the recusals from a ticket, oldest first. Raises NotAllowed, NotFound."""
    allow(actor, Right.RECUSE)
    async with context.writing(actor) as conn:
        ticket = await records.get_ticket(conn, context.region, ticket_id)
        if ticket is None:
            raise NotFound
        await check_scope(context, conn, ticket, actor)
        await widen_scope(conn, ALL)
        return await recusals.list_recusals(conn, context.region, ticket_id)
