"""What may be done with a ticket now, by the same predicates from which the rules raise (PROCEDURE §1 to §6).

A page offers what `refusal_of` does not refuse and decides nothing itself. The facts leave out a deadline that has
passed, since its due steps are fired before any verb is executed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from hotline.domain import callback, interview
from hotline.domain.accounts.permissions import Right
from hotline.domain.dispatch import handover, joint
from hotline.domain.enums import Role
from hotline.domain.errors import Refusal
from hotline.domain.handling import correction, extension, unit_work
from hotline.domain.supervision import tiers
from hotline.domain.tickets import lifecycle
from hotline.domain.tickets.lifecycle import Verb
from hotline.domain.tickets.ticket import Actor, Rules, Ticket

Act = Verb | Right
ACTS: tuple[Act, ...] = (
    *(verb for verb in Verb if verb not in (Verb.OPEN, Verb.REDO, Verb.OWE_INTERVIEW, Verb.CLOSE, Verb.RECKON)),
    Right.RECORD_CALLBACK,
    Right.RECORD_REFUSAL,
    Right.VERIFY_INTERVIEW,
    Right.REVIEW_INTERVIEW,
)
"""Everything a page may offer; the verbs left out follow from one of these or are executed by the timetable."""
HANDED = (Verb.DISPATCH, Verb.REDISPATCH)
_BEGUN = (*HANDED, Verb.REDO)
ENDS_A_REQUEST = (Verb.GRANT_EXTENSION, Verb.REFUSE_EXTENSION, Verb.REPLY, Verb.REDISPATCH, Verb.UNMERGE)
"""What ends a request for an extension."""


class Line(NamedTuple):
    """What the rules need of a line of the history."""

    verb: Verb
    role: Role
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the rules need to know of a ticket beside its own columns.

    `scope` has the actor's units, `reply_due` the end of the running reply deadline or None, `handed_at` the moment the
    unit got the ticket, `reminded_at` the last reminder by hand of each role, `reviewers` the accounts that reviewed
    the newest interview.
    """

    scope: Collection[UUID] = frozenset()
    parts: Sequence[joint.Part] = ()
    handed_at: datetime | None = None
    contacted: bool = False
    reply_due: datetime | None = None
    extension_asked: bool = False
    calling: bool = False
    planned: bool = False
    reviewers: frozenset[UUID] = frozenset()
    instructed: bool = False
    reminded_at: Mapping[Role, datetime] = field(default_factory=dict)

    @property
    def owes_part(self) -> bool:
        """Return whether one of the actor's units owes a part."""
        return any(unit in self.scope for unit in joint.owed_parts(self.parts))


def handed_at(history: Iterable[Line]) -> datetime | None:
    """Return when a unit last got the ticket; `history` is oldest first."""
    return max((line.at for line in history if line.verb in HANDED), default=None)


def is_contacted(history: Iterable[Line]) -> bool:
    """Return whether the complainant was contacted since the last dispatch or redo."""
    last = [line.verb for line in history if line.verb in (Verb.CONTACT, *_BEGUN)]
    return bool(last) and Verb.CONTACT in last[_after(last, _BEGUN) :]


def _after(verbs: Sequence[Verb], ends: Collection[Verb]) -> int:
    """Return the index after the last of the verbs `ends`, 0 if there is none."""
    return max((place + 1 for place, verb in enumerate(verbs) if verb in ends), default=0)


def is_extension_asked(history: Iterable[Line]) -> bool:
    """Return whether a request for an extension is undecided, even if the decision is overdue."""
    last = [line.verb for line in history if line.verb in (Verb.ASK_EXTENSION, *ENDS_A_REQUEST)]
    return last[-1:] == [Verb.ASK_EXTENSION]


def reminded_at(history: Iterable[Line]) -> dict[Role, datetime]:
    """Return the last reminder of each role."""
    return {line.role: line.at for line in history if line.verb is Verb.REMIND}


def refusal_of(act: Act, ticket: Ticket, facts: CaseFacts, actor: Actor, rules: Rules, now: datetime) -> Refusal | None:
    """Return why `actor` may not do this at `now`, or None when only the content of the form can still be refused."""
    rule = _RULES.get(act)
    if rule is None:
        assert isinstance(act, Verb)
        refusal = lifecycle.refusal_of(ticket.state, act, actor.role)
    else:
        refusal = rule(_Case(ticket, facts, actor, rules, now))
    if refusal is not None or not isinstance(act, Verb):
        return refusal
    leads = ticket.lead_unit_id in facts.scope
    assists = bool(joint.answerable(facts.parts, facts.scope))
    return joint.refusal_of_part(act, actor.role, leads=leads, assists=assists)


def available(ticket: Ticket, facts: CaseFacts, actor: Actor, rules: Rules, now: datetime) -> frozenset[Act]:
    """Return everything `actor` may do with the ticket at `now`."""
    return frozenset(act for act in ACTS if refusal_of(act, ticket, facts, actor, rules, now) is None)


class _Case(NamedTuple):
    ticket: Ticket
    facts: CaseFacts
    actor: Actor
    rules: Rules
    now: datetime


def _return(c: _Case) -> Refusal | None:
    since = c.facts.handed_at or c.ticket.received_at
    return handover.refusal_of_return(c.ticket, since, c.actor, c.rules, c.now)


def _reply(c: _Case) -> Refusal | None:
    waits_for = [str(unit) for unit in joint.owed_parts(c.facts.parts)]
    return unit_work.refusal_of_reply(c.ticket, c.facts.contacted, waits_for, c.actor)


def _ask_extension(c: _Case) -> Refusal | None:
    return extension.refusal_of_extension_request(
        c.ticket, c.facts.reply_due, c.facts.extension_asked, c.actor, c.rules, c.now
    )


def _press(c: _Case) -> Refusal | None:
    return tiers.refusal_of_press(c.ticket, c.facts.reminded_at.get(c.actor.role), c.actor, c.rules, c.now)


_RULES: Mapping[Act, Callable[[_Case], Refusal | None]] = {
    Verb.RETURN: _return,
    Verb.UPHOLD_RETURN: lambda c: handover.refusal_of_ruling(c.ticket, Verb.UPHOLD_RETURN, c.actor, c.rules),
    Verb.REJECT_RETURN: lambda c: handover.refusal_of_ruling(c.ticket, Verb.REJECT_RETURN, c.actor, c.rules),
    Verb.CONTACT: lambda c: unit_work.refusal_of_contact(c.ticket, c.actor),
    Verb.REPLY: _reply,
    Verb.ASK_EXTENSION: _ask_extension,
    Verb.GRANT_EXTENSION: lambda c: extension.refusal_of_grant(
        c.ticket, c.facts.reply_due, c.facts.extension_asked, c.actor
    ),
    Verb.REFUSE_EXTENSION: lambda c: extension.refusal_of_refusing(c.ticket, c.facts.extension_asked, c.actor),
    Verb.EXCUSE: lambda c: joint.refusal_of_excuse(c.ticket, c.facts.parts, c.actor),
    Verb.ASSIST: lambda c: joint.refusal_of_assist(c.ticket, c.facts.parts, c.facts.scope, c.actor),
    Verb.COMMENT: lambda c: unit_work.refusal_of_comment(c.ticket, "", c.actor),
    Verb.UNMERGE: lambda c: correction.refusal_of_unmerge(c.ticket, c.actor),
    Verb.HOLD_INTERVIEW: lambda c: interview.refusal_of_hold(c.ticket, c.facts.planned, c.actor),
    Verb.SUPERVISE: lambda c: tiers.refusal_of_mark(c.ticket, c.actor),
    Verb.REMIND: _press,
    Verb.FULFIL: lambda c: tiers.refusal_of_fulfil(c.ticket, c.facts.instructed, c.actor),
    Verb.NO_ANSWER: lambda c: callback.refusal_of_no_answer(c.ticket, c.facts.calling, c.actor),
    Right.RECORD_CALLBACK: lambda c: callback.refusal_of_answers(c.ticket, c.actor),
    Right.RECORD_REFUSAL: lambda c: callback.refusal_of_refusal(c.ticket, c.actor),
    Right.VERIFY_INTERVIEW: lambda c: interview.refusal_of_verify(c.ticket, c.actor),
    Right.REVIEW_INTERVIEW: lambda c: interview.refusal_of_review(c.ticket, c.facts.reviewers, c.actor),
}
