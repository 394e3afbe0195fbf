"""A notice of every kind and form, built by the rules from one ticket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from hotline.domain import callback, intake, interview
from hotline.domain.accounts.substitution import Colleague
from hotline.domain.brief.issue import brief_notice
from hotline.domain.callback import Answers
from hotline.domain.deadline.timers import Deadline
from hotline.domain.dispatch import handover, joint
from hotline.domain.dispatch.joint import Part
from hotline.domain.enums import CloseReason, HandlingClass, Kind, Pace, Reason, Role, Rule, Step, Verdict
from hotline.domain.handling import correction, extension, parking, unit_work
from hotline.domain.messaging.notices import BriefStage, Notice, PostedNotice, payload_of
from hotline.domain.supervision import tiers
from hotline.domain.tickets.lifecycle import State, Verb
from hotline.domain.tickets.ticket import COMPLAINANT, SYSTEM, Decision
from tests.build import FRIDAY, MONDAY, OTHER_UNIT, RULES, TUESDAY, UNIT, a_ticket, an_actor

WORDS = {
    "answer": "到营业厅办理。", "where": "人民法院", "missing": "水费单", "reply": "水表{已}更换。", "facts": "查表", "reason": "等配件",
    "basis": "三定方案", "meet_where": "永安镇约谈室", "meet_at": "x", "cause": "x", "solution": "x", "rules": "x", "text": "又漏了", "kind": "help",
}  # fmt: skip
TITLE = "水费{多收}"
OPERATOR, DISPATCHER, SUPERVISOR = (an_actor(role) for role in (Role.OPERATOR, Role.DISPATCHER, Role.SUPERVISOR))
HANDLER, HEAD = an_actor(Role.HANDLER), an_actor(Role.UNIT_HEAD)
TICKET = a_ticket(title=TITLE)
TARGET = a_ticket(ticket_id=UUID(int=2), number="20261123-00002", lead_unit_id=OTHER_UNIT)
ASSISTING = (Part(UNIT, "assisting", MONDAY), Part(OTHER_UNIT, "assisting", MONDAY))


def _clock(rule: Rule, unit: UUID | None = UNIT) -> Deadline:
    return Deadline(UUID(int=9), UUID(int=1), 1, rule, unit, MONDAY, FRIDAY, False, False, "5d", "running", None, None)


def _first_contact() -> Iterator[Decision]:
    received = a_ticket(state=State.RECEIVED, lead_unit_id=None)
    yield intake.answer_at_once(received, OPERATOR, MONDAY, WORDS)
    yield intake.redirect(received, OPERATOR, MONDAY, WORDS)
    yield intake.ask_details(received, DISPATCHER, RULES, MONDAY, WORDS)
    yield intake.merge(TICKET, TARGET, (), DISPATCHER, MONDAY)
    yield intake.withdraw(TICKET, COMPLAINANT, MONDAY, WORDS)


def _dispatch() -> Iterator[Decision]:
    urgent = a_ticket(title=TITLE, handling_class=HandlingClass.URGENT)
    for ticket in (TICKET, urgent):
        yield handover.hand_over(ticket, OTHER_UNIT, (), DISPATCHER, RULES, MONDAY, WORDS)
    yield handover.return_ticket(a_ticket(state=State.DISPATCHED), MONDAY, HANDLER, RULES, MONDAY, WORDS)
    returned = a_ticket(state=State.RETURNED)
    yield handover.uphold_return(returned, DISPATCHER, RULES, MONDAY, WORDS)
    yield handover.reject_return(returned, DISPATCHER, RULES, MONDAY, WORDS)
    for parts in (ASSISTING, ASSISTING[:1]):
        yield joint.excuse(TICKET, UNIT, parts, DISPATCHER, MONDAY, WORDS)
        yield joint.assist(TICKET, UNIT, parts, {UNIT}, HANDLER, MONDAY, WORDS | {"part": "查明"})


def _handling() -> Iterator[Decision]:
    yield unit_work.assign(TICKET, Colleague(UUID(int=5), "李某", Role.HANDLER, UNIT), {UNIT}, HEAD, MONDAY)
    yield unit_work.reply(TICKET, True, (), HANDLER, RULES, MONDAY, WORDS)
    reply = _clock(Rule.REPLY)
    for ticket in (TICKET, a_ticket(extension_count=1)):
        yield extension.ask_extension(ticket, reply, False, HANDLER, RULES, MONDAY, WORDS)
    yield extension.grant_extension(TICKET, reply, True, HEAD, RULES, MONDAY, WORDS)
    yield extension.refuse_extension(TICKET, True, HEAD, MONDAY, WORDS)
    yield parking.resume(a_ticket(state=State.PARKED, parked_from=State.SIGNED), SYSTEM, MONDAY)
    yield unit_work.comment(TICKET, COMPLAINANT, MONDAY, WORDS)
    yield unit_work.pass_on(TICKET, TARGET, (), {OTHER_UNIT}, COMPLAINANT, MONDAY, WORDS)[0]
    yield correction.reclassify(TICKET, Kind.HELP, None, Pace.ORDINARY, (), False, DISPATCHER, RULES, MONDAY, WORDS)[0]
    merged = a_ticket(state=State.CLOSED, close_reason=CloseReason.MERGED)
    yield correction.unmerge(merged, State.SIGNED, True, None, DISPATCHER, RULES, MONDAY, WORDS)


def _after_the_reply() -> Iterator[Decision]:
    replied = a_ticket(state=State.REPLIED)
    at_fault = Answers(False, False, Verdict.DISSATISFIED, answer_at_fault=True)
    yield callback.record(replied, at_fault, OPERATOR, RULES, MONDAY)
    given = {"verdict": "dissatisfied"}
    yield interview.owe(replied, Reason.DISSATISFIED, given, OPERATOR, RULES, MONDAY)
    yield interview.owe(
        a_ticket(state=State.REPLIED, tier=3), Reason.DISSATISFIED, given, OPERATOR, RULES, MONDAY, FRIDAY
    )
    yield interview.plan(a_ticket(state=State.INTERVIEW_OWED), TUESDAY, HANDLER, MONDAY, WORDS)


def _supervision() -> Iterator[Decision]:
    handled = a_ticket(handler_id=UUID(int=5), tier=3)
    yield tiers.due(handled, _clock(Rule.CONTACT), Step.EXPIRY, RULES, FRIDAY)
    yield tiers.due(handled, _clock(Rule.REPLY), Step.ONE_DAY, RULES, FRIDAY)
    yield tiers.due(handled, _clock(Rule.ASSIST, OTHER_UNIT), Step.EXPIRY, RULES, FRIDAY)
    yield tiers.due(handled, _clock(Rule.TIER3), Step.EXPIRY, RULES, FRIDAY)
    yield tiers.press(TICKET, None, None, SUPERVISOR, RULES, MONDAY)


def build_examples() -> list[Notice]:
    """What the rules tell of one ticket and of a brief, each kind in each of its forms at least once."""
    areas = (_first_contact, _dispatch, _handling, _after_the_reply, _supervision)
    told = [notice for area in areas for decision in area() for notice in decision.notices]
    due_at = FRIDAY + timedelta(hours=1)
    told += [joint.invited_notice(TICKET, OTHER_UNIT, due_at), joint.assist_moved_notice(OTHER_UNIT, due_at)]
    told += [joint.assist_over_notice(OTHER_UNIT, verb) for verb in (Verb.MERGE, Verb.WITHDRAW)]
    told += [tiers.escalated_notice(tier) for tier in (1, 2, 3)]
    told += [callback.INVITATION, *(brief_notice(stage, 2026, 48) for stage in BriefStage)]
    return told


def post(notice: Notice, number: str = TICKET.number) -> PostedNotice:
    """The notice as a channel gets it from the outbox."""
    return PostedNotice.from_payload(notice.kind.value, payload_of(notice.facts, number))
