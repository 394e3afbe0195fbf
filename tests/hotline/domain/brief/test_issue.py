"""Who may do what to a brief, and when."""

import itertools

import pytest

from hotline.domain.brief.issue import ADVICE_LIMIT, STEPS, BriefState, BriefVerb, check, check_advice, may, may_read
from hotline.domain.enums import Role
from hotline.domain.errors import Refusal, TooLong
from hotline.domain.tickets.ticket import Actor


@pytest.mark.parametrize(("verb", "state", "role"), list(itertools.product(BriefVerb, BriefState, Role)))
def test_a_step_is_open_exactly_where_the_table_says(verb: BriefVerb, state: BriefState, role: Role) -> None:
    if may(verb, state, role):
        assert check(verb, state, role) is (STEPS[verb].target or state)
        return
    with pytest.raises(Refusal):
        check(verb, state, role)


def test_who_wrote_it_does_not_approve_it() -> None:
    assert not STEPS[BriefVerb.SEND].roles & STEPS[BriefVerb.ISSUE].roles


def test_leaders_read_only_what_was_issued() -> None:
    leader = Actor(Role.LEADER)
    assert [state for state in BriefState if may_read(leader, state)] == [BriefState.ISSUED]
    assert all(may_read(Actor(Role.SUPERVISOR), state) for state in BriefState)


def test_advice_has_a_limit() -> None:
    assert len(check_advice("字" * ADVICE_LIMIT)) == ADVICE_LIMIT
    with pytest.raises(TooLong):
        check_advice("字" * (ADVICE_LIMIT + 1))
