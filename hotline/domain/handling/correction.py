"""Corrections of the hotline's own mistakes: wrong kind or matter, or a ticket wrongly merged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hotline.domain.deadline.explanation import end_of
from hotline.domain.deadline.timers import Deadline, Start, limit_key
from hotline.domain.deadline.working_time import Due
from hotline.domain.dispatch.handover import unit_clocks
from hotline.domain.enums import CloseReason, HandlingClass, Kind, Pace, Reason, Rule
from hotline.domain.errors import Malformed, NotMerged, Refusal, raise_if
from hotline.domain.messaging.notices import Notice, NoticeKind
from hotline.domain.tickets.lifecycle import State, Verb, refusal_of
from hotline.domain.tickets.ticket import SUPERVISION, Actor, Decision, Escalation, Rules, Ticket, move

_BY_KIND = frozenset({Rule.DISPATCH, Rule.SIGN, Rule.CONTACT, Rule.REPLY})


@dataclass(frozen=True, slots=True)
class Recount:
    """A running deadline, and what it becomes with the corrected kind and matter."""

    deadline: Deadline
    start: Start


def reclassify(
    ticket: Ticket, kind: Kind, matter_id: str | None, pace: Pace, running: Iterable[Deadline], assisted: bool,
    actor: Actor, rules: Rules, now: datetime, given: Mapping[str, Any],
) -> tuple[Decision, tuple[Recount, ...]]:  # fmt: skip
    """Correct the classification (更正分类) and recompute running deadlines from their start; the event keeps both values.

    A ticket that becomes a tip-off becomes confidential; a confidential one stays so. Raises Malformed when nothing
    changes.
    """
    if (kind, matter_id, pace) == (ticket.kind, ticket.matter_id, ticket.pace):
        raise Malformed(what="类别和事项（没有改动）")
    corrected = replace(ticket, kind=kind, matter_id=matter_id, pace=pace)
    recounts = tuple(
        Recount(clock, start) for clock in running if (start := _recount(clock, corrected, rules, now)) is not None
    )
    told = dict(given) | {"limits": [_told(recount) for recount in recounts]}
    changed, event = move(
        ticket, Verb.RECLASSIFY, actor, now, told, kind=kind, matter_id=matter_id, pace=pace,
        confidential=ticket.confidential or kind is Kind.TIP_OFF, handling_class=_class_of(corrected, assisted),
    )  # fmt: skip
    notices: tuple[Notice, ...] = ()
    if ticket.lead_unit_id is not None:
        notices = (Notice(NoticeKind.RECLASSIFIED, {}, f"unit:{ticket.lead_unit_id}"),)
    return Decision(changed, event, notices=notices), recounts


def _class_of(ticket: Ticket, assisted: bool) -> HandlingClass:
    if ticket.urgent:
        return HandlingClass.URGENT
    if ticket.handling_class is not HandlingClass.URGENT:
        return ticket.handling_class
    return HandlingClass.JOINT if assisted else HandlingClass.COMMITTED


def _recount(clock: Deadline, ticket: Ticket, rules: Rules, now: datetime) -> Start | None:
    """Recompute a deadline for the ticket's kind, pace and matter; None if it does not depend on them.

    One that would already have ended counts from now, but not beyond its old end: a correction makes nobody late.
    """
    if clock.rule not in _BY_KIND or clock.state != "running":
        return None
    first, *extensions = clock.limit_text.split("+")
    again = clock.rule is Rule.REPLY and (ticket.redo_count or ticket.tier)
    if again and first == str(rules.limit("reply.redo", ticket, clock.unit_id)):
        return None
    limit = str(rules.limit(limit_key(clock.rule, ticket.kind, ticket.pace), ticket, clock.unit_id))
    text = "+".join([limit, *extensions])
    started, pauses = clock.started_at, clock.pauses
    due = end_of(rules.calendar, text, started, pauses)
    if due is None or (text == clock.limit_text and clock.urgent == ticket.urgent):
        return None
    if due.at <= now:
        due, started, pauses = end_of(rules.calendar, text, now) or due, now, ()
        if due.at >= clock.due_at:
            text, due = clock.limit_text, Due(clock.due_at, clock.provisional)
            started, pauses = clock.started_at, clock.pauses
    return Start(clock.rule, clock.unit_id, started, due, text, ticket.urgent, pauses)


def _told(recount: Recount) -> Mapping[str, Any]:
    return {
        "rule": recount.deadline.rule.value,
        "old_due": recount.deadline.due_at.isoformat(),
        "new_due": recount.start.due.at.isoformat(),
        "old_limit": recount.deadline.limit_text,
        "new_limit": recount.start.limit_text,
    }


def refusal_of_unmerge(ticket: Ticket, actor: Actor) -> Refusal | None:
    """Why a merging cannot be undone: the ticket did not end by one, or the table."""
    if ticket.close_reason is not CloseReason.MERGED:
        return NotMerged()
    return refusal_of(ticket.state, Verb.UNMERGE, actor.role)


def unmerge(
    ticket: Ticket, stood: State, contacted: bool, reason: Reason | None, actor: Actor, rules: Rules, now: datetime,
    given: Mapping[str, Any], promised: datetime | None = None,
) -> Decision:  # fmt: skip
    """Undo a merge (撤销并单): back to state `stood` in a new round whose deadlines count from now. Raises NotMerged.

    `contacted`: the complainant was contacted before the merge. `reason` is why the tier in force was entered: its
    letter is issued again, since the old deadline ended with the merge. A date `promised` to a leader still holds.
    """
    raise_if(refusal_of_unmerge(ticket, actor))
    changed, event = move(
        ticket, Verb.UNMERGE, actor, now, given, state=stood, cycle=ticket.cycle + 1, close_reason=None, closed_at=None,
        merged_into=None,
    )  # fmt: skip
    clock = next(iter(rules.tier_clock(changed, now, promised)), None)
    escalation = Escalation(changed.tier, reason, clock) if clock and reason else None
    notices = [Notice(NoticeKind.UNMERGED, {}, "complainant")]
    if changed.lead_unit_id is not None:
        notices.append(Notice(NoticeKind.UNMERGED, {}, f"unit:{changed.lead_unit_id}"))
    return Decision(
        changed, event, starts=_clocks(changed, contacted, rules, now), withdraws=SUPERVISION, notices=tuple(notices),
        escalation=escalation,
    )  # fmt: skip


def _clocks(ticket: Ticket, contacted: bool, rules: Rules, now: datetime) -> tuple[Start, ...]:
    """Return the deadlines of a ticket in its present state, counted from now."""
    if ticket.state is State.AWAITING_DETAILS:
        return (rules.start("details", Rule.DETAILS, ticket, None, now),)
    if ticket.lead_unit_id is None:
        return (rules.start(limit_key(Rule.DISPATCH, ticket.kind, ticket.pace), Rule.DISPATCH, ticket, None, now),)
    theirs = unit_clocks(ticket, ticket.lead_unit_id, rules, now, now)
    done = {Rule.SIGN} if ticket.state is not State.DISPATCHED else set()
    done |= {Rule.CONTACT} if contacted else set()
    ruling = (rules.start("ruling", Rule.RULING, ticket, None, now),) if ticket.state is State.RETURNED else ()
    return (*(start for start in theirs if start.rule not in done), *ruling)
