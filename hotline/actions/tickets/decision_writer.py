"""Write a decision of the domain in the open transaction: ticket, event, deadlines, supervision, callbacks, notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from hotline.actions.messaging.notifications import drop_waiting, notify
from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.joint_parts import keep_parts, notify_end
from hotline.db import Connection
from hotline.domain.deadline.timers import (
    Deadline,
    Start,
    plan_steps,
    resumed,
    time_left,
)
from hotline.domain.deadline.working_time import next_open
from hotline.domain.enums import Channel, Document, Rule, Step
from hotline.domain.messaging.alarms import OVERDUE, UNIT_WANTED, AlarmKind
from hotline.domain.supervision.tiers import escalated_notice
from hotline.domain.tickets.ticket import SUPERVISION, Alarm, Decision, DocumentDraft, Escalation, Ticket
from hotline.store import callbacks, interviews
from hotline.store.deadline import deadlines
from hotline.store.messaging import alarms, outbox
from hotline.store.supervision import letters, tiers
from hotline.store.supervision.letters import NewLetter
from hotline.store.tickets import history, records
from hotline.store.tickets.filing import take_numbers


async def apply_decision(
    context: RegionContext, conn: Connection, before: Ticket, decision: Decision, now: datetime, *,
    client_key: str | None = None, clock: tuple[Deadline, Step] | None = None,
) -> Ticket:  # fmt: skip
    """Write a decision: ticket, event, deadlines, supervision, callback, interview, notices and alarms.

    `clock` is the deadline and step that caused the decision, None for a verb. Returns the ticket as written, with the
    number of the tier that the decision enters.
    """
    ticket, region = decision.ticket, context.region
    if decision.escalation is not None and ticket.tier != decision.escalation.tier:
        ticket = replace(ticket, tier=decision.escalation.tier)
    if ticket != before:
        await records.save_ticket(conn, region, ticket)
    if ticket.lead_unit_id != before.lead_unit_id:
        await records.save_lead(conn, region, ticket, now)
    about = f"{ticket.ticket_id}:{ticket.cycle}"
    if decision.event is not None:
        about = str(await history.insert_event(conn, region, ticket.ticket_id, decision.event, client_key))
    await _write_deadlines(context, conn, ticket, decision, now)
    await deadlines.show_clock(conn, region, ticket.ticket_id)
    await keep_parts(context, conn, before, ticket, decision, about, now)
    await _write_mechanism(context, conn, before, ticket, decision, now)
    if clock is None:
        await _move_supervision(context, conn, ticket, decision)
    for notice in decision.notices:
        await notify(context, conn, ticket, notice, about, now, clock)
    await notify_end(context, conn, ticket, decision, about, now)
    for alarm in decision.alarms:
        await alarms.raise_alarm(conn, region, alarm.kind, alarm.about, ticket.ticket_id, alarm.details, now)
    return ticket


async def _write_deadlines(
    context: RegionContext, conn: Connection, ticket: Ticket, decision: Decision, now: datetime
) -> None:
    region, ticket_id = context.region, ticket.ticket_id
    if decision.settles:
        await deadlines.settle_deadlines(conn, region, ticket_id, decision.settles, now)
    if decision.withdraws_all:
        await deadlines.withdraw_deadlines(conn, region, ticket_id, None, now)
    elif decision.withdraws:
        await deadlines.withdraw_deadlines(conn, region, ticket_id, decision.withdraws, now)
    if decision.pauses_all:
        for deadline, _ in await deadlines.list_running(conn, region, ticket_id):
            left = time_left(context.rules.calendar, deadline, now)
            await deadlines.pause_clock(conn, region, deadline, round(left.total_seconds()), now)
    if decision.resumes_all:
        await _resume_deadlines(context, conn, ticket_id, now)
    escalated = (decision.escalation.start,) if decision.escalation else ()
    for start in (*decision.starts, *escalated):
        await start_deadline(context, conn, ticket, start)


async def _resume_deadlines(context: RegionContext, conn: Connection, ticket_id: UUID, now: datetime) -> None:
    rules = context.rules
    for deadline, left in await deadlines.list_running(conn, context.region, ticket_id):
        if left is None:
            continue
        end, pauses = resumed(rules.calendar, deadline, timedelta(seconds=left), now)
        plan = plan_steps(rules.policy, rules.calendar, deadline.rule, deadline.started_at, end.at)
        ahead = next(((step, at) for step, at in plan if at > now), (Step.EXPIRY, end.at))
        await deadlines.resume_clock(conn, context.region, deadline, end, pauses, ahead)
        await follow_limit(context, conn, deadline, end.at)


async def follow_limit(context: RegionContext, conn: Connection, deadline: Deadline, due_at: datetime) -> None:
    """Give the tier in force and the interview still owed the new due time, if this is a deadline of supervision."""
    if deadline.rule in SUPERVISION:
        await tiers.move_supervision(conn, context.region, deadline.ticket_id, deadline.unit_id, due_at)
        await interviews.move_interview_due(conn, context.region, deadline.ticket_id, due_at)


async def start_deadline(context: RegionContext, conn: Connection, ticket: Ticket, start: Start) -> None:
    """Start a deadline with its timer set to its first step."""
    await deadlines.insert_deadline(conn, context.region, ticket, start, first_timer(context, start))


def first_timer(context: RegionContext, start: Start) -> tuple[Step, datetime]:
    """Return the first step of a deadline and its moment; expiry when it has no steps."""
    rules = context.rules
    plan = plan_steps(rules.policy, rules.calendar, start.rule, start.started_at, start.due.at)
    return plan[0] if plan else (Step.EXPIRY, start.due.at)


async def _write_mechanism(
    context: RegionContext, conn: Connection, before: Ticket, ticket: Ticket, decision: Decision, now: datetime
) -> None:
    region = context.region
    if decision.escalation is not None:
        await _escalate(context, conn, ticket, decision.escalation, now)
    if decision.passed_on is not None:
        await _pass_on(context, conn, ticket, decision.passed_on, now)
    if before.open and not ticket.open:
        await tiers.settle_supervisions(conn, region, ticket.ticket_id, now, "closed")
        await callbacks.withdraw_callbacks(conn, region, ticket.ticket_id, now)
        await drop_waiting(context, conn, ticket, now)
    if Rule.CALLBACK in decision.settles or decision.withdraws_all:
        await outbox.drop_invitations(conn, region, ticket.ticket_id, "callback_over")
    if decision.resumes_all:
        await callbacks.wake_callbacks(conn, region, ticket.ticket_id, now)
    await _settle_alarms(context, conn, ticket, decision, now)
    if decision.document is not None:
        await _issue_document(context, conn, ticket, decision.document, now)
    if decision.callback_stage is not None:
        await _owe_callback(context, conn, ticket, decision.callback_stage, now)
    if decision.interview_due is not None and ticket.lead_unit_id is not None:
        due_at = decision.interview_due.due.at
        await interviews.owe_interview(conn, region, ticket, ticket.lead_unit_id, now, due_at)


async def _settle_alarms(
    context: RegionContext, conn: Connection, ticket: Ticket, decision: Decision, now: datetime
) -> None:
    """Settle alarms about overdue or failed work that was done after all or is not needed any more."""
    rules = tuple(Rule) if not ticket.open else (*decision.settles, *decision.withdraws)
    kinds = [OVERDUE[rule] for rule in rules]
    if not ticket.open or Rule.DISPATCH in decision.settles:
        kinds += UNIT_WANTED
    if kinds:
        await alarms.settle_alarms_of_ticket(conn, context.region, ticket.ticket_id, kinds, now)


async def _move_supervision(context: RegionContext, conn: Connection, ticket: Ticket, decision: Decision) -> None:
    """Give the tier in force the unit and due time of a newly started supervision deadline: after handover or redo."""
    for start in decision.starts:
        if start.rule in SUPERVISION:
            await tiers.move_supervision(conn, context.region, ticket.ticket_id, start.unit_id, start.due.at)


async def _escalate(
    context: RegionContext, conn: Connection, ticket: Ticket, escalation: Escalation, now: datetime
) -> None:
    region, start = context.region, escalation.start
    letter_id = await _issue_letter(context, conn, ticket, start, now, {"reason": escalation.reason.value})
    await tiers.settle_supervisions(conn, region, ticket.ticket_id, now, "next_tier")
    await tiers.open_supervision(conn, region, ticket, escalation.tier, escalation.reason, now, start.due.at, letter_id)
    await interviews.move_interview_due(conn, region, ticket.ticket_id, start.due.at)
    await notify(context, conn, ticket, escalated_notice(escalation.tier), str(letter_id), now)
    if ticket.lead_unit_id is None:
        alarm = Alarm(AlarmKind.NOBODY_TO_SUPERVISE, str(letter_id), {"number": ticket.number, "tier": escalation.tier})
        await alarms.raise_alarm(conn, region, alarm.kind, alarm.about, ticket.ticket_id, alarm.details, now)


async def _pass_on(context: RegionContext, conn: Connection, ticket: Ticket, start: Start, now: datetime) -> None:
    """Issue a letter of the tier in force, with its reason, to the unit that takes the ticket over."""
    for tier in await tiers.list_supervisions(conn, context.region, ticket.ticket_id):
        if tier["settled_at"] is None:
            facts = {"reason": tier["reason"], "passed_on": True}
            await _issue_letter(context, conn, ticket, start, now, facts)


async def _issue_letter(
    context: RegionContext, conn: Connection, ticket: Ticket, start: Start, now: datetime, facts: Mapping[str, object]
) -> UUID:
    letter = dict(facts) | {"due_at": start.due.at.isoformat(), "limit": start.limit_text}
    copy_to = "单位主要负责人" if ticket.tier > 1 else None
    draft = DocumentDraft(Document.SUPERVISION_LETTER, letter)
    return await _issue_document(context, conn, ticket, draft, now, tier=ticket.tier, copy_to=copy_to)


async def _issue_document(
    context: RegionContext, conn: Connection, ticket: Ticket, draft: DocumentDraft, now: datetime, *, tier: int | None = None,
    copy_to: str | None = None,
) -> UUID:  # fmt: skip
    """Issue a document under the next number of its kind and local year; returns the id of its letter.

    Numbers have no gaps: one that is rolled back with its verb is given again.
    """
    year = now.astimezone(context.rules.calendar.zone).year
    number = await take_numbers(conn, context.region, draft.kind.value, str(year))
    letter = NewLetter(
        draft.kind.value, year, number, ticket.ticket_id, ticket.lead_unit_id, copy_to, tier, draft.facts, now
    )
    return await letters.insert_letter(conn, context.region, letter)


async def _owe_callback(context: RegionContext, conn: Connection, ticket: Ticket, stage: str, now: datetime) -> None:
    # After an interview tiers 1 and 2 verify by telephone (PROCEDURE §4); after a reply the complainant is asked first
    # on the channel of the filing.
    online = stage == "reply" and ticket.channel in (Channel.WECHAT, Channel.WEBSITE)
    channel = ticket.channel.value if online else "phone"
    first = next_open(context.rules.calendar, now)
    await callbacks.open_callback(conn, context.region, ticket, stage, channel, now, first)
