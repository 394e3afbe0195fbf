"""Fire the steps of deadlines that are due on a locked ticket (PROCEDURE §3, §4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.decision_writer import apply_decision
from hotline.db import WORTH_ANOTHER_TRY, Connection
from hotline.domain.deadline.explanation import compute_due
from hotline.domain.deadline.timers import (
    Deadline,
    choose_step,
    plan_steps,
    step_before,
)
from hotline.domain.enums import Rule, Step
from hotline.domain.messaging.alarms import AlarmKind
from hotline.domain.policy.limits import Limit
from hotline.domain.supervision.tiers import addressee, due, is_hotlines_own
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import SYSTEM, Ticket
from hotline.store.deadline import deadlines
from hotline.store.ids import new_id
from hotline.store.messaging import alarms, reminders
from hotline.store.tickets import records

POSTPONED = timedelta(minutes=10)
_log = structlog.get_logger()


async def fire_due_deadlines(context: RegionContext, now: datetime, batch: int) -> tuple[int, list[UUID]]:
    """Fire the due steps of at most `batch` deadlines, longest due first, in one transaction for each ticket.

    Returns how many deadlines were due, and the tickets that failed. A failed ticket delays no other: its deadlines
    are tried again ten minutes later, and an alarm shows it to a dispatcher.
    """
    async with context.reading(SYSTEM) as conn:
        due = await deadlines.list_due_tickets(conn, context.region, now, batch)
    failed = [ticket_id for ticket_id in due if not await _fire_one(context, ticket_id, now)]
    return sum(due.values()), failed


async def _fire_one(context: RegionContext, ticket_id: UUID, now: datetime) -> bool:
    try:
        async with context.writing(SYSTEM) as conn:
            ticket = await records.lock_ticket_skip(conn, context.region, ticket_id)
            if ticket is not None:
                await fire_due_steps(context, conn, ticket, now)
    except WORTH_ANOTHER_TRY:
        raise
    except Exception:
        _log.exception("clock_failed", ticket=str(ticket_id))
        await _postpone(context, ticket_id, now)
        return False
    return True


async def _postpone(context: RegionContext, ticket_id: UUID, now: datetime) -> None:
    async with context.writing(SYSTEM) as conn:
        await deadlines.postpone_clocks(conn, context.region, ticket_id, now, now + POSTPONED)
        await alarms.raise_alarm(conn, context.region, AlarmKind.CLOCK_FAILED, "", ticket_id, {}, now)


async def fire_due_steps(context: RegionContext, conn: Connection, ticket: Ticket, now: datetime) -> Ticket:
    """Fire the due steps of a locked ticket, oldest first. Returns the ticket as it then stands."""
    for _ in range(20):
        waiting = await deadlines.list_due(conn, context.region, ticket.ticket_id, now)
        if not waiting:
            break
        ticket = await _fire(context, conn, ticket, waiting[0], now)
    return ticket


async def _fire(context: RegionContext, conn: Connection, ticket: Ticket, deadline: Deadline, now: datetime) -> Ticket:
    rules = context.rules
    plan = plan_steps(rules.policy, rules.calendar, deadline.rule, deadline.started_at, deadline.due_at)
    before = step_before(plan, deadline.next_step)
    step, overtaken, ahead = choose_step(plan, before, now)
    if step is None:
        await deadlines.advance_deadline(conn, context.region, deadline, missed=False, timer=ahead)
        return ticket
    if ticket.state is State.PARKED and deadline.rule is not Rule.RESUME:
        # A moment after the end of the rest, never at it: the ticket must come back first.
        again = max(ticket.parked_until or now, now) + timedelta(minutes=1)
        await deadlines.advance_deadline(conn, context.region, deadline, missed=False, timer=(step, again))
        return ticket
    if step is Step.EXPIRY and is_hotlines_own(deadline.rule):
        # Nobody takes over from the hotline: the alarm comes back window after window until it acts.
        ahead = (Step.EXPIRY, compute_due(rules.calendar, Limit.parse(deadline.limit_text), now).at)
    missed = step is Step.EXPIRY and deadline.rule is not Rule.RESUME
    await deadlines.advance_deadline(conn, context.region, deadline, missed=missed, timer=ahead)
    for skipped in overtaken:
        await _note_overtaken(context, conn, ticket, deadline, skipped, now)
    decision = due(ticket, deadline, step, rules, now)
    return await apply_decision(context, conn, ticket, decision, now, clock=(deadline, step))


async def _note_overtaken(
    context: RegionContext, conn: Connection, ticket: Ticket, deadline: Deadline, step: Step, now: datetime
) -> None:
    if deadline.unit_id is not None:
        await reminders.plan_reminder(
            conn, context.region, new_id(), ticket, cycle=deadline.cycle, rule=deadline.rule, step=step,
            recipient=addressee(ticket, deadline, step), channel="desk", at=now, state="skipped", reason="overtaken",
        )  # fmt: skip
