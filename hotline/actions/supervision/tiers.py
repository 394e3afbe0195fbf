"""Supervision by hand: a mark, a reminder, an instruction and its fulfilment (PROCEDURE §4). Each is one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.execution import execute, execute_rule
from hotline.db import Connection
from hotline.domain.deadline.timers import BY_DATE
from hotline.domain.errors import NotAllowed
from hotline.domain.supervision import tiers as rule
from hotline.domain.tickets.lifecycle import Verb
from hotline.domain.tickets.ticket import Actor, Decision, Ticket
from hotline.store.deadline import deadlines
from hotline.store.supervision import instructions
from hotline.store.tickets import history

Given = Mapping[str, Any]


async def supervise_ticket(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, client_key: str | None = None
) -> Ticket:
    """Put a ticket on tier 1 on a supervisor's or leader's request. Raises Malformed when it is on a tier already."""
    return await execute_rule(
        context, ticket_id, actor, now, lambda ticket: rule.mark(ticket, actor, context.rules, now), client_key
    )


async def remind_unit(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, client_key: str | None = None
) -> Ticket:
    """Remind the unit by hand (催办) with a numbered notice (催办通知书). Raises NothingOwed, AlreadyReminded, NotAllowed."""

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        running = [deadline for deadline, _ in await deadlines.list_running(conn, context.region, ticket_id)]
        owed = [deadline for deadline in running if deadline.unit_id == ticket.lead_unit_id]
        last_at = await history.last_done_by(conn, context.region, ticket_id, Verb.REMIND, actor.role)
        first = min(owed, key=lambda deadline: deadline.due_at, default=None)
        return rule.press(ticket, last_at, first, actor, context.rules, now)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def instruct_ticket(
    context: RegionContext,
    ticket_id: UUID,
    due_on: date,
    actor: Actor,
    now: datetime,
    given: Given,
    client_key: str | None = None,
) -> Ticket:
    """Record a leader's instruction (批示) with its date, a tier-3 task for the unit. `given` has text.

    Raises Malformed for a past date, NotAllowed without an account.
    """
    if actor.account_id is None:
        raise NotAllowed
    leader_id = actor.account_id

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        noon = datetime.combine(due_on, time(12), context.rules.calendar.zone)
        facts = {**given, "due_on": due_on.isoformat()}
        decision = rule.instruct(ticket, rule.end_of_day(context.rules, noon), actor, context.rules, now, facts)
        await instructions.insert_instruction(
            conn, context.region, ticket_id, leader_id, str(given["text"]), due_on, now
        )
        return decision

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def fulfil_instruction(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """Record that the leader's instructions on a ticket are fulfilled. `given` has fulfilment.

    The next brief reports it. Raises NoInstruction when none is open.
    """

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        rows = await instructions.list_instructions(conn, context.region, ticket_id)
        running = await deadlines.list_running(conn, context.region, ticket_id)
        dated = any(clock.limit_text == BY_DATE and clock.state == "running" for clock, _ in running)
        instructed = any(row["fulfilled_at"] is None for row in rows)
        decision = rule.fulfil(ticket, instructed, dated, actor, context.rules, now, given)
        await instructions.fulfil_instructions(conn, context.region, ticket_id, now, str(given["fulfilment"]))
        return decision

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)
