"""The unit's verbs: sign, assign, contact, reply, extension, parking, comments. Each verb is one transaction
(PROCEDURE §2, §3).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.actions.messaging.notifications import notify
from hotline.actions.privacy.complainant import read_complainant
from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.decision_writer import apply_decision
from hotline.actions.tickets.execution import execute, execute_rule, lock_ticket
from hotline.db import Connection
from hotline.domain.available import ENDS_A_REQUEST
from hotline.domain.deadline.timers import Deadline
from hotline.domain.dispatch.joint import owed_parts
from hotline.domain.enums import Rule
from hotline.domain.errors import Malformed, Recused
from hotline.domain.handling import extension, parking, unit_work
from hotline.domain.tickets.ticket import SYSTEM, Actor, Decision, Ticket
from hotline.store.accounts import leaves, recusals
from hotline.store.deadline import deadlines
from hotline.store.dispatch import joint
from hotline.store.tickets import history, records

Given = Mapping[str, Any]


async def sign_ticket(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, client_key: str | None = None
) -> Ticket:
    """Sign for a ticket (签收). Raises WrongState, NotAllowed."""
    return await execute_rule(
        context, ticket_id, actor, now, lambda ticket: unit_work.sign(ticket, actor, now), client_key
    )


async def assign_ticket(
    context: RegionContext,
    ticket_id: UUID,
    handler_id: UUID,
    actor: Actor,
    now: datetime,
    client_key: str | None = None,
) -> Ticket:
    """Assign the person in charge (指定经办人).

    Raises Malformed for a person outside the head's units, Recused for one recused from the ticket.
    """

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        below = context.county.scope(actor)
        people = await leaves.list_people(conn, context.region, list(below))
        handler = next((person for person in people if person.account_id == handler_id), None)
        if handler is None:
            raise Malformed(what="经办人（要选本单位的人）")
        if await recusals.is_recused(conn, context.region, handler_id, ticket_id):
            raise Recused(name=handler.name)
        return unit_work.assign(ticket, handler, below, actor, now)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def record_contact(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """Record the first contact (先行联系). `given` has how (one of CONTACT_WAYS) and text. Raises Malformed, Missing."""
    return await execute_rule(
        context, ticket_id, actor, now, lambda ticket: unit_work.contact(ticket, actor, now, given), client_key
    )


async def reply_ticket(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """Reply (答复): `given` has reply for the complainant and facts for the file.

    Complainants of merged tickets are notified too. Raises ContactFirst, PartsMissing, Missing.
    """

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        contacted = await history.is_contacted(conn, context.region, ticket)
        owed = owed_parts(await joint.list_parts(conn, context.region, ticket_id))
        waits_for = [context.county.unit_name(unit) for unit in owed]
        decision = unit_work.reply(ticket, contacted, waits_for, actor, context.rules, now, given)
        for merged in await records.list_merged(conn, context.region, ticket_id):
            about = f"{ticket_id}:{ticket.cycle}:{merged.ticket_id}"
            await notify(context, conn, merged, unit_work.replied_notice(given), about, now)
        return decision

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def ask_extension(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """Ask for an extension (延期). `given` has reason. Raises ExtensionClosed, Missing."""

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        reply, pending = await _extension(context, conn, ticket)
        return extension.ask_extension(ticket, reply, pending, actor, context.rules, now, given)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def decide_extension(
    context: RegionContext, ticket_id: UUID, granted: bool, actor: Actor, now: datetime, given: Given,
    client_key: str | None = None,
) -> Ticket:  # fmt: skip
    """Grant or refuse a request for an extension (延期). Raises ExtensionClosed, NotAllowed."""

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        reply, pending = await _extension(context, conn, ticket)
        if granted:
            return extension.grant_extension(ticket, reply, pending, actor, context.rules, now, given)
        return extension.refuse_extension(ticket, pending, actor, now, given)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def _extension(context: RegionContext, conn: Connection, ticket: Ticket) -> tuple[Deadline | None, bool]:
    """Return the running reply deadline, and whether a request for an extension is undecided."""
    running = [deadline for deadline, _ in await deadlines.list_running(conn, context.region, ticket.ticket_id)]
    reply = next((deadline for deadline in running if deadline.rule is Rule.REPLY), None)
    last = await history.last_verb(conn, context.region, ticket.ticket_id, "ask_extension", *ENDS_A_REQUEST)
    return reply, last == "ask_extension"


async def park_ticket(
    context: RegionContext, ticket_id: UUID, until: datetime, actor: Actor, now: datetime, given: Given,
    client_key: str | None = None,
) -> Ticket:  # fmt: skip
    """Park a ticket (挂账) until this moment. `given` has reason. Raises Malformed for one out of range, Missing."""
    return await execute_rule(
        context,
        ticket_id,
        actor,
        now,
        lambda ticket: parking.park(ticket, until, actor, context.rules, now, given),
        client_key,
    )


async def resume_ticket(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, client_key: str | None = None
) -> Ticket:
    """Resume a parked ticket (恢复办理) before its date."""
    return await execute_rule(
        context, ticket_id, actor, now, lambda ticket: parking.resume(ticket, actor, now), client_key
    )


async def comment_ticket(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """Add a comment; it moves no deadline. From the complainant's side of a merged ticket it passes to the target.

    Raises MergedElsewhere for other roles.
    """

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        if ticket.merged_into is not None:
            return await _pass_on(context, conn, ticket, ticket.merged_into, actor, now, given)
        return unit_work.comment(ticket, actor, now, given)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def _pass_on(
    context: RegionContext, conn: Connection, ticket: Ticket, target_id: UUID, actor: Actor, now: datetime, given: Given
) -> Decision:
    # As the system, since the target is outside the complainant's row scope.
    target = await lock_ticket(context, conn, target_id, SYSTEM, now)
    complainant = await read_complainant(context, conn, ticket.ticket_id)
    barred = context.county.barred(ticket.accused_unit_id)
    own, theirs = unit_work.pass_on(ticket, target, complainant.words, barred, actor, now, given)
    if theirs is not None:
        await apply_decision(context, conn, target, theirs, now)
    return own
