"""Execute a verb: lock the ticket, fire its due steps, decide, and write everything in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.actions.region.row_scope import ALL, scope_of_ticket
from hotline.actions.tickets.decision_writer import apply_decision
from hotline.actions.tickets.due_steps import fire_due_steps
from hotline.actions.tickets.merged import pointing_to, target_of
from hotline.db import Connection
from hotline.domain.dispatch.joint import check_part
from hotline.domain.enums import Role
from hotline.domain.errors import NotFound
from hotline.domain.privacy.visibility import may_see
from hotline.domain.tickets.ticket import Actor, Decision, Ticket
from hotline.store.accounts import recusals
from hotline.store.region.row_scope import widen_scope
from hotline.store.tickets import history, records

Decide = Callable[[Connection, Ticket], Awaitable[Decision]]


async def execute(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, decide: Decide, *,
    client_key: str | None = None,
) -> Ticket:  # fmt: skip
    """Execute one verb on one ticket in one transaction and return the ticket; a repeated client_key changes nothing.

    `decide` gets the connection and the locked ticket, writes what only this verb writes, and returns the decision.
    Raises NotFound outside the actor's row scope, and the refusals of the rule.
    """
    async with context.writing(scope_of_ticket(ticket_id) if actor.role is Role.COMPLAINANT else actor) as conn:
        ticket = await lock_ticket(context, conn, ticket_id, actor, now)
        if client_key is not None and await history.was_done(conn, context.region, ticket_id, client_key):
            return ticket
        with pointing_to(await target_of(context, conn, ticket), actor):
            decision = await decide(conn, ticket)
        await check_actor(context, conn, ticket, actor, decision)
        return await apply_decision(context, conn, ticket, decision, now, client_key=client_key)


async def execute_rule(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, rule: Callable[[Ticket], Decision],
    client_key: str | None,
) -> Ticket:  # fmt: skip
    """Execute a verb whose rule needs only the locked ticket.

    Raises the refusals of the rule, NotFound outside the actor's row scope.
    """

    async def decide(_conn: Connection, ticket: Ticket) -> Decision:
        return rule(ticket)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def lock_ticket(context: RegionContext, conn: Connection, ticket_id: UUID, actor: Actor, now: datetime) -> Ticket:
    """Lock a ticket within the actor's row scope, fire its due steps, and return it.

    The result is the same whether or not the supervision sweep ran before the verb. Raises NotFound outside the actor's
    row scope.
    """
    ticket = await records.lock_ticket(conn, context.region, ticket_id)
    if ticket is None:
        raise NotFound
    await check_scope(context, conn, ticket, actor)
    if actor.role is not Role.SYSTEM:
        # The consequences of an action lie outside the actor's row scope: notices to a complainant the unit must not
        # know, merged tickets, alarms. The rules write them, not the actor.
        await widen_scope(conn, ALL)
    return await fire_due_steps(context, conn, ticket, now)


async def check_actor(
    context: RegionContext, conn: Connection, ticket: Ticket, actor: Actor, decision: Decision
) -> None:
    """Raise AssistingUnit or LeadUnit unless the actor's unit has the part that this verb requires."""
    if decision.event is not None:
        verb, below = decision.event.verb, context.county.scope(actor)
        leads = ticket.lead_unit_id in below
        check_part(verb, actor.role, leads=leads, assists=set(decision.assisted) <= below)


async def check_scope(context: RegionContext, conn: Connection, ticket: Ticket, actor: Actor) -> None:
    """Raise NotFound when the ticket is outside the actor's row scope or the actor is recused from it.

    The system is not checked, nor a complainant, whom the query code or the channel's fingerprint has identified.
    """
    if actor.role in (Role.COMPLAINANT, Role.SYSTEM):
        return
    if actor.account_id and await recusals.is_recused(conn, context.region, actor.account_id, ticket.ticket_id):
        raise NotFound
    parts = await records.list_units(conn, context.region, ticket.ticket_id)
    current = [unit for unit, part in parts.items() if part != "former"]
    if not may_see(actor, current, context.county.scope(actor)):
        raise NotFound
