"""First contact: answer, redirect, ask for details, withdraw, merge. Each verb is one transaction (PROCEDURE §2)."""

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
    """Answer at first contact and close (即办件). `given` has answer. Raises Missing, WrongState, NotAllowed."""
    return await execute_rule(
        context, ticket_id, actor, now, lambda ticket: rule.answer_at_once(ticket, actor, now, given), client_key
    )


async def redirect_ticket(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """Close a ticket the hotline is not responsible for and say where it belongs (退回件). `given` has where.

    Raises Missing, WrongState, NotAllowed.
    """
    return await execute_rule(
        context, ticket_id, actor, now, lambda ticket: rule.redirect(ticket, actor, now, given), client_key
    )


async def ask_details(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """Ask for all missing details in one list (补办件, 一次性告知). `given` has missing.

    Raises Missing, WrongState, NotAllowed.
    """
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
    """Add the details the complainant supplied. `given` has text. Raises Missing, WrongState, NotAllowed."""
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
    """Close a ticket the complainant withdraws. `given` has reason. Raises Missing, WrongState, NotAllowed."""
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
    """Merge a ticket into the one with this number (并单).

    Raises Malformed when that one is unknown, closed or the same ticket, AccusedAddressee, NotFound outside the actor's
    row scope.
    """

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        found = await records.get_by_number(conn, context.region, target_number)
        if found is None:
            raise Malformed(what="并入的工单号")
        target = await lock_ticket(context, conn, found.ticket_id, actor, now)
        barred = context.county.barred(ticket.accused_unit_id)
        decision = rule.merge(ticket, target, barred, actor, now)
        await records.follow_merge(conn, context.region, ticket_id, target.ticket_id)
        return decision

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)
