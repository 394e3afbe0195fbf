"""How a verb is carried out: hold the ticket, let its due clocks strike first, decide, write everything together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hotline.actions.assisting import keep_parts, tell_end
from hotline.actions.lending import ALL, of_ticket
from hotline.actions.merged import pointing_to, target_of
from hotline.actions.notices import drop_waiting, tell
from hotline.actions.office import Office
from hotline.actions.paper import issue
from hotline.domain.calendar import next_open
from hotline.domain.deadline import Deadline, Start, choose_step, left_of, plan_steps, reckon, resumed, step_before
from hotline.domain.errors import NotFound
from hotline.domain.joint import check_part
from hotline.domain.kinds import Channel, Document, Role, Rule, Step
from hotline.domain.lifecycle import State
from hotline.domain.policy import Limit
from hotline.domain.privacy import may_see
from hotline.domain.supervision import TIER_NAMES, addressee, due, is_hotlines_own
from hotline.domain.ticket import SUPERVISION, Actor, Alarm, Decision, Escalation, Notice, Paper, Ticket
from hotline.store import clocks, mechanism, outbox, recusals, tickets
from hotline.store.ids import new_id
from hotline.store.rows import widen

Decide = Callable[[Any, Ticket], Awaitable[Decision]]


async def perform(
    office: Office, ticket_id: UUID, actor: Actor, now: datetime, decide: Decide, *,
    client_key: str | None = None,
) -> Ticket:  # fmt: skip
    """One verb on one ticket in one transaction; a repeated client_key gives back the ticket as it is.

    `decide` gets the connection and the held ticket, and writes what belongs to the verb alone.
    Raises NotFound outside the actor's rows, and whatever the rule refuses.
    """
    async with office.writing(of_ticket(ticket_id) if actor.role is Role.COMPLAINANT else actor) as conn:
        ticket = await hold(office, conn, ticket_id, actor, now)
        if client_key is not None and await tickets.was_done(conn, office.region, ticket_id, client_key):
            return ticket
        with pointing_to(await target_of(office, conn, ticket), actor):
            decision = await decide(conn, ticket)
        await check_actor(office, conn, ticket, actor, decision)
        return await carry_out(office, conn, ticket, decision, now, client_key=client_key)


async def hold(office: Office, conn: Any, ticket_id: UUID, actor: Actor, now: datetime) -> Ticket:
    """The ticket, locked, inside the actor's rows, with every clock that is due struck first.

    So it makes no difference whether the sweep came by before the person did.
    """
    ticket = await tickets.lock_ticket(conn, office.region, ticket_id)
    if ticket is None:
        raise NotFound
    await check_scope(office, conn, ticket, actor)
    if actor.role is not Role.SYSTEM:
        # What a deed entails reaches beyond the actor's rows: notices to a person the unit must not know, tickets
        # merged into this one, alarms. The rules write it, not the actor.
        await widen(conn, ALL)
    return await strike_due(office, conn, ticket, now)


async def check_actor(office: Office, conn: Any, ticket: Ticket, actor: Actor, decision: Decision) -> None:
    """Whether the actor's unit has the part this verb asks for. Raises AssistingUnit, LeadUnit."""
    if decision.event is not None:
        verb, below = decision.event.verb, office.county.scope(actor)
        leads = ticket.lead_unit_id in below
        check_part(verb, actor.role, leads=leads, assists=set(decision.assisted) <= below)


async def check_scope(office: Office, conn: Any, ticket: Ticket, actor: Actor) -> None:
    """Raises NotFound when the ticket is not in the actor's rows; the complainant was checked by query code."""
    if actor.role in (Role.COMPLAINANT, Role.SYSTEM):
        return
    if actor.account_id and await recusals.is_recused(conn, office.region, actor.account_id, ticket.ticket_id):
        raise NotFound
    parts = await tickets.list_units(conn, office.region, ticket.ticket_id)
    current = [unit for unit, part in parts.items() if part != "former"]
    if not may_see(actor, current, office.county.scope(actor)):
        raise NotFound


async def strike_due(office: Office, conn: Any, ticket: Ticket, now: datetime) -> Ticket:
    """Let every clock of a held ticket that is due do what it must; gives back the ticket as it then stands."""
    for _ in range(20):
        waiting = await clocks.list_due(conn, office.region, ticket.ticket_id, now)
        if not waiting:
            break
        ticket = await _strike(office, conn, ticket, waiting[0], now)
    return ticket


async def _strike(office: Office, conn: Any, ticket: Ticket, deadline: Deadline, now: datetime) -> Ticket:
    rules = office.rules
    plan = plan_steps(rules.policy, rules.calendar, deadline.rule, deadline.started_at, deadline.due_at)
    before = step_before(plan, deadline.next_step)
    step, overtaken, ahead = choose_step(plan, before, now)
    if step is None:
        await clocks.advance_deadline(conn, office.region, deadline, missed=False, timer=ahead)
        return ticket
    if ticket.state is State.PARKED and deadline.rule is not Rule.RESUME:
        # A moment after the end of the rest, never at it: the ticket must come back first.
        again = max(ticket.parked_until or now, now) + timedelta(minutes=1)
        await clocks.advance_deadline(conn, office.region, deadline, missed=False, timer=(step, again))
        return ticket
    if step is Step.EXPIRY and is_hotlines_own(deadline.rule):
        # Nobody takes over from the hotline: the alarm comes back window after window until it acts.
        ahead = (Step.EXPIRY, reckon(rules.calendar, Limit.parse(deadline.limit_text), now).at)
    missed = step is Step.EXPIRY and deadline.rule is not Rule.RESUME
    await clocks.advance_deadline(conn, office.region, deadline, missed=missed, timer=ahead)
    for skipped in overtaken:
        await _note_overtaken(office, conn, ticket, deadline, skipped, now)
    decision = due(ticket, deadline, step, rules, now)
    return await carry_out(office, conn, ticket, decision, now, clock=(deadline, step))


async def _note_overtaken(
    office: Office, conn: Any, ticket: Ticket, deadline: Deadline, step: Step, now: datetime
) -> None:
    if deadline.unit_id is not None:
        await clocks.plan_reminder(
            conn, office.region, new_id(), ticket, cycle=deadline.cycle, rule=deadline.rule, step=step,
            recipient=addressee(ticket, deadline, step), channel="desk", at=now, state="skipped", reason="overtaken",
        )  # fmt: skip


async def carry_out(
    office: Office, conn: Any, before: Ticket, decision: Decision, now: datetime, *,
    client_key: str | None = None, clock: tuple[Deadline, Step] | None = None,
) -> Ticket:  # fmt: skip
    """Write a decision: ticket, event, clocks, supervision, callback, interview, notices and alarms.

    Gives back the ticket as it was kept: a decision that enters a tier leaves the number of the tier to this place.
    """
    ticket, region = decision.ticket, office.region
    if decision.escalation is not None and ticket.tier != decision.escalation.tier:
        ticket = replace(ticket, tier=decision.escalation.tier)
    if ticket != before:
        await tickets.save_ticket(conn, region, ticket)
    if ticket.lead_unit_id != before.lead_unit_id:
        await tickets.save_lead(conn, region, ticket, now)
    about = f"{ticket.ticket_id}:{ticket.cycle}"
    if decision.event is not None:
        about = str(await tickets.insert_event(conn, region, ticket.ticket_id, decision.event, client_key))
    await _write_clocks(office, conn, ticket, decision, now)
    await clocks.show_clock(conn, region, ticket.ticket_id)
    await keep_parts(office, conn, before, ticket, decision, about, now)
    await _write_mechanism(office, conn, before, ticket, decision, now)
    if clock is None:
        await _move_supervision(office, conn, ticket, decision)
    for notice in decision.notices:
        await tell(office, conn, ticket, notice, about, now, clock)
    await tell_end(office, conn, ticket, decision, about, now)
    for alarm in decision.alarms:
        await outbox.raise_alarm(conn, region, alarm.kind, alarm.about, ticket.ticket_id, alarm.details, now)
    return ticket


async def _write_clocks(office: Office, conn: Any, ticket: Ticket, decision: Decision, now: datetime) -> None:
    region, ticket_id = office.region, ticket.ticket_id
    if decision.settles:
        await clocks.settle_deadlines(conn, region, ticket_id, decision.settles, now)
    if decision.withdraws_all:
        await clocks.withdraw_deadlines(conn, region, ticket_id, None, now)
    elif decision.withdraws:
        await clocks.withdraw_deadlines(conn, region, ticket_id, decision.withdraws, now)
    if decision.pauses_all:
        for deadline, _ in await clocks.list_running(conn, region, ticket_id):
            left = left_of(office.rules.calendar, deadline, now)
            await clocks.pause_clock(conn, region, deadline, round(left.total_seconds()), now)
    if decision.resumes_all:
        await _resume_clocks(office, conn, ticket_id, now)
    escalated = (decision.escalation.start,) if decision.escalation else ()
    for start in (*decision.starts, *escalated):
        await start_clock(office, conn, ticket, start)


async def _resume_clocks(office: Office, conn: Any, ticket_id: UUID, now: datetime) -> None:
    rules = office.rules
    for deadline, left in await clocks.list_running(conn, office.region, ticket_id):
        if left is None:
            continue
        end, pauses = resumed(rules.calendar, deadline, timedelta(seconds=left), now)
        plan = plan_steps(rules.policy, rules.calendar, deadline.rule, deadline.started_at, end.at)
        ahead = next(((step, at) for step, at in plan if at > now), (Step.EXPIRY, end.at))
        await clocks.resume_clock(conn, office.region, deadline, end, pauses, ahead)
        await follow_limit(office, conn, deadline, end.at)


async def follow_limit(office: Office, conn: Any, deadline: Deadline, due_at: datetime) -> None:
    """The tier in force, and the interview still owed, keep the date of the clock that moved."""
    if deadline.rule in SUPERVISION:
        await mechanism.move_supervision(conn, office.region, deadline.ticket_id, deadline.unit_id, due_at)
        await mechanism.move_interview_due(conn, office.region, deadline.ticket_id, due_at)


async def start_clock(office: Office, conn: Any, ticket: Ticket, start: Start) -> None:
    """Start a clock with its timer set to its first step."""
    await clocks.insert_deadline(conn, office.region, ticket, start, first_timer(office, start))


def first_timer(office: Office, start: Start) -> tuple[Step, datetime]:
    """The first step of a clock and its moment."""
    rules = office.rules
    plan = plan_steps(rules.policy, rules.calendar, start.rule, start.started_at, start.due.at)
    return plan[0] if plan else (Step.EXPIRY, start.due.at)


async def _write_mechanism(
    office: Office, conn: Any, before: Ticket, ticket: Ticket, decision: Decision, now: datetime
) -> None:
    region = office.region
    if decision.escalation is not None:
        await _escalate(office, conn, ticket, decision.escalation, now)
    if decision.passed_on is not None:
        await _pass_on(office, conn, ticket, decision.passed_on, now)
    if before.open and not ticket.open:
        await mechanism.settle_supervisions(conn, region, ticket.ticket_id, now, "closed")
        await mechanism.withdraw_callbacks(conn, region, ticket.ticket_id, now)
        await drop_waiting(office, conn, ticket, now)
    if Rule.CALLBACK in decision.settles or decision.withdraws_all:
        await outbox.drop_invitations(conn, region, ticket.ticket_id, "callback_over")
    if decision.resumes_all:
        await mechanism.wake_callbacks(conn, region, ticket.ticket_id, now)
    await _settle_alarms(office, conn, ticket, decision, now)
    if decision.paper is not None:
        await issue(office, conn, ticket, decision.paper, now)
    if decision.callback_stage is not None:
        await _owe_callback(office, conn, ticket, decision.callback_stage, now)
    if decision.interview_due is not None and ticket.lead_unit_id is not None:
        due_at = decision.interview_due.due.at
        await mechanism.owe_interview(conn, region, ticket, ticket.lead_unit_id, now, due_at)


async def _settle_alarms(office: Office, conn: Any, ticket: Ticket, decision: Decision, now: datetime) -> None:
    """What was late was done after all, or nobody waits for it any more."""
    rules = tuple(Rule) if not ticket.open else (*decision.settles, *decision.withdraws)
    kinds = [f"{rule}_overdue" for rule in rules]
    if not ticket.open or Rule.DISPATCH in decision.settles:
        kinds += ["no_catalogue_row", "dispatch_failed"]
    if kinds:
        await outbox.settle_alarms_of_ticket(conn, office.region, ticket.ticket_id, kinds, now)


async def _move_supervision(office: Office, conn: Any, ticket: Ticket, decision: Decision) -> None:
    """A tier in force follows the ticket to another unit, or to the same one that must do it again."""
    for start in decision.starts:
        if start.rule in SUPERVISION:
            await mechanism.move_supervision(conn, office.region, ticket.ticket_id, start.unit_id, start.due.at)


async def _escalate(office: Office, conn: Any, ticket: Ticket, escalation: Escalation, now: datetime) -> None:
    region, start = office.region, escalation.start
    letter_id = await _issue_letter(office, conn, ticket, start, now, {"reason": escalation.reason.value})
    await mechanism.settle_supervisions(conn, region, ticket.ticket_id, now, "next_tier")
    await mechanism.open_supervision(conn, region, {
        "ticket_id": ticket.ticket_id, "cycle": ticket.cycle, "tier": escalation.tier,
        "reason": escalation.reason.value, "unit_id": ticket.lead_unit_id, "opened_at": now,
        "due_at": start.due.at, "letter_id": letter_id,
    })  # fmt: skip
    await mechanism.move_interview_due(conn, region, ticket.ticket_id, start.due.at)
    role = {1: Role.SUPERVISOR, 2: Role.INSPECTOR, 3: Role.LEADER}[escalation.tier]
    text = f"工单 {ticket.number} 进入{TIER_NAMES[escalation.tier]}，请关注。"
    await tell(office, conn, ticket, Notice(f"role:{role}", "escalated", text), str(letter_id), now)
    if ticket.lead_unit_id is None:
        alarm = Alarm("nobody_to_supervise", str(letter_id), {"number": ticket.number, "tier": escalation.tier})
        await outbox.raise_alarm(conn, region, alarm.kind, alarm.about, ticket.ticket_id, alarm.details, now)


async def _pass_on(office: Office, conn: Any, ticket: Ticket, start: Start, now: datetime) -> None:
    """The unit that takes over hears of the tier in force by a letter of its own; the tier keeps its reason."""
    for tier in await mechanism.list_supervisions(conn, office.region, ticket.ticket_id):
        if tier["settled_at"] is None:
            facts = {"reason": tier["reason"], "passed_on": True}
            await _issue_letter(office, conn, ticket, start, now, facts)


async def _issue_letter(
    office: Office, conn: Any, ticket: Ticket, start: Start, now: datetime, facts: Mapping[str, Any]
) -> UUID:
    told = dict(facts) | {"due_at": start.due.at.isoformat(), "limit": start.limit_text}
    copy_to = "单位主要负责人" if ticket.tier > 1 else None
    paper = Paper(Document.SUPERVISION_LETTER, told)
    return await issue(office, conn, ticket, paper, now, tier=ticket.tier, copy_to=copy_to)


async def _owe_callback(office: Office, conn: Any, ticket: Ticket, stage: str, now: datetime) -> None:
    # After an interview tier 1 and 2 verify by telephone themselves (PROCEDURE §4); after a reply the person is
    # first asked on the channel they came by.
    online = stage == "reply" and ticket.channel in (Channel.WECHAT, Channel.WEBSITE)
    channel = ticket.channel.value if online else "phone"
    first = next_open(office.rules.calendar, now)
    await mechanism.open_callback(conn, office.region, ticket, stage, channel, now, first)
