"""What is said to be possible is what the rules accept: the predicates against the rules, over generated tickets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.domain import callback, intake, interview
from hotline.domain.accounts.permissions import Right
from hotline.domain.accounts.substitution import Colleague
from hotline.domain.available import (
    ACTS,
    Act,
    CaseFacts,
    Line,
    available,
    handed_at,
    is_contacted,
    is_extension_asked,
    refusal_of,
    reminded_at,
)
from hotline.domain.callback import Answers
from hotline.domain.deadline.timers import Deadline
from hotline.domain.dispatch import handover, joint
from hotline.domain.dispatch.joint import Part
from hotline.domain.enums import CloseReason, Kind, Pace, Role, Rule, Verdict
from hotline.domain.errors import Refusal, raise_if
from hotline.domain.handling import correction, extension, parking, unit_work
from hotline.domain.supervision import tiers
from hotline.domain.tickets.lifecycle import State, Verb
from hotline.domain.tickets.ticket import Actor, Ticket
from tests.build import MINUTES, MONDAY, OTHER_UNIT, PLAN, RULES, UNIT, a_ticket, an_actor

V, R = Verb, Right
THIRD = UUID(int=104)
WORDS: dict[str, Any] = dict.fromkeys(
    ("text", "reason", "basis", "reply", "facts", "missing", "answer", "where", "until", "fulfilment", "part", "task"),
    "有话要说",
) | {"how": "relay", "due_on": "2026-12-30"}
Case = tuple[Ticket, CaseFacts, Actor, datetime]
NOWS = st.sampled_from([MONDAY + timedelta(hours=hours) for hours in (0, 3, 8, 26, 34, 60)])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A ticket with what stands beside it, and who looks at it when; no state that a life cannot reach."""
    state = draw(st.sampled_from(State))
    waits = state in (State.RECEIVED, State.AWAITING_DETAILS)
    reason = draw(st.sampled_from(CloseReason)) if state is State.CLOSED else None
    ticket = a_ticket(
        state=state, lead_unit_id=None if waits else UNIT, confidential=draw(st.booleans()),
        tier=draw(st.integers(0, 3)), return_count=draw(st.integers(0, 4)), return_ruled=draw(st.booleans()),
        extension_count=draw(st.integers(0, 3)), close_reason=reason, closed_at=MONDAY if reason else None,
        merged_into=UUID(int=2) if reason is CloseReason.MERGED else None,
        parked_from=State.SIGNED if state is State.PARKED else None,
    )  # fmt: skip
    role, unit = draw(st.sampled_from(Role)), draw(st.sampled_from([UNIT, OTHER_UNIT, THIRD]))
    actor = an_actor(role, unit if role in (Role.HANDLER, Role.UNIT_HEAD) else None)
    stamps = st.none() | st.just(MONDAY)
    parts = [Part(UNIT, "lead", MONDAY)]
    parts += [Part(OTHER_UNIT, draw(st.sampled_from(["assisting", "former"])), MONDAY, draw(stamps))] * draw(
        st.booleans()
    )
    facts = CaseFacts(
        scope=frozenset({unit} if actor.unit_id else ()), parts=parts, handed_at=MONDAY, contacted=draw(st.booleans()),
        reply_due=draw(st.none() | NOWS), extension_asked=draw(st.booleans()), calling=draw(st.booleans()),
        planned=draw(st.booleans()), reviewers=frozenset({actor.account_id} if draw(st.booleans()) else ()),  # type: ignore[arg-type]
        instructed=draw(st.booleans()), reminded_at={role: MONDAY} if draw(st.booleans()) else {},
    )  # fmt: skip
    return ticket, facts, actor, draw(NOWS)


def reply_clock(facts: CaseFacts) -> Deadline | None:
    if facts.reply_due is None:
        return None
    due = facts.reply_due
    return Deadline(
        UUID(int=9), UUID(int=1), 1, Rule.REPLY, UNIT, MONDAY, due, False, False, "5d", "running", None, None
    )


def _comment(t: Ticket, f: CaseFacts, a: Actor, now: datetime) -> object:
    if t.merged_into is not None:
        # A page only offers, so the predicate knows no number of the target.
        return unit_work.pass_on(t, a_ticket(ticket_id=t.merged_into, number=""), (), (), a, now, WORDS)
    return unit_work.comment(t, a, now, WORDS)


def _hand_over(t: Ticket, f: CaseFacts, a: Actor, now: datetime) -> object:
    return handover.hand_over(t, THIRD, (), a, RULES, now, WORDS)


def _review(t: Ticket, f: CaseFacts, a: Actor, now: datetime) -> object:
    raise_if(interview.refusal_of_review(t, f.reviewers, a))
    return None


def _no_answer(t: Ticket, f: CaseFacts, a: Actor, now: datetime) -> object:
    raise_if(callback.refusal_of_no_answer(t, f.calling, a))
    return callback.no_answer(t, a, now)


def _refused(t: Ticket, f: CaseFacts, a: Actor, now: datetime) -> object:
    raise_if(callback.refusal_of_refusal(t, a))
    return callback.close(t, CloseReason.REFUSED, None, a, now)


SATISFIED = Answers(True, True, Verdict.SATISFIED)
TOLD = {"verdict": "satisfied"}
HELD = MINUTES | {"held_at": "x"}
SOON = timedelta(days=2)
RULE_OF: Mapping[Act, Callable[[Ticket, CaseFacts, Actor, datetime], object]] = {
    V.ASK_DETAILS: lambda t, f, a, now: intake.ask_details(t, a, RULES, now, WORDS),
    V.ADD_DETAILS: lambda t, f, a, now: intake.add_details(t, a, RULES, now, WORDS),
    V.ANSWER: lambda t, f, a, now: intake.answer_at_once(t, a, now, WORDS),
    V.REDIRECT: lambda t, f, a, now: intake.redirect(t, a, now, WORDS),
    V.RECLASSIFY: lambda t, f, a, now: correction.reclassify(
        t, Kind.HELP, t.matter_id, Pace.ORDINARY, (), False, a, RULES, now, WORDS | {"kind": "help"}
    ),
    V.MERGE: lambda t, f, a, now: intake.merge(t, a_ticket(ticket_id=UUID(int=2)), (), a, now),
    V.UNMERGE: lambda t, f, a, now: correction.unmerge(t, State.SIGNED, True, None, a, RULES, now, WORDS),
    V.WITHDRAW: lambda t, f, a, now: intake.withdraw(t, a, now, WORDS),
    V.DISPATCH: _hand_over,
    V.REDISPATCH: _hand_over,
    V.RETURN: lambda t, f, a, now: handover.return_ticket(t, f.handed_at or t.received_at, a, RULES, now, WORDS),
    V.UPHOLD_RETURN: lambda t, f, a, now: handover.uphold_return(t, a, RULES, now, WORDS),
    V.REJECT_RETURN: lambda t, f, a, now: handover.reject_return(t, a, RULES, now, WORDS),
    V.SIGN: lambda t, f, a, now: unit_work.sign(t, a, now),
    V.ASSIGN: lambda t, f, a, now: unit_work.assign(
        t, Colleague(UUID(int=7), "承办同志", Role.HANDLER, UNIT), {UNIT}, a, now
    ),
    V.CONTACT: lambda t, f, a, now: unit_work.contact(t, a, now, WORDS),
    V.ASK_EXTENSION: lambda t, f, a, now: extension.ask_extension(
        t, reply_clock(f), f.extension_asked, a, RULES, now, WORDS
    ),
    V.GRANT_EXTENSION: lambda t, f, a, now: extension.grant_extension(
        t, reply_clock(f), f.extension_asked, a, RULES, now, WORDS
    ),
    V.REFUSE_EXTENSION: lambda t, f, a, now: extension.refuse_extension(t, f.extension_asked, a, now, WORDS),
    V.INVITE: lambda t, f, a, now: joint.invite(t, (THIRD,), f.parts, (), a, now, WORDS),
    V.EXCUSE: lambda t, f, a, now: joint.excuse(t, OTHER_UNIT, f.parts, a, now, WORDS),
    V.ASSIST: lambda t, f, a, now: joint.assist(t, None, f.parts, f.scope, a, now, WORDS),
    V.REPLY: lambda t, f, a, now: unit_work.reply(
        t, f.contacted, [str(unit) for unit in joint.owed_parts(f.parts)], a, RULES, now, WORDS
    ),
    V.PLAN_INTERVIEW: lambda t, f, a, now: interview.plan(t, now + SOON, a, now, PLAN | {"meet_at": "x"}),
    V.HOLD_INTERVIEW: lambda t, f, a, now: interview.hold(t, MONDAY, now, a, RULES, now, HELD, planned=f.planned),
    V.SUPERVISE: lambda t, f, a, now: tiers.mark(t, a, RULES, now),
    V.INSTRUCT: lambda t, f, a, now: tiers.instruct(t, now + SOON, a, RULES, now, WORDS),
    V.FULFIL: lambda t, f, a, now: tiers.fulfil(t, f.instructed, False, a, RULES, now, WORDS),
    V.REMIND: lambda t, f, a, now: tiers.press(t, f.reminded_at.get(a.role), None, a, RULES, now),
    V.NO_ANSWER: _no_answer,
    V.PARK: lambda t, f, a, now: parking.park(t, now + SOON, a, RULES, now, WORDS),
    V.RESUME: lambda t, f, a, now: parking.resume(t, a, now),
    V.COMMENT: _comment,
    V.CORRECT_PERSON: lambda t, f, a, now: intake.correct(t, ("name",), a, now, WORDS),
    R.RECORD_CALLBACK: lambda t, f, a, now: callback.record(t, SATISFIED, a, RULES, now),
    R.RECORD_REFUSAL: _refused,
    R.VERIFY_INTERVIEW: lambda t, f, a, now: interview.verify(t, 2, Verdict.SATISFIED, False, TOLD, a, RULES, now),
    R.REVIEW_INTERVIEW: _review,
}


def refused_by_rule(act: Act, case: Case) -> Refusal | None:
    """What carrying it out raises, with everything the form asks for; the part of the unit is asked last."""
    ticket, facts, actor, now = case
    try:
        RULE_OF[act](ticket, facts, actor, now)
        if isinstance(act, Verb):
            assists = bool(joint.answerable(facts.parts, facts.scope))
            joint.check_part(act, actor.role, leads=ticket.lead_unit_id in facts.scope, assists=assists)
    except Refusal as refusal:
        return refusal
    return None


def test_every_act_has_its_rule() -> None:
    assert set(RULE_OF) == set(ACTS)


@settings(max_examples=400, deadline=None)
@given(cases())
def test_a_predicate_refuses_exactly_what_its_rule_refuses_and_in_its_words(case: Case) -> None:
    ticket, facts, actor, now = case
    for act in ACTS:
        # One rule hands over; which of the two verbs it is depends on whether a unit has the ticket.
        if act is (V.DISPATCH if ticket.lead_unit_id else V.REDISPATCH):
            continue
        said, raised = refusal_of(act, ticket, facts, actor, RULES, now), refused_by_rule(act, case)
        assert (type(said), said and said.sentence) == (type(raised), raised and raised.sentence), act


@settings(max_examples=100, deadline=None)
@given(cases())
def test_nothing_is_possible_on_a_closed_ticket_but_what_the_table_keeps_open(case: Case) -> None:
    ticket, facts, actor, now = case
    closed = replace(ticket, state=State.CLOSED, close_reason=ticket.close_reason or CloseReason.SATISFIED)
    assert available(closed, facts, actor, RULES, now) <= {V.COMMENT, V.UNMERGE, V.FULFIL, V.CORRECT_PERSON}


def history(*verbs: Verb) -> list[Line]:
    return [Line(verb, Role.SYSTEM, MONDAY + timedelta(hours=hours)) for hours, verb in enumerate(verbs)]


def test_a_contact_counts_until_the_ticket_is_handed_on_or_redone() -> None:
    assert not is_contacted(history(V.OPEN, V.DISPATCH, V.SIGN))
    assert is_contacted(history(V.DISPATCH, V.SIGN, V.CONTACT, V.COMMENT))
    assert is_contacted(history(V.DISPATCH, V.CONTACT, V.REJECT_RETURN))
    for again in (V.REDISPATCH, V.DISPATCH, V.REDO):
        assert not is_contacted(history(V.DISPATCH, V.CONTACT, again))


def test_a_contact_in_the_moment_of_a_handover_counts_by_its_place_in_the_history() -> None:
    contact, handed = Line(V.CONTACT, Role.HANDLER, MONDAY), Line(V.REDISPATCH, Role.DISPATCHER, MONDAY)
    assert (is_contacted([contact, handed]), is_contacted([handed, contact])) == (False, True)


def test_a_request_for_time_waits_until_it_is_decided_or_its_ground_is_gone() -> None:
    assert is_extension_asked(history(V.ASK_EXTENSION, V.COMMENT, V.REMIND))
    for end in (V.GRANT_EXTENSION, V.REFUSE_EXTENSION, V.REPLY, V.REDISPATCH, V.UNMERGE):
        assert not is_extension_asked(history(V.ASK_EXTENSION, end))


def test_history_tells_when_the_unit_got_it_and_who_reminded_it_last() -> None:
    lines = history(V.OPEN, V.DISPATCH, V.REMIND, V.REDISPATCH, V.REMIND)
    assert (handed_at(lines), handed_at(lines[:1])) == (lines[3].at, None)
    assert reminded_at(lines) == {Role.SYSTEM: lines[4].at}


@pytest.mark.parametrize("role", list(Role))
def test_a_word_on_a_merged_ticket_is_refused_by_predicate_and_rule_alike(role: Role) -> None:
    ticket = a_ticket(state=State.CLOSED, close_reason=CloseReason.MERGED, merged_into=UUID(int=2))
    parts = [Part(UNIT, "lead", MONDAY)]
    case = (ticket, CaseFacts(scope=frozenset({UNIT}), parts=parts), an_actor(role, UNIT), MONDAY)
    offered, raised = refusal_of(V.COMMENT, *case[:3], RULES, MONDAY), refused_by_rule(V.COMMENT, case)
    assert (type(offered), offered and offered.sentence) == (type(raised), raised and raised.sentence)
