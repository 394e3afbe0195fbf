"""What follows from the three answers, and from nobody answering."""

from datetime import datetime, timedelta

import pytest

from hotline.domain import callback
from hotline.domain.callback import Answers
from hotline.domain.enums import CloseReason, Reason, Role, Rule, Verdict
from hotline.domain.errors import Malformed, NotAllowed, WrongState
from hotline.domain.tickets.lifecycle import State, Verb
from hotline.domain.tickets.ticket import COMPLAINANT, SUPERVISION, Actor
from tests.build import MONDAY, RULES, UNIT, a_ticket, an_actor, moment

OPERATOR = an_actor(Role.OPERATOR)
REPLIED = a_ticket(state=State.REPLIED)


def unhappy(*, contacted: bool = True, at_fault: bool = False) -> Answers:
    return Answers(contacted, False, Verdict.DISSATISFIED, answer_at_fault=at_fault)


@pytest.mark.parametrize("verdict", [Verdict.SATISFIED, Verdict.BASICALLY_SATISFIED, Verdict.UNDERSTOOD])
@pytest.mark.parametrize("actor", [OPERATOR, COMPLAINANT])
def test_a_person_who_agrees_closes_the_ticket(verdict: Verdict, actor: Actor) -> None:
    decision = callback.record(REPLIED, Answers(True, True, verdict), actor, RULES, MONDAY)
    assert (decision.ticket.state, decision.ticket.close_reason) == (State.CLOSED, CloseReason(verdict))
    assert (decision.ticket.closed_at, decision.withdraws_all) == (MONDAY, True)


@pytest.mark.parametrize("answers", [unhappy(at_fault=True), unhappy(contacted=False)])
def test_an_answer_at_fault_is_redone_once_in_three_working_days(answers: Answers) -> None:
    decision = callback.record(REPLIED, answers, OPERATOR, RULES, MONDAY)
    due = {start.rule: start.due.at for start in decision.starts}
    assert (decision.ticket.state, decision.ticket.redo_count, decision.ticket.cycle) == (State.SIGNED, 1, 2)
    assert due == {Rule.CONTACT: moment("2026-11-24", "17:30"), Rule.REPLY: moment("2026-11-26", "17:30")}
    assert (decision.notices[0].to, decision.escalation) == (f"unit:{UNIT}", None)


def test_a_redo_under_supervision_runs_under_the_tiers_clock_again() -> None:
    decision = callback.record(a_ticket(state=State.REPLIED, tier=2), unhappy(at_fault=True), OPERATOR, RULES, MONDAY)
    assert decision.starts[-1].rule is Rule.TIER2
    assert set(SUPERVISION) <= set(decision.withdraws)


@pytest.mark.parametrize(
    ("redos", "answers", "reason"),
    [
        (0, unhappy(), Reason.DISSATISFIED),
        (1, unhappy(), Reason.DISSATISFIED),
        (1, unhappy(at_fault=True), Reason.REDOS),
    ],
)
def test_who_stays_dissatisfied_is_owed_an_interview(redos: int, answers: Answers, reason: Reason) -> None:
    decision = callback.record(a_ticket(state=State.REPLIED, redo_count=redos), answers, OPERATOR, RULES, MONDAY)
    assert decision.ticket.state is State.INTERVIEW_OWED
    assert decision.escalation is not None
    assert (decision.escalation.tier, decision.escalation.reason) == (1, reason)
    assert (decision.escalation.start.rule, decision.escalation.start.due.at) == (
        Rule.INTERVIEW, moment("2026-11-30", "17:30"),
    )  # fmt: skip
    assert decision.interview_due == decision.escalation.start


def test_the_persons_free_words_stay_out_of_the_history() -> None:
    answers = Answers(True, True, Verdict.SATISFIED, words="谢谢老李")
    decision = callback.record(REPLIED, answers, OPERATOR, RULES, MONDAY)
    assert decision.event is not None
    assert "words" not in decision.event.details


@pytest.mark.parametrize("role", [Role.HANDLER, Role.UNIT_HEAD, Role.SUPERVISOR, Role.INSPECTOR, Role.LEADER])
def test_a_unit_never_asks_about_its_own_work_nor_does_the_chain_after_a_reply(role: Role) -> None:
    for answers in (unhappy(), unhappy(at_fault=True), Answers(True, True, Verdict.SATISFIED)):
        with pytest.raises(NotAllowed):
            callback.record(REPLIED, answers, an_actor(role), RULES, MONDAY)


@pytest.mark.parametrize("mark", [0, 6, -1])
def test_a_mark_outside_one_to_five_is_refused(mark: int) -> None:
    with pytest.raises(Malformed, match="评分"):
        Answers(True, True, Verdict.SATISFIED, unit_mark=mark)


@pytest.mark.parametrize(
    ("state", "now", "following", "again"),
    [
        ("waiting", moment("2026-11-23", "09:00"), "no_answer_1", moment("2026-11-23", "14:00")),
        ("no_answer_1", moment("2026-11-23", "14:00"), "no_answer_2", moment("2026-11-24", "08:30")),
        ("no_answer_1", moment("2026-11-27", "15:00"), "no_answer_2", moment("2026-11-30", "08:30")),
        ("no_answer_2", moment("2026-11-24", "08:30"), "unreachable", None),
    ],
)
def test_three_tries_at_different_times_of_day(
    state: str, now: datetime, following: str, again: datetime | None
) -> None:
    assert callback.next_attempt(state, RULES.calendar, now) == (following, again)


def test_an_unanswered_call_is_a_line_of_history_and_moves_nothing() -> None:
    decision = callback.no_answer(REPLIED, OPERATOR, MONDAY + timedelta(hours=1))
    assert decision.event is not None
    assert (decision.event.verb, decision.ticket.state) == (Verb.NO_ANSWER, State.REPLIED)
    assert (decision.starts, decision.settles) == ((), ())
    with pytest.raises(NotAllowed):
        callback.no_answer(REPLIED, an_actor(Role.HANDLER), MONDAY)
    with pytest.raises(WrongState):
        callback.no_answer(a_ticket(), OPERATOR, MONDAY)
