"""Joint handling (联办): one unit leads, others assist it; the complainant gets one reply (PROCEDURE §2, §3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hotline.domain.deadline.explanation import span_of
from hotline.domain.deadline.timers import Deadline, Start
from hotline.domain.deadline.working_time import (
    Calendar,
    Due,
    subtract_working_days,
    subtract_working_time,
    working_time_between,
)
from hotline.domain.enums import HandlingClass, Role, Rule
from hotline.domain.errors import (
    AccusedAddressee,
    AssistingUnit,
    LeadUnit,
    Missing,
    NoPartDue,
    Refusal,
    UnfitAssisting,
    raise_if,
)
from hotline.domain.messaging.notices import AssistEnd, Notice, NoticeKind
from hotline.domain.policy.limits import Limit
from hotline.domain.tickets.lifecycle import State, Verb, check, refusal_of
from hotline.domain.tickets.ticket import SUPERVISION, Actor, Decision, Rules, Ticket, move

WORKED_ON = frozenset({State.DISPATCHED, State.RETURNED, State.SIGNED})
"""States in which assisting units may be invited and may answer."""
LEADS_OWN = frozenset({
    Verb.SIGN, Verb.RETURN, Verb.CONTACT, Verb.ASK_EXTENSION, Verb.GRANT_EXTENSION, Verb.REFUSE_EXTENSION, Verb.REPLY,
    Verb.PLAN_INTERVIEW, Verb.HOLD_INTERVIEW, Verb.ASSIGN,
})  # fmt: skip
"""Verbs of the lead alone: one unit deals with the complainant and is responsible for the ticket."""
ENDS_PARTS: Mapping[Verb, AssistEnd] = {Verb.MERGE: AssistEnd.MERGED, Verb.WITHDRAW: AssistEnd.WITHDRAWN}
"""After these verbs no part is owed any more."""
_UNITS = frozenset({Role.HANDLER, Role.UNIT_HEAD})
_LEADS_LIMITS = (Rule.REPLY, *SUPERVISION)
_FOLLOWS = "lead "


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's part in a ticket: `part` is lead, assisting or former."""

    unit_id: UUID
    part: str
    joined_at: datetime
    answered_at: datetime | None = None
    task: str | None = None
    excused_at: datetime | None = None

    @property
    def owed(self) -> bool:
        """Whether the unit assists and has not answered yet."""
        return self.part == "assisting" and self.answered_at is None


@dataclass(frozen=True, slots=True)
class LeadLimit:
    """The lead's earliest deadline: its moment, whether in natural time, whether provisional."""

    at: datetime
    natural: bool
    provisional: bool


def refusal_of_part(verb: Verb, role: Role, *, leads: bool, assists: bool) -> Refusal | None:
    """Why a unit's part does not let it do this: AssistingUnit for what the lead alone does, LeadUnit for what only an
    assisting unit does. Of other roles nothing is asked."""
    if role not in _UNITS:
        return None
    if verb is Verb.ASSIST:
        return None if assists else LeadUnit()
    return None if leads or verb not in LEADS_OWN else AssistingUnit()


def check_part(verb: Verb, role: Role, *, leads: bool, assists: bool) -> None:
    """Raise AssistingUnit for a verb of the lead alone, LeadUnit for a verb of assisting units alone."""
    raise_if(refusal_of_part(verb, role, leads=leads, assists=assists))


def owed_parts(parts: Iterable[Part]) -> list[UUID]:
    """Return assisting units that have neither answered nor been excused."""
    return [part.unit_id for part in parts if part.owed]


def check_invited(
    ticket: Ticket, units: Collection[UUID], parts: Iterable[Part], barred: Collection[UUID], lead: UUID | None
) -> None:
    """Check the units to invite: not the accused unit or one below it, not the lead, no unit twice.

    Raises AccusedAddressee, UnfitAssisting.
    """
    if not set(units).isdisjoint(barred):
        raise AccusedAddressee
    if lead in units:
        raise UnfitAssisting(why="主办单位不能同时协办")
    if any(part.part == "assisting" and part.unit_id in units for part in parts):
        raise UnfitAssisting(why="其中有单位已经在协办")


def joint_class(ticket: Ticket) -> HandlingClass:
    """Return the handling class 联办件, or 急办件 if the ticket is urgent."""
    return HandlingClass.URGENT if ticket.urgent else HandlingClass.JOINT


def invite(
    ticket: Ticket, units: Sequence[UUID], parts: Iterable[Part], barred: Collection[UUID],
    actor: Actor, now: datetime, given: Mapping[str, Any],
) -> Decision:  # fmt: skip
    """Invite further assisting units (邀请协办). Raises AccusedAddressee, UnfitAssisting."""
    check(ticket.state, Verb.INVITE, actor.role)
    check_invited(ticket, units, parts, barred, ticket.lead_unit_id)
    told = dict(given) | {"assisting": [str(unit) for unit in units]}
    changed, event = move(ticket, Verb.INVITE, actor, now, told, public_text="", handling_class=joint_class(ticket))
    return Decision(changed, event, invites=tuple(units))


def also_invite(
    decision: Decision, units: Sequence[UUID], parts: Iterable[Part], barred: Collection[UUID], task: str
) -> Decision:
    """Add assisting units to a dispatch. Raises AccusedAddressee, UnfitAssisting."""
    if not units or decision.event is None:
        return decision
    check_invited(decision.ticket, units, parts, barred, decision.ticket.lead_unit_id)
    told = dict(decision.event.details) | {"assisting": [str(unit) for unit in units], "task": task}
    joint = replace(decision.ticket, handling_class=joint_class(decision.ticket))
    return replace(decision, ticket=joint, event=replace(decision.event, details=told), invites=tuple(units))


def refusal_of_excuse(ticket: Ticket, parts: Iterable[Part], actor: Actor) -> Refusal | None:
    """Why nobody can be excused: the table, or no part is owed."""
    refusal = refusal_of(ticket.state, Verb.EXCUSE, actor.role)
    return refusal or (None if owed_parts(parts) else NoPartDue())


def excuse(
    ticket: Ticket, unit_id: UUID, parts: Sequence[Part], actor: Actor, now: datetime, given: Mapping[str, Any]
) -> Decision:
    """Excuse an assisting unit (免于协办), so that the reply no longer waits for it. Raises NoPartDue.

    Without any assisting unit left, the ticket is an ordinary 承办件 again.
    """
    raise_if(refusal_of_excuse(ticket, parts, actor))
    if unit_id not in owed_parts(parts):
        raise NoPartDue
    alone = sum(part.part == "assisting" for part in parts) == 1
    kept = HandlingClass.COMMITTED if alone and not ticket.urgent else ticket.handling_class
    told = dict(given) | {"assisting": [str(unit_id)]}
    changed, event = move(ticket, Verb.EXCUSE, actor, now, told, public_text="", handling_class=kept)
    notices = [Notice(NoticeKind.EXCUSED, {}, f"unit:{unit_id}")]
    if owed_parts(parts) == [unit_id] and ticket.lead_unit_id is not None:
        notices.append(_assisted(ticket, complete=True))
    return Decision(changed, event, excuses=(unit_id,), notices=tuple(notices))


def answerable(parts: Iterable[Part], scope: Collection[UUID]) -> list[UUID]:
    """Assisting units in `scope` for whom a part may be given: those that owe one, else those that may give it anew."""
    mine = [part for part in parts if part.part == "assisting" and part.unit_id in scope]
    return owed_parts(mine) or [part.unit_id for part in mine]


def refusal_of_assist(ticket: Ticket, parts: Iterable[Part], scope: Collection[UUID], actor: Actor) -> Refusal | None:
    """Why no part can be given: the table, or no unit in `scope` assists. A part may be given again (PROCEDURE §2)."""
    refusal = refusal_of(ticket.state, Verb.ASSIST, actor.role)
    return refusal or (None if answerable(parts, scope) else LeadUnit())


def choose_part(parts: Sequence[Part], scope: Collection[UUID], own: UUID | None, named: UUID | None) -> UUID:
    """For which assisting unit somebody speaks: the one named, else their own, else the only one below that still owes.

    Raises LeadUnit when no assisting unit is in `scope`, NoPartDue when the named unit does not assist there, Missing
    when several are possible.
    """
    mine = [part for part in parts if part.part == "assisting" and part.unit_id in scope]
    if not mine:
        raise LeadUnit
    owing = answerable(parts, scope)
    chosen = [part.unit_id for part in mine if part.unit_id == (named or own)]
    if chosen:
        return chosen[0]
    if named is not None:
        raise NoPartDue
    if len(owing) > 1:
        raise Missing(what="协办单位")
    return owing[0]


def assist(
    ticket: Ticket, named: UUID | None, parts: Sequence[Part], scope: Collection[UUID],
    actor: Actor, now: datetime, given: Mapping[str, Any],
) -> Decision:  # fmt: skip
    """Submit an assisting unit's part (提交协办意见) and notify the lead, also when it was the last one missing.

    `scope` are the actor's units, `named` is the unit spoken for. Raises LeadUnit, NoPartDue, Missing.
    """
    raise_if(refusal_of_assist(ticket, parts, scope, actor))
    unit_id = choose_part(parts, scope, actor.unit_id, named)
    told = dict(given) | {"assisting": [str(unit_id)]}
    changed, event = move(ticket, Verb.ASSIST, actor, now, told, public_text="")
    notices: tuple[Notice, ...] = ()
    if ticket.lead_unit_id is not None:
        notices = (_assisted(ticket, complete=owed_parts(parts) == [unit_id]),)
    return Decision(changed, event, assisted=(unit_id,), notices=notices)


def _assisted(ticket: Ticket, *, complete: bool) -> Notice:
    return Notice(NoticeKind.ASSISTED, {"complete": complete}, f"unit:{ticket.lead_unit_id}")


def invited_notice(ticket: Ticket, unit_id: UUID, due_at: datetime) -> Notice:
    """What a unit is told when it is asked for its part."""
    return Notice(NoticeKind.INVITED, {"title": ticket.title, "due_at": due_at.isoformat()}, f"unit:{unit_id}")


def assist_moved_notice(unit_id: UUID, due_at: datetime) -> Notice:
    """What an assisting unit is told when its limit moves."""
    return Notice(NoticeKind.ASSIST_MOVED, {"due_at": due_at.isoformat()}, f"unit:{unit_id}")


def assist_over_notice(unit_id: UUID, verb: Verb) -> Notice:
    """What a unit that still owes its part is told after one of ENDS_PARTS. Raises KeyError for another verb."""
    return Notice(NoticeKind.ASSIST_OVER, {"why": ENDS_PARTS[verb].value}, f"unit:{unit_id}")


def asks_anew(before: Ticket, ticket: Ticket) -> bool:
    """Return whether a new round or a new lead begins, in which units that still owe a part get a new deadline."""
    if ticket.lead_unit_id is None or ticket.state not in WORKED_ON:
        return False
    if before.lead_unit_id is None and ticket.cycle == 1:
        return False
    return ticket.cycle > before.cycle or ticket.lead_unit_id != before.lead_unit_id


def find_lead_limit(running: Iterable[Deadline], ticket: Ticket, now: datetime) -> LeadLimit | None:
    """Return the lead's earliest running deadline ahead: its reply, or that of the tier in force; None without one."""
    ahead = [
        clock
        for clock in running
        if clock.rule in _LEADS_LIMITS and clock.state == "running" and clock.due_at > now
        and clock.unit_id == ticket.lead_unit_id
    ]  # fmt: skip
    if not ahead:
        return None
    first = min(ahead, key=lambda clock: clock.due_at)
    return LeadLimit(first.due_at, "natural" in first.limit_text, first.provisional)


def assist_clock(
    ticket: Ticket, unit_id: UUID, lead: LeadLimit | None, rules: Rules, since: datetime, now: datetime
) -> Start:
    """Return the deadline of an assisting unit; if the lead has none, the policy's limit counts from `now`."""
    if lead is None:
        return rules.start("assist", Rule.ASSIST, ticket, unit_id, now)
    limit = rules.limit("assist", ticket, unit_id)
    due = Due(_before(rules.calendar, limit, lead, since, now), lead.provisional)
    return Start(Rule.ASSIST, unit_id, since, due, follows(lead), ticket.urgent)


def follows(lead: LeadLimit) -> str:
    """Return the `limit_text` that records which deadline of the lead this one was computed from."""
    return f"{_FOLLOWS}{lead.at.isoformat()}"


def is_follower(limit_text: str) -> bool:
    """Return whether a stored `limit_text` depends on the lead's deadline."""
    return limit_text.startswith(_FOLLOWS)


def _before(calendar: Calendar, limit: Limit, lead: LeadLimit, since: datetime, now: datetime) -> datetime:
    # If one working day before the lead's limit is past, or natural time counts, the lead keeps the last quarter.
    if lead.natural:
        at = lead.at - _quarter(lead.at - since)
        return at if at > now else lead.at - _quarter(lead.at - now)
    at = _earlier(calendar, limit, lead.at)
    if at > now:
        return at
    quarter = _quarter(working_time_between(calendar, now, lead.at))
    return subtract_working_time(calendar, lead.at, quarter) if quarter else lead.at


def _earlier(calendar: Calendar, limit: Limit, at: datetime) -> datetime:
    if limit.natural:
        return at - span_of(limit)
    if limit.unit == "d":
        return subtract_working_days(calendar, at, limit.amount)
    return subtract_working_time(calendar, at, span_of(limit))


def _quarter(span: timedelta) -> timedelta:
    return timedelta(minutes=span // timedelta(minutes=4))
