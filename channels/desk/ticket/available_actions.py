"""What a role may do with a ticket now, as the forms of its page, and the one thing that is next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from channels.desk.ticket.verb_forms import FORMS, act_of
from hotline.actions.tickets.case_file import CaseFile
from hotline.domain.accounts.permissions import Right, may
from hotline.domain.dispatch.joint import owed_parts
from hotline.domain.enums import Outcome, Role
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import Actor

# What is next of what may be done, best first. Refusing an extension alone is next where granting it is too late.
_FIRST: Mapping[State, tuple[str, ...]] = {
    State.RECEIVED: ("dispatch", "answer"),
    State.AWAITING_DETAILS: ("add_details",),
    State.DISPATCHED: ("sign", "assist"),
    State.RETURNED: ("uphold_return", "assist"),
    # Contact stays possible; the answer is next as soon as there was one.
    State.SIGNED: ("grant_extension", "reply", "contact", "assist", "refuse_extension"),
    State.REPLIED: ("callback",),
    State.INTERVIEW_OWED: ("hold_interview", "plan_interview"),
    State.INTERVIEW_HELD: ("verify",),
    State.PARKED: ("resume",),
    State.CLOSED: (),
}


@dataclass(frozen=True, slots=True)
class AvailableActions:
    """Actions on a ticket: `first` is the next one for this role, or ''; in `others` the careful ones come last."""

    first: str
    others: tuple[str, ...]


def find_available(case_file: CaseFile, actor: Actor, now: datetime) -> AvailableActions:
    """The forms of everything `actor` may do; the other decision on a question is part of the first one's form."""
    open_to = [verb for verb in FORMS if act_of(verb) in case_file.may]
    twins = {FORMS[verb].twin for verb in open_to}
    shown = [verb for verb in open_to if verb not in twins]
    first = next((verb for verb in _next(case_file, actor, now) if verb in shown), "")
    others = sorted((verb for verb in shown if verb != first), key=lambda verb: FORMS[verb].careful)
    return AvailableActions(first, tuple(others))


def _next(case_file: CaseFile, actor: Actor, now: datetime) -> tuple[str, ...]:
    """What is next for this role, best first."""
    role, state, facts = actor.role, case_file.ticket.state, case_file.facts
    newest: Mapping[str, object] = case_file.interviews[-1] if case_file.interviews else {}
    meet_at = newest.get("meet_at")
    if role is Role.LEADER:
        return ("instruct",)
    if state is State.INTERVIEW_OWED and isinstance(meet_at, datetime) and meet_at > now:
        return ()
    verbs = _FIRST[state]
    if state is State.INTERVIEW_HELD and newest.get("outcome") == Outcome.UNREASONABLE:
        verbs = ("review", *verbs)
    if state is State.SIGNED and facts.contacted and owed_parts(facts.parts):
        verbs = ("grant_extension", "assist", "refuse_extension")
    if not facts.owes_part:
        verbs = tuple(verb for verb in verbs if verb != "assist")
    return (*verbs, "fulfil") if may(role, Right.VERIFY_INTERVIEW) else verbs
