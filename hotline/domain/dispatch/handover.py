"""Dispatching a ticket to a unit, and returns (PROCEDURE §2, §3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.deadline.timers import Start, limit_key
from hotline.domain.enums import HandlingClass, Kind, Reason, Role, Rule
from hotline.domain.errors import AccusedAddressee, NotAllowed, Refusal, ReturnClosed, SameUnit, raise_if
from hotline.domain.messaging.notices import Facts, Notice, NoticeKind
from hotline.domain.tickets.lifecycle import Verb, refusal_of
from hotline.domain.tickets.supervision import clock_of
from hotline.domain.tickets.ticket import SUPERVISION, Actor, Decision, Escalation, Rules, Ticket, move

_UNITS_WORK = (Rule.SIGN, Rule.CONTACT, Rule.REPLY)


def refusal_of_addressee(ticket: Ticket, unit_id: UUID, barred: Collection[UUID]) -> Refusal | None:
    """Why this unit cannot get the ticket: it is in `barred` (the accused, PROCEDURE §6), or has it already."""
    if unit_id in barred:
        return AccusedAddressee()
    return SameUnit() if unit_id == ticket.lead_unit_id else None


def refusal_of_dispatch_by_rule(ticket: Ticket) -> Refusal | None:
    """Why no rule may choose the unit of this ticket (PROCEDURE §2).

    A tip-off may name the very people who would read it; only a person can tell whom its words are about.
    """
    return NotAllowed() if ticket.kind is Kind.TIP_OFF else None


def hand_over(
    ticket: Ticket, unit_id: UUID, barred: Collection[UUID], actor: Actor, rules: Rules, now: datetime,
    given: Mapping[str, Any], promised: datetime | None = None,
) -> Decision:  # fmt: skip
    """Dispatch or redispatch a ticket (派单, 改派) and start the unit's deadlines.

    Raises AccusedAddressee for a unit in `barred` (PROCEDURE §6), SameUnit for the current lead, NotAllowed for a tip-off
    that the system would dispatch. The first unit's reply deadline counts from receipt, a later unit's from now. Under
    supervision the tier's deadline starts again for the new unit, with a letter to it (PROCEDURE §4); the date
    `promised` to a leader binds the new unit too.
    """
    if actor.role is Role.SYSTEM:
        raise_if(refusal_of_dispatch_by_rule(ticket))
    raise_if(refusal_of_addressee(ticket, unit_id, barred))
    first = ticket.lead_unit_id is None
    verb = Verb.DISPATCH if first else Verb.REDISPATCH
    cycle = ticket.cycle if first else ticket.cycle + 1
    told = {"unit": str(unit_id)} | dict(given)
    changed, event = move(ticket, verb, actor, now, told, lead_unit_id=unit_id, cycle=cycle, return_ruled=False)
    since = ticket.received_at if cycle == 1 else now
    tier_clock = rules.tier_clock(changed, now, promised)
    return Decision(
        changed,
        event,
        starts=(*unit_clocks(changed, unit_id, rules, since, now), *tier_clock),
        passed_on=next(iter(tier_clock), None),
        settles=(Rule.DISPATCH,),
        withdraws=SUPERVISION if first else (*_UNITS_WORK, Rule.EXTENSION, *SUPERVISION),
        notices=(dispatched_notice(changed), *_taken_away(ticket)),
    )


def _taken_away(ticket: Ticket) -> tuple[Notice, ...]:
    if ticket.lead_unit_id is None:
        return ()
    return (Notice(NoticeKind.TAKEN_AWAY, {}, f"unit:{ticket.lead_unit_id}"),)


def unit_clocks(ticket: Ticket, unit_id: UUID, rules: Rules, since: datetime, now: datetime) -> tuple[Start, ...]:
    """Return the deadlines to sign, to contact and to reply.

    Sign and contact count from `now`, the reply from `since`, or from `now` if it would otherwise end before the unit
    must sign.
    """
    redo = ticket.tier > 0 or ticket.redo_count > 0
    reply_key = limit_key(Rule.REPLY, ticket.kind, ticket.pace, redo=redo and not ticket.urgent)
    sign = rules.start(limit_key(Rule.SIGN, ticket.kind, ticket.pace), Rule.SIGN, ticket, unit_id, now)
    contact = rules.start(limit_key(Rule.CONTACT, ticket.kind, ticket.pace), Rule.CONTACT, ticket, unit_id, now)
    reply = rules.start(reply_key, Rule.REPLY, ticket, unit_id, since)
    if reply.due.at < sign.due.at:
        reply = rules.start(reply_key, Rule.REPLY, ticket, unit_id, now)
    return sign, contact, reply


def dispatched_notice(ticket: Ticket) -> Notice:
    """Return the notice to the unit about a new ticket."""
    facts: Facts = {"title": ticket.title, "urgent": ticket.handling_class is HandlingClass.URGENT}
    return Notice(NoticeKind.DISPATCHED, facts, f"unit:{ticket.lead_unit_id}")


def refusal_of_return(
    ticket: Ticket, dispatched_at: datetime, actor: Actor, rules: Rules, now: datetime
) -> Refusal | None:
    """Why a unit cannot return the ticket now: the table, a ruling that it stays, or the window since `dispatched_at`."""
    refusal = refusal_of(ticket.state, Verb.RETURN, actor.role)
    if refusal is not None:
        return refusal
    if ticket.return_ruled:
        return ReturnClosed(why="已经裁定由本单位办理")
    window = rules.start("return", Rule.RULING, ticket, ticket.lead_unit_id, dispatched_at)
    if now <= window.due.at:
        return None
    limit = rules.limit("return", ticket, ticket.lead_unit_id)
    return ReturnClosed(why=f"退单要在收到后{limit.in_words}内提出，逾期视为接受")


def return_ticket(
    ticket: Ticket, dispatched_at: datetime, actor: Actor, rules: Rules, now: datetime, given: Mapping[str, Any]
) -> Decision:
    """退单: within the window, with the legal basis, never after a ruling (PROCEDURE §3).

    Raises ReturnClosed, NotAllowed, WrongState, Missing.
    """
    raise_if(refusal_of_return(ticket, dispatched_at, actor, rules, now))
    changed, event = move(ticket, Verb.RETURN, actor, now, given, return_count=ticket.return_count + 1)
    escalation = None
    if changed.return_count == rules.policy.returns_to_tier2 and changed.tier == 0:
        key, rule = clock_of(1)
        escalation = Escalation(1, Reason.RETURNS, rules.start(key, rule, changed, ticket.lead_unit_id, now))
    ruling = rules.start("ruling", Rule.RULING, changed, None, now)
    ruler = Role.INSPECTOR if changed.return_count >= rules.policy.returns_to_tier2 else Role.DISPATCHER
    notice = Notice(NoticeKind.RETURNED, {}, f"role:{ruler}")
    return Decision(changed, event, starts=(ruling,), withdraws=(Rule.SIGN,), notices=(notice,), escalation=escalation)


def refusal_of_ruling(ticket: Ticket, verb: Verb, actor: Actor, rules: Rules) -> Refusal | None:
    """Why somebody cannot uphold or reject a return: from the third return on tier 2 rules (PROCEDURE §2)."""
    if ticket.return_count >= rules.policy.returns_to_tier2 and actor.role is not Role.INSPECTOR:
        return NotAllowed()
    return refusal_of(ticket.state, verb, actor.role)


def uphold_return(ticket: Ticket, actor: Actor, rules: Rules, now: datetime, given: Mapping[str, Any]) -> Decision:
    """Uphold the return: the ticket is dispatched again. After `returns_to_tier2` returns only an inspector rules.

    Raises NotAllowed.
    """
    raise_if(refusal_of_ruling(ticket, Verb.UPHOLD_RETURN, actor, rules))
    changed, event = move(
        ticket, Verb.UPHOLD_RETURN, actor, now, {"unit": str(ticket.lead_unit_id)} | dict(given),
        lead_unit_id=None, cycle=ticket.cycle + 1,
    )  # fmt: skip
    clock = rules.start(limit_key(Rule.DISPATCH, ticket.kind, ticket.pace), Rule.DISPATCH, changed, None, now)
    notice = Notice(NoticeKind.RETURN_UPHELD, {}, f"unit:{ticket.lead_unit_id}")
    return Decision(
        changed, event, starts=(clock,), settles=(Rule.RULING,),
        withdraws=(*_UNITS_WORK, *SUPERVISION), notices=(notice,),
    )  # fmt: skip


def reject_return(ticket: Ticket, actor: Actor, rules: Rules, now: datetime, given: Mapping[str, Any]) -> Decision:
    """Reject the return: the same unit must sign and may not return the ticket again. Raises NotAllowed."""
    raise_if(refusal_of_ruling(ticket, Verb.REJECT_RETURN, actor, rules))
    changed, event = move(ticket, Verb.REJECT_RETURN, actor, now, given, return_ruled=True, cycle=ticket.cycle + 1)
    clock = rules.start(limit_key(Rule.SIGN, ticket.kind, ticket.pace), Rule.SIGN, changed, ticket.lead_unit_id, now)
    notice = Notice(NoticeKind.RETURN_REJECTED, {}, f"unit:{ticket.lead_unit_id}")
    return Decision(changed, event, starts=(clock,), settles=(Rule.RULING,), notices=(notice,))
