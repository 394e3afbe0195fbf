"""Which unit gets a matter, how it may give it back, and who rules on that."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from hotline.domain.dispatch import catalogue, handover
from hotline.domain.dispatch.catalogue import CatalogueRow, choose_unit
from hotline.domain.enums import HandlingClass, Kind, Pace, Reason, Role, Rule
from hotline.domain.errors import AccusedAddressee, Missing, NotAllowed, ReturnClosed, WrongState
from hotline.domain.tickets.lifecycle import State, Verb
from hotline.domain.tickets.ticket import SUPERVISION, SYSTEM
from tests.build import ACCUSED, FRIDAY, MONDAY, OTHER_UNIT, RULES, TUESDAY, UNIT, a_ticket, an_actor, moment

DISPATCHER, HANDLER, INSPECTOR = an_actor(Role.DISPATCHER), an_actor(Role.HANDLER), an_actor(Role.INSPECTOR)
GROUNDS = {"reason": "不属本单位职责", "basis": "三定方案第三条"}
RECEIVED = a_ticket(state=State.RECEIVED, lead_unit_id=None)
WINDOW_END = moment("2026-11-24", "17:30")


def row(unit: UUID, matter: str | None = None, place: str | None = None, *words: str) -> CatalogueRow:
    return CatalogueRow(unit, matter, place, words)


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        ([row(UNIT, "water.bill")], UNIT),
        ([row(UNIT, "school.fee")], None),
        ([row(UNIT, "water.bill"), row(OTHER_UNIT, "water.bill", "前进村")], OTHER_UNIT),
        ([row(UNIT, "water.bill"), row(OTHER_UNIT, None, "前进村")], UNIT),
        ([row(UNIT, None, None, "水费"), row(OTHER_UNIT, None, None, "水费", "三倍")], OTHER_UNIT),
        ([row(UNIT, None, None)], None),
        ([row(UNIT, "water.bill"), row(OTHER_UNIT, "water.bill")], UNIT),
        ([], None),
    ],
)
def test_the_row_that_says_most_about_the_matter_wins(rows: list[CatalogueRow], chosen: UUID | None) -> None:
    assert choose_unit(rows, a_ticket(place="前进村三组")) == chosen


def test_words_name_the_matter_and_its_clock_while_nobody_else_did() -> None:
    rows = [row(UNIT, "water.outage", None, "停水"), row(OTHER_UNIT, "school.fee", None, "收费")]
    untold = a_ticket(matter_id=None, body="我们村从昨天起停水。")
    assert choose_unit(rows, untold) == UNIT
    assert choose_unit(rows, a_ticket(matter_id="water.bill", body="从昨天起停水。")) is None
    known = catalogue.classify(untold, "water.outage", Pace.UTILITY)
    assert (known.matter_id, known.pace, known.handling_class) == ("water.outage", Pace.UTILITY, HandlingClass.URGENT)
    assert catalogue.classify(known, "school.fee", Pace.ORDINARY) == known
    danger = a_ticket(matter_id=None, pace=Pace.LIFE)
    assert catalogue.classify(danger, "school.fee", Pace.ORDINARY).pace is Pace.LIFE


def test_no_rule_gives_a_tip_off_to_a_unit_but_a_person_does() -> None:
    tip_off = replace(RECEIVED, kind=Kind.TIP_OFF)
    with pytest.raises(NotAllowed):
        handover.hand_over(tip_off, UNIT, (), SYSTEM, RULES, MONDAY, {})
    assert handover.hand_over(tip_off, UNIT, (), DISPATCHER, RULES, MONDAY, {}).ticket.lead_unit_id == UNIT
    assert handover.hand_over(RECEIVED, UNIT, (), SYSTEM, RULES, MONDAY, {}).ticket.lead_unit_id == UNIT


@pytest.mark.parametrize("kind", Kind)
def test_tip_offs_alone_are_kept_from_the_rule(kind: Kind) -> None:
    refusal = handover.refusal_of_dispatch_by_rule(replace(RECEIVED, kind=kind))
    assert (refusal is not None) == (kind is Kind.TIP_OFF)


def test_a_unit_that_gets_a_ticket_late_still_has_its_time_to_reply() -> None:
    late = moment("2026-12-07")
    due = {s.rule: s.due.at for s in handover.hand_over(RECEIVED, UNIT, (), DISPATCHER, RULES, late, {}).starts}
    assert due[Rule.REPLY] == moment("2026-12-14", "17:30")


def test_an_excluded_unit_is_passed_over_however_well_it_fits() -> None:
    rows = [row(ACCUSED, "water.bill", "前进村"), row(UNIT, "water.bill")]
    assert choose_unit(rows, a_ticket(place="前进村"), {ACCUSED}) == UNIT
    assert choose_unit(rows[:1], a_ticket(place="前进村"), {ACCUSED}) is None


def test_the_accused_is_never_an_addressee() -> None:
    with pytest.raises(AccusedAddressee):
        handover.hand_over(RECEIVED, ACCUSED, {ACCUSED}, DISPATCHER, RULES, MONDAY, {})


@pytest.mark.case("T16")
def test_the_first_units_reply_counts_from_receipt_and_signing_from_dispatch() -> None:
    decision = handover.hand_over(RECEIVED, UNIT, (), DISPATCHER, RULES, TUESDAY, {})
    due = {start.rule: start.due.at for start in decision.starts}
    assert due == {
        Rule.SIGN: moment("2026-11-25", "17:30"),
        Rule.CONTACT: moment("2026-11-25", "17:30"),
        Rule.REPLY: moment("2026-11-30", "17:30"),
    }
    assert (decision.ticket.state, decision.ticket.lead_unit_id, decision.settles) == (
        State.DISPATCHED, UNIT, (Rule.DISPATCH,),
    )  # fmt: skip


@pytest.mark.parametrize(("pace", "minutes"), [(Pace.LIFE, (15, 120, 24 * 60)), (Pace.UTILITY, (30, 120, 24 * 60))])
def test_danger_and_utilities_run_in_natural_time(pace: Pace, minutes: tuple[int, int, int]) -> None:
    night = moment("2026-11-28", "23:00")
    ticket = a_ticket(state=State.RECEIVED, lead_unit_id=None, pace=pace, received_at=night)
    starts = handover.hand_over(ticket, UNIT, (), DISPATCHER, RULES, night, {}).starts
    assert [start.due.at - night for start in starts] == [timedelta(minutes=amount) for amount in minutes]
    assert all(start.urgent for start in starts)


@pytest.mark.parametrize(("kind", "day"), [(Kind.INQUIRY, "24"), (Kind.HELP, "30"), (Kind.COMPLAINT, "30")])
def test_the_reply_limit_follows_the_kind(kind: Kind, day: str) -> None:
    ticket = a_ticket(state=State.RECEIVED, lead_unit_id=None, kind=kind)
    starts = handover.hand_over(ticket, UNIT, (), DISPATCHER, RULES, MONDAY, {}).starts
    assert starts[2].due.at == moment(f"2026-11-{day}", "17:30")


@pytest.mark.case("T16")
def test_another_unit_gets_clocks_of_its_own_and_the_first_is_told_to_stop() -> None:
    decision = handover.hand_over(a_ticket(), OTHER_UNIT, (), DISPATCHER, RULES, FRIDAY, {"reason": "职责在乙"})
    assert decision.event is not None
    assert decision.event.verb is Verb.REDISPATCH
    assert decision.ticket.cycle == 2
    assert {Rule.SIGN, Rule.CONTACT, Rule.REPLY, Rule.EXTENSION} <= set(decision.withdraws)
    assert all(start.started_at == FRIDAY and start.unit_id == OTHER_UNIT for start in decision.starts)
    assert [notice.to for notice in decision.notices] == [f"unit:{OTHER_UNIT}", f"unit:{UNIT}"]
    with pytest.raises(Missing, match="理由"):
        handover.hand_over(a_ticket(), OTHER_UNIT, (), DISPATCHER, RULES, FRIDAY, {"reason": ""})


@pytest.mark.parametrize(("tier", "rule"), [(1, Rule.SUPERVISED), (2, Rule.TIER2), (3, Rule.TIER3)])
def test_a_tier_goes_on_with_the_unit_that_has_the_ticket_now(tier: int, rule: Rule) -> None:
    decision = handover.hand_over(a_ticket(tier=tier), OTHER_UNIT, (), DISPATCHER, RULES, MONDAY, {"reason": "x"})
    assert (decision.starts[-1].rule, decision.starts[-1].unit_id) == (rule, OTHER_UNIT)
    assert set(SUPERVISION) <= set(decision.withdraws)
    reply = next(start for start in decision.starts if start.rule is Rule.REPLY)
    assert reply.limit_text == "3d"


def test_a_return_is_open_to_the_last_second_of_the_next_working_day() -> None:
    ticket = a_ticket(state=State.DISPATCHED)
    decision = handover.return_ticket(ticket, MONDAY, HANDLER, RULES, WINDOW_END, GROUNDS)
    assert (decision.ticket.state, decision.ticket.return_count, decision.escalation) == (State.RETURNED, 1, None)
    assert (decision.starts[0].rule, decision.withdraws, decision.notices[0].to) == (
        Rule.RULING, (Rule.SIGN,), "role:dispatcher",
    )  # fmt: skip
    with pytest.raises(ReturnClosed, match="逾期视为接受"):
        handover.return_ticket(ticket, MONDAY, HANDLER, RULES, WINDOW_END + timedelta(seconds=1), GROUNDS)


def test_a_return_needs_reason_and_legal_basis_and_an_unsigned_ticket() -> None:
    ticket = a_ticket(state=State.DISPATCHED)
    with pytest.raises(Missing, match="理由、法律或职责依据"):
        handover.return_ticket(ticket, MONDAY, HANDLER, RULES, MONDAY, {})
    with pytest.raises(WrongState):
        handover.return_ticket(a_ticket(), MONDAY, HANDLER, RULES, MONDAY, GROUNDS)


def test_after_a_ruling_there_is_no_return() -> None:
    with pytest.raises(ReturnClosed, match="已经裁定"):
        handover.return_ticket(
            a_ticket(state=State.DISPATCHED, return_ruled=True), MONDAY, HANDLER, RULES, MONDAY, GROUNDS
        )


def test_the_third_return_opens_tier_one_and_calls_the_inspector() -> None:
    ticket = a_ticket(state=State.DISPATCHED, return_count=2)
    decision = handover.return_ticket(ticket, MONDAY, HANDLER, RULES, MONDAY, GROUNDS)
    assert decision.escalation is not None
    assert (decision.escalation.tier, decision.escalation.reason) == (1, Reason.RETURNS)
    assert decision.notices[0].to == "role:inspector"


@pytest.mark.parametrize("ruling", [handover.uphold_return, handover.reject_return])
def test_after_three_returns_only_the_inspector_rules(ruling: object) -> None:
    ticket = a_ticket(state=State.RETURNED, return_count=3)
    with pytest.raises(NotAllowed):
        ruling(ticket, DISPATCHER, RULES, MONDAY, {"reason": "x"})  # type: ignore[operator]
    assert ruling(ticket, INSPECTOR, RULES, MONDAY, {"reason": "x"}).ticket.return_count == 3  # type: ignore[operator]


def test_an_upheld_return_goes_back_to_be_dispatched() -> None:
    decision = handover.uphold_return(a_ticket(state=State.RETURNED), DISPATCHER, RULES, MONDAY, {"reason": "成立"})
    assert (decision.ticket.state, decision.ticket.lead_unit_id, decision.ticket.cycle) == (State.RECEIVED, None, 2)
    assert decision.starts[0].rule is Rule.DISPATCH
    assert {Rule.CONTACT, Rule.REPLY, *SUPERVISION} <= set(decision.withdraws)
    assert decision.notices[0].to == f"unit:{UNIT}"


def test_a_rejected_return_must_be_signed_and_may_not_come_again() -> None:
    decision = handover.reject_return(a_ticket(state=State.RETURNED), DISPATCHER, RULES, MONDAY, {"reason": "不成立"})
    assert (decision.ticket.state, decision.ticket.return_ruled, decision.ticket.lead_unit_id) == (
        State.DISPATCHED, True, UNIT,
    )  # fmt: skip
    assert (decision.starts[0].rule, decision.settles) == (Rule.SIGN, (Rule.RULING,))
