"""Decide what a due step causes: a reminder, or escalation to tier 1, 2 or 3 (PROCEDURE §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hotline.domain.deadline.timers import Deadline, notice_time
from hotline.domain.deadline.working_time import add_working_days
from hotline.domain.enums import Document, Reason, Role, Rule, Step
from hotline.domain.errors import (
    AlreadyReminded,
    Malformed,
    NoInstruction,
    NotAllowed,
    NothingOwed,
    Refusal,
    raise_if,
)
from hotline.domain.handling.parking import resume
from hotline.domain.messaging.alarms import OVERDUE
from hotline.domain.messaging.notices import Notice, NoticeKind
from hotline.domain.tickets.lifecycle import State, Verb, may, refusal_of
from hotline.domain.tickets.supervision import LEADERSHIP, REASONS, TIERS, clock_of
from hotline.domain.tickets.ticket import (
    SUPERVISION,
    SYSTEM,
    Actor,
    Alarm,
    Decision,
    DocumentDraft,
    Escalation,
    Rules,
    Ticket,
    by_leaders_date,
    move,
)

RULE_NAMES: Mapping[Rule, str] = {
    Rule.DISPATCH: "派单",
    Rule.SIGN: "签收",
    Rule.CONTACT: "先行联系",
    Rule.REPLY: "答复",
    Rule.ASSIST: "协办",
    Rule.RULING: "退单裁定",
    Rule.EXTENSION: "延期批复",
    Rule.DETAILS: "补充材料",
    Rule.CALLBACK: "回访",
    Rule.INTERVIEW: "约谈",
    Rule.VERIFY: "约谈核实",
    Rule.SUPERVISED: "督办办结",
    Rule.TIER2: "纪委督办",
    Rule.TIER3: "领导督办",
    Rule.RESUME: "挂账",
}
STEP_NAMES: Mapping[Step, str] = {
    Step.ISSUED: "督办函已发出",
    Step.TWO_DAYS: "还剩2个工作日",
    Step.ONE_DAY: "还剩1个工作日",
    Step.FOUR_HOURS: "还剩4个工作小时",
    Step.EXPIRY: "已到期",
}
TIER_NAMES: Mapping[int, str] = {0: "未督办"} | {number: tier.name for number, tier in TIERS.items()}
REASON_NAMES: Mapping[Reason, str] = {reason: cause.name for reason, cause in REASONS.items()}
# The missed limit and what it brings; entering a tier starts that tier's clock.
_CLIMB: Mapping[Rule, tuple[int, Reason]] = {
    cause.after: (cause.tier, reason) for reason, cause in REASONS.items() if cause.after and cause.tier
}
_TIER_OFFICES: Mapping[int, Role] = {1: Role.SUPERVISOR, 2: Role.INSPECTOR, 3: Role.LEADER}
OWED_BY_UNIT = frozenset({State.DISPATCHED, State.SIGNED, State.INTERVIEW_OWED})
PRESSING: Mapping[Role, str] = {Role.DISPATCHER: "热线", Role.SUPERVISOR: "热线督办", Role.INSPECTOR: "纪委纠风办"}
_UNITS_OWN = frozenset({Rule.SIGN, Rule.CONTACT, Rule.REPLY, Rule.ASSIST, *SUPERVISION})


def due(ticket: Ticket, deadline: Deadline, step: Step, rules: Rules, now: datetime) -> Decision:
    """Decide a due step: a reminder to the unit, the next tier, an alarm, or the end of parking."""
    if deadline.rule is Rule.RESUME:
        return resume(ticket, SYSTEM, now)
    if is_hotlines_own(deadline.rule):
        return _alarm(ticket, deadline)
    if step is not Step.EXPIRY:
        return _remind(ticket, deadline, step, now)
    if deadline.rule is Rule.TIER3:
        return _stay(ticket, deadline, rules, now)
    climb = _CLIMB.get(deadline.rule)
    if climb is None or climb[0] <= ticket.tier:
        return _remind(ticket, deadline, step, now)
    tier, reason = climb
    also = _reminder(ticket, deadline, step) if deadline.unit_id is not None else None
    return enter(ticket, tier, reason, SYSTEM, rules, now, also=also)


def is_hotlines_own(rule: Rule) -> bool:
    """Return whether the hotline itself, not a unit, must act before this deadline; its alarm then repeats."""
    return rule not in _UNITS_OWN and rule is not Rule.RESUME


def enter(
    ticket: Ticket, tier: int, reason: Reason, actor: Actor, rules: Rules, now: datetime,
    also: Notice | None = None,
) -> Decision:  # fmt: skip
    """Enter a tier: its letter goes to the unit, its deadline starts. Tiers are entered upwards, one at a time."""
    key, rule = clock_of(tier)
    tier = min(tier, ticket.tier + 1)
    changed, event = move(ticket, Verb.SUPERVISE, actor, now, {"reason": reason.value, "tier": tier})
    clock = rules.start(key, rule, changed, ticket.lead_unit_id, now)
    return Decision(
        changed,
        event,
        withdraws=SUPERVISION,
        notices=(also,) if also else (),
        escalation=Escalation(tier, reason, clock),
    )


def refusal_of_mark(ticket: Ticket, actor: Actor) -> Refusal | None:
    """Why a ticket cannot be marked: it is under supervision already, or the table."""
    if ticket.tier:
        return Malformed(what="督办（已在督办中）")
    return refusal_of(ticket.state, Verb.SUPERVISE, actor.role)


def mark(ticket: Ticket, actor: Actor, rules: Rules, now: datetime) -> Decision:
    """A supervisor's or leader's mark puts an open ticket on tier 1. Raises Malformed, NotAllowed, WrongState."""
    raise_if(refusal_of_mark(ticket, actor))
    return enter(ticket, 1, Reason.MARK, actor, rules, now)


def refusal_of_press(
    ticket: Ticket, last_at: datetime | None, actor: Actor, rules: Rules, now: datetime
) -> Refusal | None:
    """Why the unit cannot be reminded by hand: the table, nothing is owed by it, or this role did so for the same
    working day (`last_at`). A press at night or on a holiday counts for the day it goes out (PROCEDURE §4)."""
    refusal = refusal_of(ticket.state, Verb.REMIND, actor.role)
    if refusal is not None:
        return refusal
    if actor.role not in PRESSING:
        # The timetable reminds by its clocks, never by hand.
        return NotAllowed()
    if ticket.state not in OWED_BY_UNIT:
        return NothingOwed()
    day = _goes_out(rules, ticket, now)
    if last_at is not None and _goes_out(rules, ticket, last_at) == day:
        return AlreadyReminded(day=f"{day:%m月%d日}")
    return None


def press(
    ticket: Ticket, last_at: datetime | None, clock: Deadline | None, actor: Actor, rules: Rules, now: datetime
) -> Decision:
    """Remind by hand (催办): a numbered notice, once for each working day and role (PROCEDURE §7).

    `last_at` is when this role last did it, `clock` the unit's limit that ends first.
    Raises NothingOwed, AlreadyReminded, NotAllowed, WrongState.
    """
    raise_if(refusal_of_press(ticket, last_at, actor, rules, now))
    changed, event = move(ticket, Verb.REMIND, actor, now, {}, public_text="")
    facts = {"rule": clock.rule.value, "due_at": clock.due_at.isoformat()} if clock else {}
    to = f"account:{ticket.handler_id}" if ticket.handler_id else f"unit:{ticket.lead_unit_id}"
    notice = Notice(NoticeKind.REMINDER, {"role": actor.role.value}, to)
    document = DocumentDraft(Document.REMINDER_NOTICE, {**facts, "role": actor.role.value})
    return Decision(changed, event, notices=(notice,), document=document)


def _goes_out(rules: Rules, ticket: Ticket, at: datetime) -> date:
    return rules.calendar.local(notice_time(rules.policy, rules.calendar, at, urgent=ticket.urgent)).date()


def instruct(
    ticket: Ticket, due: datetime, actor: Actor, rules: Rules, now: datetime, given: Mapping[str, Any]
) -> Decision:
    """Record a leader's instruction (批示) with its date, a tier-3 task of the unit. Raises Malformed for a past date."""
    if due <= now:
        raise Malformed(what="办结日期（要在今天以后）")
    changed, event = move(
        ticket,
        Verb.INSTRUCT,
        actor,
        now,
        given,
        tier=LEADERSHIP,
        cycle=ticket.cycle + 1,
        public_text="县领导已作出批示，限期办理。",
    )
    key, rule = clock_of(LEADERSHIP)
    clock = by_leaders_date(rules.start(key, rule, changed, ticket.lead_unit_id, now), due)
    return Decision(
        changed,
        event,
        withdraws=SUPERVISION,
        escalation=Escalation(LEADERSHIP, Reason.INSTRUCTION, clock),
    )


def refusal_of_fulfil(ticket: Ticket, instructed: bool, actor: Actor) -> Refusal | None:
    """Why nothing can be struck off: no instruction is open (`instructed`), or the table."""
    return refusal_of(ticket.state, Verb.FULFIL, actor.role) if instructed else NoInstruction()


def fulfil(
    ticket: Ticket, instructed: bool, dated: bool, actor: Actor, rules: Rules, now: datetime, given: Mapping[str, Any]
) -> Decision:
    """Record that a leader's instruction is fulfilled (批示销号). Raises NoInstruction when none is open (`instructed`).

    A deadline on the leader's date (`dated`) is settled; while the ticket is open the tier's ordinary deadline replaces
    it (PROCEDURE §4).
    """
    raise_if(refusal_of_fulfil(ticket, instructed, actor))
    afresh = dated and ticket.open
    cycle = ticket.cycle + 1 if afresh else ticket.cycle
    changed, event = move(ticket, Verb.FULFIL, actor, now, given, cycle=cycle)
    if not afresh:
        return Decision(changed, event)
    return Decision(changed, event, starts=rules.tier_clock(changed, now), settles=(Rule.TIER3,))


def end_of_day(rules: Rules, day: datetime) -> datetime:
    """Return the close of the working day that `day` falls on, or of the next one: the meaning of "by that date"."""
    return add_working_days(rules.calendar, day - timedelta(days=1), 1).at


def addressee(ticket: Ticket, deadline: Deadline, step: Step) -> str:
    """Return the recipient of a step of a unit's deadline: the person in charge; for letter and expiry the unit.

    A letter is addressed to the unit, and the head must learn of a missed deadline.
    """
    if ticket.handler_id is None or deadline.unit_id != ticket.lead_unit_id or step in (Step.ISSUED, Step.EXPIRY):
        return f"unit:{deadline.unit_id}"
    return f"account:{ticket.handler_id}"


def _reminder(ticket: Ticket, deadline: Deadline, step: Step) -> Notice:
    facts = {"rule": deadline.rule.value, "step": step.value}
    return Notice(NoticeKind.REMINDER, facts, addressee(ticket, deadline, step), about=f"{deadline.rule}:{step}")


def _remind(ticket: Ticket, deadline: Deadline, step: Step, now: datetime) -> Decision:
    notice = _reminder(ticket, deadline, step)
    given = {"rule": deadline.rule.value, "step": step.value}
    if deadline.unit_id is None or not may(ticket.state, Verb.REMIND, Role.SYSTEM):
        return _alarm(ticket, deadline) if step is Step.EXPIRY else Decision(ticket)
    changed, event = move(ticket, Verb.REMIND, SYSTEM, now, given, public_text="")
    late = _late_part(ticket) if (deadline.rule, step) == (Rule.ASSIST, Step.EXPIRY) else ()
    return Decision(changed, event, notices=(notice, *late))


def _late_part(ticket: Ticket) -> tuple[Notice, ...]:
    """Notify the lead, and the dispatcher, who alone may excuse the assisting unit."""
    dispatcher = Notice(NoticeKind.ASSIST_OVERDUE, {"may_excuse": True}, "role:dispatcher")
    if ticket.lead_unit_id is None:
        return (dispatcher,)
    return Notice(NoticeKind.ASSIST_OVERDUE, {"may_excuse": False}, f"unit:{ticket.lead_unit_id}"), dispatcher


def escalated_notice(tier: int) -> Notice:
    """Tells the office that keeps a tier, from 1 to 3, that a ticket has entered it."""
    return Notice(NoticeKind.ESCALATED, {"tier": tier}, f"role:{_TIER_OFFICES[tier]}")


def _stay(ticket: Ticket, deadline: Deadline, rules: Rules, now: datetime) -> Decision:
    """Stay on tier 3 after expiry: remind again, notify the leaders and start a new deadline."""
    again = replace(ticket, cycle=ticket.cycle + 1)
    told = _remind(again, deadline, Step.EXPIRY, now)
    clock = rules.start("tier3", Rule.TIER3, again, deadline.unit_id, now)
    notice = Notice(NoticeKind.TIER3_OVERDUE, {}, "role:leader", about=f"{deadline.cycle}")
    return replace(told, starts=(clock,), notices=(*told.notices, notice))


def _alarm(ticket: Ticket, deadline: Deadline) -> Decision:
    details = {"number": ticket.number, "rule": deadline.rule.value, "due_at": deadline.due_at.isoformat()}
    return Decision(ticket, alarms=(Alarm(OVERDUE[deadline.rule], str(deadline.deadline_id), details),))
