"""A unit's work: sign, contact, extend, reply; and the rests that keep what was left."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from hotline.domain.deadline.timers import Deadline
from hotline.domain.enums import Role, Rule
from hotline.domain.errors import ContactFirst, ExtensionClosed, Malformed, Missing, NotAllowed, WrongState
from hotline.domain.handling import extension, parking, unit_work
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import COMPLAINANT, SUPERVISION, SYSTEM, Actor
from tests.build import FRIDAY, MONDAY, RULES, TUESDAY, UNIT, a_ticket, an_actor, moment

HANDLER, HEAD, DISPATCHER = an_actor(Role.HANDLER), an_actor(Role.UNIT_HEAD), an_actor(Role.DISPATCHER)
OPERATOR = an_actor(Role.OPERATOR)
WORDS = {"reply": "已修好。", "facts": "现场核实。"}
DUE = moment("2026-11-30", "17:30")


def reply_clock(due: datetime = DUE, limit: str = "5d") -> Deadline:
    return Deadline(
        UUID(int=9), UUID(int=1), 1, Rule.REPLY, UNIT, MONDAY, due, False, False, limit, "running", None, None
    )


def test_signing_ends_the_signing_clock_and_nothing_else() -> None:
    decision = unit_work.sign(a_ticket(state=State.DISPATCHED), HANDLER, MONDAY)
    assert (decision.ticket.state, decision.settles, decision.withdraws) == (State.SIGNED, (Rule.SIGN,), ())
    with pytest.raises(WrongState, match="办理中"):
        unit_work.sign(a_ticket(), HANDLER, MONDAY)
    with pytest.raises(NotAllowed):
        unit_work.sign(a_ticket(state=State.DISPATCHED), DISPATCHER, MONDAY)


@pytest.mark.parametrize("how", list(unit_work.CONTACT_WAYS))
def test_every_way_of_contact_counts_on_an_open_ticket(how: str) -> None:
    decision = unit_work.contact(a_ticket(), HANDLER, MONDAY, {"how": how, "text": "已说明"})
    assert (decision.settles, decision.ticket.state) == ((Rule.CONTACT,), State.SIGNED)


@pytest.mark.parametrize(
    ("actor", "how", "allowed"),
    [(HANDLER, "phone", False), (HEAD, "visit", False), (HANDLER, "relay", True), (OPERATOR, "phone", True)],
)
def test_a_confidential_person_is_reached_only_through_the_hotline(actor: Actor, how: str, allowed: bool) -> None:
    given = {"how": how, "text": "已说明"}
    if allowed:
        assert unit_work.contact(a_ticket(confidential=True), actor, MONDAY, given).event
        return
    with pytest.raises(Malformed, match="只能经热线转达"):
        unit_work.contact(a_ticket(confidential=True), actor, MONDAY, given)


def test_an_unknown_way_of_contact_is_refused() -> None:
    with pytest.raises(Malformed, match="联系方式"):
        unit_work.contact(a_ticket(), HANDLER, MONDAY, {"how": "pigeon", "text": "x"})


def test_nobody_is_answered_before_being_contacted() -> None:
    with pytest.raises(ContactFirst):
        unit_work.reply(a_ticket(), False, (), HANDLER, RULES, MONDAY, WORDS)


def test_a_reply_is_public_and_a_callback_is_owed_within_two_working_days() -> None:
    decision = unit_work.reply(a_ticket(), True, (), HANDLER, RULES, MONDAY, WORDS)
    assert (decision.ticket.state, decision.callback_stage) == (State.REPLIED, "reply")
    assert decision.event is not None
    assert decision.event.public_text == "已修好。"
    assert (decision.starts[0].rule, decision.starts[0].due.at) == (Rule.CALLBACK, moment("2026-11-25", "17:30"))
    assert {Rule.REPLY, Rule.EXTENSION, *SUPERVISION} - {Rule.INTERVIEW} <= set(decision.settles)


def test_a_reply_lacks_both_texts_in_one_list() -> None:
    with pytest.raises(Missing, match="答复内容、办理情况"):
        unit_work.reply(a_ticket(), True, (), HANDLER, RULES, MONDAY, {})


def test_an_extension_is_asked_of_the_head_first_and_of_the_dispatcher_then() -> None:
    first = extension.ask_extension(a_ticket(), reply_clock(), False, HANDLER, RULES, MONDAY, {"reason": "备件"})
    assert (first.starts[0].rule, first.notices[0].to) == (Rule.EXTENSION, f"unit:{UNIT}")
    again = a_ticket(extension_count=1)
    second = extension.ask_extension(again, reply_clock(), False, HANDLER, RULES, MONDAY, {"reason": "备件"})
    assert second.notices[0].to == "role:dispatcher"


@pytest.mark.parametrize(
    ("count", "clock", "pending", "now", "why"),
    [
        (2, reply_clock(), False, MONDAY, "用完"),
        (0, None, False, MONDAY, "届满前"),
        (0, reply_clock(), False, DUE + timedelta(seconds=1), "届满前"),
        (0, reply_clock(), True, MONDAY, "还没有批复"),
    ],
)
def test_an_extension_is_refused(count: int, clock: Deadline | None, pending: bool, now: datetime, why: str) -> None:
    with pytest.raises(ExtensionClosed, match=why):
        extension.ask_extension(a_ticket(extension_count=count), clock, pending, HANDLER, RULES, now, {"reason": "x"})


@pytest.mark.case("T17")
def test_a_granted_extension_moves_the_limit_once_by_five_working_days() -> None:
    decision = extension.grant_extension(a_ticket(), reply_clock(), True, HEAD, RULES, FRIDAY, {"reason": "同意"})
    (clock,) = decision.starts
    assert (clock.rule, clock.due.at, clock.started_at) == (Rule.REPLY, moment("2026-12-07", "17:30"), MONDAY)
    assert (decision.ticket.extension_count, decision.withdraws, decision.settles) == (
        1, (Rule.REPLY,), (Rule.EXTENSION,),
    )  # fmt: skip
    assert decision.event is not None
    assert decision.event.details["old_due"] == DUE.isoformat()
    assert decision.notices[0].to == "complainant"


def test_a_second_extension_is_the_dispatchers() -> None:
    ticket = a_ticket(extension_count=1)
    with pytest.raises(ExtensionClosed, match="派单员"):
        extension.grant_extension(ticket, reply_clock(), True, HEAD, RULES, MONDAY, {"reason": "x"})
    granted = extension.grant_extension(ticket, reply_clock(), True, DISPATCHER, RULES, MONDAY, {"reason": "x"})
    assert granted.ticket.extension_count == 2


def test_nothing_is_granted_or_refused_that_was_not_asked() -> None:
    with pytest.raises(ExtensionClosed, match="没有待批复"):
        extension.grant_extension(a_ticket(), reply_clock(), False, HEAD, RULES, MONDAY, {"reason": "x"})
    with pytest.raises(ExtensionClosed, match="没有待批复"):
        extension.refuse_extension(a_ticket(), False, HEAD, MONDAY, {"reason": "x"})


def test_a_handler_does_not_grant_the_own_extension() -> None:
    with pytest.raises(NotAllowed):
        extension.grant_extension(a_ticket(), reply_clock(), True, HANDLER, RULES, MONDAY, {"reason": "x"})


@pytest.mark.parametrize("until", [MONDAY, MONDAY - timedelta(days=1), MONDAY + timedelta(days=367)])
def test_parking_is_until_a_day_within_a_year(until: datetime) -> None:
    with pytest.raises(Malformed, match="挂账日期"):
        parking.park(a_ticket(), until, DISPATCHER, RULES, MONDAY, {"reason": "汛期", "until": "x"})


@pytest.mark.parametrize("state", [State.RECEIVED, State.SIGNED, State.REPLIED, State.INTERVIEW_OWED])
def test_a_parked_ticket_comes_back_to_where_it_was(state: State) -> None:
    until = MONDAY + timedelta(days=10)
    parked = parking.park(a_ticket(state=state), until, DISPATCHER, RULES, MONDAY, {"reason": "汛期", "until": "x"})
    assert (parked.ticket.state, parked.pauses_all, parked.starts[0].due.at) == (State.PARKED, True, until)
    back = parking.resume(parked.ticket, SYSTEM, until)
    assert (back.ticket.state, back.ticket.parked_from, back.ticket.parked_until) == (state, None, None)
    assert (back.resumes_all, back.withdraws, back.notices[0].to) == (True, (Rule.RESUME,), f"unit:{UNIT}")


@pytest.mark.parametrize("state", [State.PARKED, State.RETURNED, State.CLOSED])
def test_what_waits_for_a_ruling_or_rests_already_is_not_parked(state: State) -> None:
    with pytest.raises(WrongState):
        parking.park(a_ticket(state=state), FRIDAY, DISPATCHER, RULES, MONDAY, {"reason": "x", "until": "x"})


@pytest.mark.case("R7")
def test_a_word_added_moves_no_limit_and_only_the_persons_own_is_public() -> None:
    own = unit_work.comment(a_ticket(), COMPLAINANT, TUESDAY, {"text": "又漏了"})
    theirs = unit_work.comment(a_ticket(), HANDLER, TUESDAY, {"text": "内部备注"})
    for decision in (own, theirs):
        assert (decision.starts, decision.settles, decision.withdraws) == ((), (), ())
    assert own.event is not None
    assert theirs.event is not None
    assert (own.event.public_text, theirs.event.public_text) == ("又漏了", "")
    assert ([notice.to for notice in own.notices], theirs.notices) == ([f"unit:{UNIT}"], ())
