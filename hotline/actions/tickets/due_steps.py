"""Fire the steps of deadlines that are due on a locked ticket (PROCEDURE §3, §4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.decision_writer import apply_decision
from hotline.db import Connection
from hotline.domain.deadline.explanation import compute_due
from hotline.domain.deadline.timers import (
    Deadline,
    choose_step,
    plan_steps,
    step_before,
)
from hotline.domain.enums import Rule, Step
from hotline.domain.policy.limits import Limit
from hotline.domain.supervision.tiers import addressee, due, is_hotlines_own
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import Ticket
from hotline.store.deadline import deadlines
from hotline.store.ids import new_id
from hotline.store.messaging import reminders


async def fire_due_steps(context: RegionContext, conn: Connection, ticket: Ticket, now: datetime) -> Ticket:
    """Fire the due steps of a locked ticket's deadlines, longest due first, and return the ticket afterwards.

    At most 20 steps: the next sweep fires the rest.
    """
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
        # A minute after the end of parking, so that the ticket is resumed first.
        again = max(ticket.parked_until or now, now) + timedelta(minutes=1)
        await deadlines.advance_deadline(conn, context.region, deadline, missed=False, timer=(step, again))
        return ticket
    if step is Step.EXPIRY and is_hotlines_own(deadline.rule):
        # No tier follows on the hotline itself: the alarm repeats after each further limit until it acts.
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
