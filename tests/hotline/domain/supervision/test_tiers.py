"""What a clock asks for when it strikes, and how the tiers are climbed: one at a time, upwards, without an end."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from hotline.domain.deadline.timers import Deadline
from hotline.domain.enums import Reason, Role, Rule, Step
from hotline.domain.errors import Malformed, NoInstruction, NotAllowed, WrongState
from hotline.domain.supervision import tiers
from hotline.domain.tickets.lifecycle import State, Verb
from hotline.domain.tickets.ticket import SUPERVISION, SYSTEM, Decision, Ticket
from tests.build import FRIDAY, MONDAY, RULES, TUESDAY, UNIT, a_ticket, an_actor, moment

SUPERVISOR, LEADER = an_actor(Role.SUPERVISOR), an_actor(Role.LEADER)
HOTLINES_OWN = (Rule.DISPATCH, Rule.RULING, Rule.EXTENSION, Rule.DETAILS, Rule.CALLBACK, Rule.VERIFY)


def clock(rule: Rule, unit: UUID | None = UNIT, cycle: int = 1) -> Deadline:
    return Deadline(
        UUID(int=9), UUID(int=1), cycle, rule, unit, MONDAY, FRIDAY, False, False, "3d", "running", None, None
    )


def strike(ticket: Ticket, rule: Rule, step: Step = Step.EXPIRY, now: datetime = FRIDAY) -> Decision:
    return tiers.due(ticket, clock(rule), step, RULES, now)


@pytest.mark.parametrize(
    ("state", "tier", "rule", "to", "reason", "following"),
    [
        (State.DISPATCHED, 0, Rule.SIGN, 1, Reason.SIGN_OVERDUE, Rule.SUPERVISED),
        (State.SIGNED, 0, Rule.REPLY, 1, Reason.REPLY_OVERDUE, Rule.SUPERVISED),
        (State.SIGNED, 1, Rule.SUPERVISED, 2, Reason.SUPERVISED_OVERDUE, Rule.TIER2),
        (State.INTERVIEW_OWED, 1, Rule.INTERVIEW, 2, Reason.INTERVIEW_OVERDUE, Rule.TIER2),
        (State.INTERVIEW_OWED, 2, Rule.TIER2, 3, Reason.TIER2_OVERDUE, Rule.TIER3),
    ],
)
def test_a_limit_that_ran_out_opens_the_next_tier_with_its_own_clock(
    state: State, tier: int, rule: Rule, to: int, reason: Reason, following: Rule
) -> None:
    decision = strike(a_ticket(state=state, tier=tier), rule)
    assert decision.escalation is not None
    assert (decision.escalation.tier, decision.escalation.reason, decision.escalation.start.rule) == (
        to, reason, following,
    )  # fmt: skip
    assert decision.ticket.state is state
    assert set(decision.withdraws) == set(SUPERVISION)
    assert [notice.to for notice in decision.notices] == [f"unit:{UNIT}"]


@pytest.mark.case("T10")
@pytest.mark.parametrize("rule", [Rule.INTERVIEW, Rule.SUPERVISED, Rule.TIER2])
def test_no_tier_is_skipped(rule: Rule) -> None:
    decision = strike(a_ticket(tier=0), rule)
    assert decision.escalation is not None
    assert decision.escalation.tier == 1


@pytest.mark.parametrize("rule", [Rule.SIGN, Rule.REPLY])
def test_on_a_tier_an_older_limit_only_reminds(rule: Rule) -> None:
    decision = strike(a_ticket(tier=1), rule)
    assert decision.escalation is None
    assert decision.event is not None
    assert decision.event.verb is Verb.REMIND


@pytest.mark.parametrize("step", [Step.ISSUED, Step.TWO_DAYS, Step.ONE_DAY, Step.FOUR_HOURS])
def test_before_its_end_a_window_only_reminds_and_changes_no_state(step: Step) -> None:
    before = a_ticket(state=State.INTERVIEW_OWED, tier=1)
    decision = strike(before, Rule.INTERVIEW, step)
    assert (decision.ticket.state, decision.ticket.tier, decision.escalation) == (State.INTERVIEW_OWED, 1, None)
    assert decision.notices[0].facts["step"] == step


def test_the_first_contact_overdue_reminds_and_opens_no_tier() -> None:
    assert strike(a_ticket(), Rule.CONTACT).escalation is None


@pytest.mark.parametrize("rule", HOTLINES_OWN)
def test_the_hotlines_own_lateness_is_an_alarm_and_no_units_fault(rule: Rule) -> None:
    decision = strike(a_ticket(state=State.REPLIED), rule)
    (alarm,) = decision.alarms
    assert (alarm.kind, decision.escalation, decision.notices, decision.event) == (f"{rule}_overdue", None, (), None)


def test_every_rule_has_somebody_who_must_act() -> None:
    own = {rule for rule in Rule if tiers.is_hotlines_own(rule)}
    assert own == set(HOTLINES_OWN)
    assert set(tiers.RULE_NAMES) == set(Rule)


def test_at_the_top_it_stays_and_a_fresh_window_starts() -> None:
    decision = strike(a_ticket(state=State.SIGNED, tier=3), Rule.TIER3)
    assert (decision.ticket.tier, decision.ticket.cycle, decision.escalation) == (3, 2, None)
    (again,) = decision.starts
    assert (again.rule, again.started_at, again.due.at) == (Rule.TIER3, FRIDAY, moment("2026-12-04", "17:30"))
    assert [notice.to for notice in decision.notices] == [f"unit:{UNIT}", "role:leader"]


def test_without_a_unit_the_expiry_is_an_alarm_and_earlier_steps_are_silent() -> None:
    ticket = a_ticket(state=State.RECEIVED, lead_unit_id=None, tier=1)
    early = tiers.due(ticket, clock(Rule.SUPERVISED, None), Step.ISSUED, RULES, FRIDAY)
    assert (early.alarms, early.notices, early.event) == ((), (), None)
    top = tiers.due(a_ticket(state=State.RECEIVED, tier=3), clock(Rule.TIER3, None), Step.EXPIRY, RULES, FRIDAY)
    assert top.alarms[0].kind == "tier3_overdue"
    assert top.starts[0].rule is Rule.TIER3


def test_the_end_of_parking_brings_the_ticket_back() -> None:
    parked = a_ticket(state=State.PARKED, parked_from=State.SIGNED, parked_until=FRIDAY)
    decision = strike(parked, Rule.RESUME)
    assert (decision.ticket.state, decision.resumes_all) == (State.SIGNED, True)


def test_a_mark_opens_tier_one_once() -> None:
    decision = tiers.mark(a_ticket(), LEADER, RULES, MONDAY)
    assert decision.escalation is not None
    assert (decision.escalation.tier, decision.escalation.reason) == (1, Reason.MARK)
    with pytest.raises(Malformed, match="已在督办中"):
        tiers.mark(a_ticket(tier=1), SUPERVISOR, RULES, MONDAY)
    with pytest.raises(NotAllowed):
        tiers.mark(a_ticket(), an_actor(Role.DISPATCHER), RULES, MONDAY)
    with pytest.raises(WrongState):
        tiers.mark(a_ticket(state=State.PARKED), SUPERVISOR, RULES, MONDAY)


def test_an_instruction_is_a_tier_three_task_with_the_leaders_date() -> None:
    due = moment("2026-11-25", "17:30")
    decision = tiers.instruct(a_ticket(), due, LEADER, RULES, MONDAY, {"text": "查清", "due_on": "2026-11-25"})
    assert decision.escalation is not None
    assert (decision.ticket.tier, decision.escalation.reason, decision.escalation.start.due.at) == (
        3, Reason.INSTRUCTION, due,
    )  # fmt: skip
    assert decision.event is not None
    assert "查清" not in (decision.event.public_text or "")


@pytest.mark.parametrize(
    ("state", "dated", "afresh"),
    [
        (State.SIGNED, True, True),
        (State.SIGNED, False, False),
        (State.CLOSED, False, False),
        (State.CLOSED, True, False),
    ],
)
def test_a_fulfilled_instruction_ends_its_date_and_an_open_ticket_waits_for_the_tier(
    state: State, dated: bool, afresh: bool
) -> None:
    told = {"fulfilment": "已整改"}
    ticket = a_ticket(state=state, tier=3)
    decision = tiers.fulfil(ticket, True, dated, SUPERVISOR, RULES, MONDAY, told)
    assert (decision.ticket.state, decision.ticket.tier, decision.ticket.cycle) == (state, 3, 2 if afresh else 1)
    assert decision.settles == ((Rule.TIER3,) if afresh else ())
    assert [(start.rule, start.due.at) for start in decision.starts] == (
        [(Rule.TIER3, moment("2026-11-30", "17:30"))] if afresh else []
    )
    with pytest.raises(NoInstruction):
        tiers.fulfil(ticket, False, dated, SUPERVISOR, RULES, MONDAY, told)


def test_only_a_leader_instructs_and_for_a_day_to_come() -> None:
    given = {"text": "查清", "due_on": "x"}
    with pytest.raises(NotAllowed):
        tiers.instruct(a_ticket(), TUESDAY, SUPERVISOR, RULES, MONDAY, given)
    with pytest.raises(Malformed, match="办结日期"):
        tiers.instruct(a_ticket(), MONDAY, LEADER, RULES, MONDAY, given)


@pytest.mark.parametrize(("day", "end"), [("2026-11-25", "2026-11-25"), ("2026-11-28", "2026-11-30")])
def test_by_a_date_means_the_close_of_that_working_day_or_the_next(day: str, end: str) -> None:
    assert tiers.end_of_day(RULES, moment(day, "12:00")) == moment(end, "17:30")


def test_a_tier_is_entered_again_at_most_one_step_higher() -> None:
    decision = tiers.enter(a_ticket(tier=1), 3, Reason.TIER2_OVERDUE, SUPERVISOR, RULES, MONDAY + timedelta(hours=1))
    assert decision.escalation is not None
    assert decision.escalation.tier == 2


def test_a_tier_opened_without_a_unit_tells_no_unit() -> None:
    ticket = a_ticket(state=State.RECEIVED, lead_unit_id=None, tier=1)
    decision = tiers.due(ticket, clock(Rule.SUPERVISED, None), Step.EXPIRY, RULES, FRIDAY)
    assert decision.escalation is not None
    assert (decision.escalation.tier, decision.notices) == (2, ())


def test_the_timetable_presses_nobody_by_hand() -> None:
    with pytest.raises(NotAllowed):
        tiers.press(a_ticket(), None, None, SYSTEM, RULES, MONDAY)
