"""群众约谈: planned, held with its evidence, verified by others, one tier higher when it failed."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hotline.domain import interview
from hotline.domain.enums import CloseReason, Outcome, Reason, Role, Rule, Verdict
from hotline.domain.errors import Malformed, Missing, NoReviewYet, NotAllowed, WrongState
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import SUPERVISION
from tests.build import MINUTES, MONDAY, PLAN, RULES, TUESDAY, WEDNESDAY, a_ticket, an_actor, moment

HANDLER, INSPECTOR, OPERATOR = an_actor(Role.HANDLER), an_actor(Role.INSPECTOR), an_actor(Role.OPERATOR)
OWED = a_ticket(state=State.INTERVIEW_OWED, tier=1)
HELD = a_ticket(state=State.INTERVIEW_HELD, tier=1)


def hold(held_at: datetime = TUESDAY, now: datetime = TUESDAY, **minutes: Any) -> interview.Decision:
    given = MINUTES | {"held_at": held_at.isoformat()} | minutes
    return interview.hold(OWED, MONDAY, held_at, HANDLER, RULES, now, given)


def test_a_plan_tells_the_person_where_and_stays_owed() -> None:
    decision = interview.plan(OWED, TUESDAY, HANDLER, MONDAY, PLAN | {"meet_at": "x"})
    assert (decision.ticket.state, decision.settles) == (State.INTERVIEW_OWED, ())
    assert PLAN["meet_where"] in decision.notices[0].facts.values()


def test_a_meeting_is_planned_for_the_future_with_everything_in_the_plan() -> None:
    with pytest.raises(Malformed, match="将来"):
        interview.plan(OWED, MONDAY, HANDLER, MONDAY, PLAN | {"meet_at": "x"})
    with pytest.raises(Missing, match="问题根源和症结、化解方案"):
        interview.plan(OWED, TUESDAY, HANDLER, MONDAY, {"rules": "x", "meet_at": "x", "meet_where": "x"})


def test_a_held_interview_ends_the_window_and_waits_for_verification() -> None:
    decision = hold()
    assert (decision.ticket.state, decision.settles, decision.callback_stage) == (
        State.INTERVIEW_HELD, SUPERVISION, "interview",
    )  # fmt: skip
    assert (decision.starts[0].rule, decision.starts[0].due.at) == (Rule.VERIFY, moment("2026-11-26", "17:30"))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"held_place": "office"}, "约谈场所"),
        ({"outcome": "solved"}, "约谈结果"),
        ({"person_verdict": "basically_satisfied"}, "群众意见"),
        ({"outcome": "done"}, "承诺办结日期"),
    ],
)
def test_evidence_that_does_not_fit_is_refused(change: dict[str, str], what: str) -> None:
    with pytest.raises(Malformed, match=what):
        hold(**change)


def test_what_can_be_done_carries_its_date() -> None:
    assert hold(outcome="done", promised_on="2026-12-01").ticket.state is State.INTERVIEW_HELD


@pytest.mark.parametrize("days", [-1, 0, 367, 13_000])
def test_a_meeting_lies_ahead_and_within_a_year(days: int) -> None:
    interview.plan(OWED, MONDAY + timedelta(days=366), HANDLER, MONDAY, PLAN | {"meet_at": "x"})
    with pytest.raises(Malformed, match="约谈时间（要在将来、一年以内）"):
        interview.plan(OWED, MONDAY + timedelta(days=days), HANDLER, MONDAY, PLAN | {"meet_at": "x"})


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize(
    ("promised_on", "taken"),
    [
        ("2026-11-23", False), ("2026-11-24", True), ("2027-11-25", True), ("2027-11-26", False), ("2062-12-01", False),
        ("1026-12-01", False),
    ],
)  # fmt: skip
def test_a_promise_lies_ahead_and_within_a_year(outcome: Outcome, promised_on: str, taken: bool) -> None:
    if taken:
        assert hold(outcome=outcome, promised_on=promised_on).event.details["promised_on"] == promised_on
        return
    with pytest.raises(Malformed, match="承诺办结日期（要在今天或以后、一年以内）"):
        hold(outcome=outcome, promised_on=promised_on)


def test_an_interview_lies_between_the_letter_and_now() -> None:
    for held_at in (MONDAY - timedelta(seconds=1), TUESDAY + timedelta(seconds=1)):
        with pytest.raises(Malformed, match="实际约谈时间"):
            hold(held_at)
    assert hold(MONDAY).event


def test_all_missing_evidence_is_told_at_once_and_only_a_unit_holds() -> None:
    with pytest.raises(Missing, match="约谈场所、约谈干部、约谈记录、约谈结果、群众意见"):
        interview.hold(OWED, MONDAY, TUESDAY, HANDLER, RULES, TUESDAY, {"held_at": "x"})
    with pytest.raises(NotAllowed):
        interview.hold(OWED, MONDAY, TUESDAY, OPERATOR, RULES, TUESDAY, {})
    with pytest.raises(WrongState, match="办理中"):
        interview.hold(a_ticket(), MONDAY, TUESDAY, HANDLER, RULES, TUESDAY, {})


def verify(verdict: Verdict, *, at_fault: bool = False, agreed: int = 0, tier: int = 1) -> interview.Decision:
    ticket = a_ticket(state=State.INTERVIEW_HELD, tier=tier)
    given = {"verdict": verdict.value}
    return interview.verify(ticket, agreed, verdict, at_fault, given, INSPECTOR, RULES, WEDNESDAY)


@pytest.mark.parametrize("verdict", [Verdict.SATISFIED, Verdict.UNDERSTOOD])
def test_a_person_who_agrees_after_the_interview_closes_the_ticket(verdict: Verdict) -> None:
    decision = verify(verdict)
    assert (decision.ticket.close_reason, decision.withdraws_all) == (CloseReason(verdict), True)


@pytest.mark.parametrize(
    ("tier", "following", "rule", "due"),
    [
        (1, 2, Rule.TIER2, moment("2026-11-30", "17:30")),
        (2, 3, Rule.TIER3, moment("2026-12-02", "17:30")),
        (3, 3, Rule.TIER3, moment("2026-12-02", "17:30")),
    ],
)
def test_still_dissatisfied_through_the_units_fault_is_the_next_tiers(
    tier: int, following: int, rule: Rule, due: datetime
) -> None:
    decision = verify(Verdict.DISSATISFIED, at_fault=True, tier=tier)
    assert decision.ticket.state is State.INTERVIEW_OWED
    assert decision.escalation is not None
    assert (decision.escalation.tier, decision.escalation.reason) == (following, Reason.STILL_DISSATISFIED)
    assert (decision.escalation.start.rule, decision.escalation.start.due.at) == (rule, due)


@pytest.mark.parametrize(("agreed", "missing"), [(0, "2"), (1, "1")])
def test_an_unreasonable_demand_waits_for_two_others(agreed: int, missing: str) -> None:
    with pytest.raises(NoReviewYet, match=f"还差{missing}人"):
        verify(Verdict.DISSATISFIED, agreed=agreed)


def test_two_others_agreed_and_the_ticket_closes_as_unreasonable() -> None:
    assert verify(Verdict.DISSATISFIED, agreed=2).ticket.close_reason is CloseReason.UNREASONABLE


def test_outcomes_and_places_have_names() -> None:
    assert set(interview.OUTCOME_NAMES) == set(Outcome)
    assert set(interview.PLACE_NAMES) == {"room", "village", "field", "home"}
