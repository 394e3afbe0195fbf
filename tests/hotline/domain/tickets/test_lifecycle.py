"""The table of a ticket's life: who may do what, from where, and what must be given."""

from itertools import product

import pytest

from hotline.domain.enums import Role
from hotline.domain.errors import Missing, NotAllowed, WrongState
from hotline.domain.tickets.lifecycle import (
    ARROWS,
    FIELD_NAMES,
    STATE_NAMES,
    TABLE,
    State,
    Verb,
    check,
    check_given,
    compose_picture,
    may,
    verbs_for,
)

ADMINS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.MONITOR)
UNITS = (Role.HANDLER, Role.UNIT_HEAD)


def test_every_verb_has_exactly_one_row() -> None:
    assert sorted(arrow.verb for arrow in ARROWS) == sorted(Verb)


def test_every_state_and_every_need_has_a_name_people_read() -> None:
    assert set(STATE_NAMES) == set(State)
    assert {name for arrow in ARROWS for name in arrow.needs} <= set(FIELD_NAMES)


def test_every_row_says_something() -> None:
    assert all(arrow.label and arrow.sentence.endswith("。") and arrow.roles for arrow in ARROWS)


def test_every_state_can_be_reached_from_received() -> None:
    reached = {State.RECEIVED}
    for _ in State:
        reached |= {arrow.target for arrow in ARROWS if arrow.target and arrow.sources & reached}
    assert reached == set(State)


def test_every_open_state_can_be_left_towards_the_end() -> None:
    ends = {State.CLOSED, State.PARKED}
    for _ in State:
        ends |= {source for arrow in ARROWS if arrow.target in ends for source in arrow.sources}
    assert ends == set(State)


def test_nothing_leads_out_of_closed() -> None:
    leaving = [arrow.verb for arrow in ARROWS if State.CLOSED in arrow.sources and arrow.target is not None]
    assert leaving == []


@pytest.mark.parametrize("role", ADMINS)
def test_administrators_and_monitors_do_nothing_to_tickets(role: Role) -> None:
    assert [arrow.verb for arrow in ARROWS if role in arrow.roles] == []


@pytest.mark.parametrize("role", UNITS)
@pytest.mark.parametrize(
    "verb", [Verb.CLOSE, Verb.REDO, Verb.OWE_INTERVIEW, Verb.NO_ANSWER, Verb.REJECT_RETURN, Verb.PARK]
)
def test_a_unit_never_judges_its_own_work(role: Role, verb: Verb) -> None:
    assert role not in TABLE[verb].roles


@pytest.mark.parametrize("verb", [Verb.SIGN, Verb.REPLY, Verb.RETURN, Verb.PLAN_INTERVIEW, Verb.HOLD_INTERVIEW])
def test_only_a_unit_does_a_units_work(verb: Verb) -> None:
    assert TABLE[verb].roles == set(UNITS)


@pytest.mark.parametrize("verb", Verb)
def test_check_refuses_exactly_what_the_table_lacks(verb: Verb) -> None:
    arrow = TABLE[verb]
    for state, role in product(State, Role):
        if role not in arrow.roles:
            with pytest.raises(NotAllowed):
                check(state, verb, role)
        elif state not in arrow.sources:
            with pytest.raises(WrongState, match=STATE_NAMES[state]):
                check(state, verb, role)
        else:
            assert check(state, verb, role) is arrow
        assert may(state, verb, role) == (arrow in verbs_for(state, role))


def test_everything_missing_is_told_in_one_list() -> None:
    with pytest.raises(Missing, match="理由、法律或职责依据"):
        check_given(Verb.RETURN, {"reason": "  "})
    check_given(Verb.RETURN, {"reason": "不属职责", "basis": "三定方案"})


def test_the_picture_shows_every_move_between_states() -> None:
    moves = [line.strip().partition(" --> ") for line in compose_picture().splitlines() if "-->" in line]
    drawn = {(source, *told.split(": ", 1)) for source, _, told in moves if ": " in told}
    for arrow in ARROWS:
        for source in arrow.sources if arrow.target is not None else ():
            labels = {label for start, end, label in drawn if start in (source, "open") and end == arrow.target}
            assert any(arrow.label in label.split("、") for label in labels), (source, arrow.verb)
