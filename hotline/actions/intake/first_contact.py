"""The ways a ticket ends or waits at first contact, and the merging of two (PROCEDURE §2). Each is one transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hotline.actions.intake.opening import Given
from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.execution import execute, execute_rule, lock_ticket
from hotline.db import Connection
from hotline.domain import intake as rule
from hotline.domain.errors import Malformed
from hotline.domain.tickets.ticket import Actor, Decision, Ticket
from hotline.store.tickets import records


async def answer_ticket(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """即办件: answered at first contact."""
    return await execute_rule(
        context, ticket_id, actor, now, lambda ticket: rule.answer_at_once(ticket, actor, now, given), client_key
    )


async def redirect_ticket(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """退回件: told where it belongs."""
    return await execute_rule(
        context, ticket_id, actor, now, lambda ticket: rule.redirect(ticket, actor, now, given), client_key
    )


async def ask_details(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """补办件: everything missing told once (一次性告知)."""
    return await execute_rule(
        context,
        ticket_id,
        actor,
        now,
        lambda ticket: rule.ask_details(ticket, actor, context.rules, now, given),
        client_key,
    )


async def add_details(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """The person supplied what was missing."""
    return await execute_rule(
        context,
        ticket_id,
        actor,
        now,
        lambda ticket: rule.add_details(ticket, actor, context.rules, now, given),
        client_key,
    )


async def withdraw_ticket(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """The person takes it back."""
    return await execute_rule(
        context, ticket_id, actor, now, lambda ticket: rule.withdraw(ticket, actor, now, given), client_key
    )


async def merge_ticket(
    context: RegionContext,
    ticket_id: UUID,
    target_number: str,
    actor: Actor,
    now: datetime,
    client_key: str | None = None,
) -> Ticket:
    """并单 into the ticket with this number. Raises Malformed when that one does not go on, AccusedAddressee."""

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        found = await records.get_by_number(conn, context.region, target_number.strip())
        if found is None:
            raise Malformed(what="并入的工单号")
        target = await lock_ticket(context, conn, found.ticket_id, actor, now)
        barred = context.county.barred(ticket.accused_unit_id)
        decision = rule.merge(ticket, target, barred, actor, now)
        await records.follow_merge(conn, context.region, ticket_id, target.ticket_id)
        return decision

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)
