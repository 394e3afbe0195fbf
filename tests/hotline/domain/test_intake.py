"""Taking a contact in: what is kept, what is refused, and the ways it may end at once."""

from uuid import UUID

import pytest

from hotline.domain import intake
from hotline.domain.enums import CloseReason, HandlingClass, Kind, Pace, Role, Rule
from hotline.domain.errors import Malformed, Missing, NotAllowed, TooLong, WrongState
from hotline.domain.intake import check_filing, compose_title
from hotline.domain.text import clean
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import COMPLAINANT
from tests.build import MONDAY, RULES, TUESDAY, UNIT, a_filing, a_ticket, an_actor, moment

OPERATOR, DISPATCHER = an_actor(Role.OPERATOR), an_actor(Role.DISPATCHER)


def test_a_filing_without_words_is_refused() -> None:
    with pytest.raises(Missing, match="诉求内容"):
        check_filing(a_filing(body=" \x00\n "))


@pytest.mark.parametrize(
    ("field", "limit"), [("body", 12_000), ("title", 60), ("place", 200), ("name", 40), ("address", 200)]
)
def test_a_word_too_many_is_refused_and_the_last_one_allowed_is_kept(field: str, limit: int) -> None:
    assert getattr(check_filing(a_filing(**{field: "字" * limit})), field) == "字" * limit
    with pytest.raises(TooLong, match=str(limit)):
        check_filing(a_filing(**{field: "字" * (limit + 1)}))


@pytest.mark.parametrize("key", ["", "short", "k" * 101, "表单编号表单编号", "abc\x00defgh", "abcdefgh\n"])
def test_a_form_without_a_proper_key_is_refused(key: str) -> None:
    with pytest.raises(Malformed, match="表单编号"):
        check_filing(a_filing(client_key=key))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b", "ab"),
        ("一\r\n二\r三", "一\n二\n三"),
        ("\ud83d半个", "半个"),
        ("𠮷家😀", "𠮷家😀"),
        ("\t缩进", "缩进"),
        ("退\x08格", "退格"),
    ],
)
def test_text_keeps_every_character_a_person_wrote_and_no_other(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_the_title_is_the_first_sentence_or_as_much_as_fits() -> None:
    assert compose_title("路灯坏了！\n三天没人修") == "路灯坏了"
    long = compose_title("长" * 100)
    assert (len(long), long[-1]) == (60, "…")
    assert check_filing(a_filing(title="自拟")).title == "自拟"


def test_a_tip_off_is_confidential_though_nobody_asked() -> None:
    assert check_filing(a_filing(kind=Kind.TIP_OFF)).confidential
    assert not check_filing(a_filing()).confidential
    assert check_filing(a_filing(confidential=True)).confidential


@pytest.mark.parametrize(
    ("pace", "handling", "due"),
    [
        (Pace.ORDINARY, HandlingClass.COMMITTED, moment("2026-11-23", "11:00")),
        (Pace.UTILITY, HandlingClass.URGENT, moment("2026-11-23", "09:15")),
        (Pace.LIFE, HandlingClass.URGENT, moment("2026-11-23", "09:15")),
    ],
)
def test_a_received_ticket_waits_to_be_dispatched(pace: Pace, handling: HandlingClass, due: object) -> None:
    decision = intake.open_ticket(a_filing(pace=pace), UUID(int=7), "20261123-00007", COMPLAINANT, RULES, MONDAY)
    (clock,) = decision.starts
    assert (decision.ticket.state, decision.ticket.handling_class) == (State.RECEIVED, handling)
    assert (clock.rule, clock.due.at, clock.unit_id) == (Rule.DISPATCH, due, None)
    assert decision.event is not None
    assert decision.event.from_state is None


def test_answered_at_first_contact_is_closed_with_the_answer_as_public_text() -> None:
    decision = intake.answer_at_once(a_ticket(state=State.RECEIVED), OPERATOR, MONDAY, {"answer": "到营业厅办理。"})
    assert (decision.ticket.state, decision.ticket.close_reason) == (State.CLOSED, CloseReason.ANSWERED)
    assert (decision.ticket.handling_class, decision.ticket.closed_at) == (HandlingClass.INSTANT, MONDAY)
    assert decision.event is not None
    assert decision.event.public_text == "到营业厅办理。"
    assert decision.withdraws_all
    assert "到营业厅办理。" in decision.notices[0].facts.values()


def test_what_belongs_elsewhere_tells_where() -> None:
    decision = intake.redirect(a_ticket(state=State.RECEIVED), OPERATOR, MONDAY, {"where": "人民法院"})
    assert decision.ticket.close_reason is CloseReason.REDIRECTED
    assert "人民法院" in decision.notices[0].facts.values()
    with pytest.raises(Missing, match="应当找哪里办"):
        intake.redirect(a_ticket(state=State.RECEIVED), OPERATOR, MONDAY, {"where": ""})


def test_missing_details_rest_the_dispatch_clock_and_their_arrival_starts_a_fresh_one() -> None:
    received = a_ticket(state=State.RECEIVED, lead_unit_id=None)
    asked = intake.ask_details(received, OPERATOR, RULES, MONDAY, {"missing": "户号、照片"})
    assert (asked.ticket.state, asked.withdraws, asked.starts[0].rule) == (
        State.AWAITING_DETAILS, (Rule.DISPATCH,), Rule.DETAILS,
    )  # fmt: skip
    added = intake.add_details(asked.ticket, COMPLAINANT, RULES, TUESDAY, {"text": "户号在照片里"})
    assert (added.ticket.state, added.ticket.cycle, added.settles) == (State.RECEIVED, 2, (Rule.DETAILS,))
    assert added.ticket.body.endswith("【补充】户号在照片里")
    assert added.starts[0].due.at == moment("2026-11-24", "11:00")


def test_a_merged_ticket_points_to_the_one_that_goes_on_and_its_unit_learns_of_it() -> None:
    target = a_ticket(ticket_id=UUID(int=2), number="20261123-00002")
    decision = intake.merge(a_ticket(), target, (), DISPATCHER, MONDAY)
    assert (decision.ticket.close_reason, decision.ticket.merged_into) == (CloseReason.MERGED, target.ticket_id)
    assert decision.withdraws_all
    assert {notice.to for notice in decision.notices} == {"complainant", f"unit:{UNIT}"}


@pytest.mark.parametrize("target", [a_ticket(), a_ticket(ticket_id=UUID(int=2), state=State.CLOSED)])
def test_a_ticket_is_not_merged_into_itself_or_into_a_closed_one(target: object) -> None:
    with pytest.raises(Malformed, match="并入的工单"):
        intake.merge(a_ticket(), target, (), DISPATCHER, MONDAY)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [state for state in State if state is not State.CLOSED])
def test_a_person_may_take_it_back_as_long_as_it_is_open(state: State) -> None:
    decision = intake.withdraw(a_ticket(state=state), COMPLAINANT, MONDAY, {"reason": "已解决"})
    assert (decision.ticket.state, decision.ticket.parked_from, decision.withdraws_all) == (State.CLOSED, None, True)
    assert decision.notices[0].to == f"unit:{UNIT}"


def test_a_closed_ticket_is_not_taken_back_and_a_unit_takes_nothing_back() -> None:
    with pytest.raises(WrongState, match="已办结"):
        intake.withdraw(a_ticket(state=State.CLOSED), COMPLAINANT, MONDAY, {"reason": "x"})
    with pytest.raises(NotAllowed):
        intake.withdraw(a_ticket(), an_actor(Role.HANDLER), MONDAY, {"reason": "x"})
