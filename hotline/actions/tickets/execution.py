"""How a verb is carried out: hold the ticket, let its due clocks strike first, decide, write everything together."""

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
    """One verb on one ticket in one transaction; a repeated client_key gives back the ticket as it is.

    `decide` gets the connection and the held ticket, and writes what belongs to the verb alone.
    Raises NotFound outside the actor's rows, and whatever the rule refuses.
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
    """Execute a verb whose rule needs the locked ticket alone. Raises what the rule refuses, NotFound outside the
    actor's rows."""

    async def decide(_conn: Connection, ticket: Ticket) -> Decision:
        return rule(ticket)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def lock_ticket(context: RegionContext, conn: Connection, ticket_id: UUID, actor: Actor, now: datetime) -> Ticket:
    """The ticket, locked, inside the actor's rows, with every clock that is due struck first.

    So it makes no difference whether the sweep came by before the person did.
    """
    ticket = await records.lock_ticket(conn, context.region, ticket_id)
    if ticket is None:
        raise NotFound
    await check_scope(context, conn, ticket, actor)
    if actor.role is not Role.SYSTEM:
        # What a deed entails reaches beyond the actor's rows: notices to a person the unit must not know, tickets
        # merged into this one, alarms. The rules write it, not the actor.
        await widen_scope(conn, ALL)
    return await fire_due_steps(context, conn, ticket, now)


async def check_actor(
    context: RegionContext, conn: Connection, ticket: Ticket, actor: Actor, decision: Decision
) -> None:
    """Whether the actor's unit has the part this verb asks for. Raises AssistingUnit, LeadUnit."""
    if decision.event is not None:
        verb, below = decision.event.verb, context.county.scope(actor)
        leads = ticket.lead_unit_id in below
        check_part(verb, actor.role, leads=leads, assists=set(decision.assisted) <= below)


async def check_scope(context: RegionContext, conn: Connection, ticket: Ticket, actor: Actor) -> None:
    """Raises NotFound when the ticket is not in the actor's rows; the complainant was checked by query code."""
    if actor.role in (Role.COMPLAINANT, Role.SYSTEM):
        return
    if actor.account_id and await recusals.is_recused(conn, context.region, actor.account_id, ticket.ticket_id):
        raise NotFound
    parts = await records.list_units(conn, context.region, ticket.ticket_id)
    current = [unit for unit, part in parts.items() if part != "former"]
    if not may_see(actor, current, context.county.scope(actor)):
        raise NotFound
