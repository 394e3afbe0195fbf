"""Write what a decision changes for assisting units: their parts, and deadlines that end before the lead's
(PROCEDURE §2, §3).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hotline.actions.messaging.notifications import notify
from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.deadline.timers import Deadline, Start, plan_steps
from hotline.domain.dispatch import joint as rule
from hotline.domain.enums import Rule, Step
from hotline.domain.tickets.lifecycle import Verb
from hotline.domain.tickets.ticket import Decision, Ticket
from hotline.store.deadline import deadlines
from hotline.store.dispatch import joint


async def keep_parts(
    context: RegionContext,
    conn: Connection,
    before: Ticket,
    ticket: Ticket,
    decision: Decision,
    about: str,
    now: datetime,
) -> None:
    """Write what the decision changes for assisting units; `about` is the occasion of their notices.

    Call it after the lead's own deadlines are written, since the assisting ones follow them.
    """
    region, ticket_id = context.region, ticket.ticket_id
    verb = decision.event.verb if decision.event else None
    await _write_parts(context, conn, ticket, decision, now)
    if rule.asks_anew(before, ticket):
        if verb is Verb.REDO:
            await joint.reopen_parts(conn, region, ticket_id)
        await joint.withdraw_assist(conn, region, ticket_id, None, now)
        owed = rule.owed_parts(await joint.list_parts(conn, region, ticket_id))
        await _ask(context, conn, ticket, owed, about, now)
    elif ticket.lead_unit_id is None:
        if before.lead_unit_id is not None:
            await joint.withdraw_assist(conn, region, ticket_id, None, now)
    elif decision.invites:
        await _ask(context, conn, ticket, list(decision.invites), about, now)
    elif ticket.state in rule.WORKED_ON and _moves_clocks(decision):
        await follow_lead(context, conn, ticket, about, now)


def _moves_clocks(decision: Decision) -> bool:
    return bool(decision.starts or decision.escalation or decision.resumes_all or decision.withdraws)


async def _write_parts(
    context: RegionContext, conn: Connection, ticket: Ticket, decision: Decision, now: datetime
) -> None:
    region, ticket_id = context.region, ticket.ticket_id
    if decision.invites and decision.event is not None:
        task = str(decision.event.details.get("task", ""))
        await joint.join_assisting(conn, region, ticket_id, decision.invites, task, now)
    for unit_id in decision.excuses:
        await joint.excuse_part(conn, region, ticket_id, unit_id, now)
    for unit_id in decision.assisted:
        await joint.answer_part(conn, region, ticket_id, unit_id, now)


async def notify_end(
    context: RegionContext, conn: Connection, ticket: Ticket, decision: Decision, about: str, now: datetime
) -> None:
    """Notify the units that still owed a part of a ticket that was merged or withdrawn."""
    if decision.event is None or decision.event.verb not in rule.ENDS_PARTS:
        return
    for unit_id in rule.owed_parts(await joint.list_parts(conn, context.region, ticket.ticket_id)):
        notice = rule.assist_over_notice(unit_id, decision.event.verb)
        await notify(context, conn, ticket, notice, f"{about}:{unit_id}", now)


async def _ask(
    context: RegionContext, conn: Connection, ticket: Ticket, units: list[UUID], about: str, now: datetime
) -> None:
    lead = rule.find_lead_limit(await _running(context, conn, ticket), ticket, now) if units else None
    for unit_id in units:
        start = rule.assist_clock(ticket, unit_id, lead, context.rules, now, now)
        await deadlines.insert_deadline(conn, context.region, ticket, start, next_timer(context, start, now))
        notice = rule.invited_notice(ticket, unit_id, start.due.at)
        await notify(context, conn, ticket, notice, f"{about}:{unit_id}", now)


async def follow_lead(context: RegionContext, conn: Connection, ticket: Ticket, about: str, now: datetime) -> None:
    """Move running deadlines of assisting units to stay before the lead's deadline, and notify the units.

    A missed deadline stays missed.
    """
    running = await _running(context, conn, ticket)
    waiting = [clock for clock in running if clock.rule is Rule.ASSIST and clock.state == "running"]
    lead = rule.find_lead_limit(running, ticket, now) if waiting else None
    if lead is None:
        return
    for clock in waiting:
        if clock.unit_id is None or clock.limit_text == rule.follows(lead):
            continue
        start = rule.assist_clock(ticket, clock.unit_id, lead, context.rules, clock.started_at, now)
        await _move(context, conn, ticket, clock, start, about, now)


async def _move(
    context: RegionContext, conn: Connection, ticket: Ticket, clock: Deadline, start: Start, about: str, now: datetime
) -> None:
    timer = next_timer(context, start, now)
    await joint.move_assist(conn, context.region, clock.deadline_id, start.due, start.limit_text, timer)
    if start.due.at != clock.due_at and clock.unit_id is not None:
        notice = rule.assist_moved_notice(clock.unit_id, start.due.at)
        await notify(context, conn, ticket, notice, f"{about}:{clock.unit_id}", now)


async def _running(context: RegionContext, conn: Connection, ticket: Ticket) -> list[Deadline]:
    return [clock for clock, _ in await deadlines.list_running(conn, context.region, ticket.ticket_id)]


def next_timer(context: RegionContext, start: Start, now: datetime) -> tuple[Step, datetime]:
    """Return the first step of a deadline after `now` and its moment; expiry when none is left."""
    rules = context.rules
    plan = plan_steps(rules.policy, rules.calendar, start.rule, start.started_at, start.due.at)
    return next((timer for timer in plan if timer[1] > now), (Step.EXPIRY, start.due.at))
