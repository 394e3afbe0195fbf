"""AB岗: who may be entered as away, who may stand in, who reads what was meant for somebody away."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from hotline.domain.accounts.substitution import (
    Colleague,
    Leave,
    Whereabouts,
    check_leave,
    check_may_enter,
    check_span,
    may_enter,
    may_stand_in,
    reader_of,
)
from hotline.domain.enums import Role
from hotline.domain.errors import LeaveOverlaps, Malformed, NotAllowed, UnfitSubstitute
from hotline.domain.tickets.ticket import Actor
from tests.build import FRIDAY, MONDAY, OTHER_UNIT, UNIT, WEDNESDAY

ABOVE = UUID(int=100)


def somebody(number: int, role: Role = Role.HANDLER, unit: UUID | None = UNIT) -> Colleague:
    return Colleague(UUID(int=number), f"同志{number}", role, unit)


AWAY, OTHER = somebody(1), somebody(2)


def check(leave: Leave, **facts: bool) -> None:
    check_span(leave.away_from, leave.away_until, MONDAY)
    check_leave(leave, ABOVE, **{"taken": False, "substitute_away": False, **facts})


def test_a_leave_with_a_colleague_to_stand_in_is_taken() -> None:
    check(Leave(AWAY, WEDNESDAY, FRIDAY, OTHER))
    check(Leave(AWAY, MONDAY - timedelta(days=3), MONDAY + timedelta(minutes=1)))


@pytest.mark.parametrize(
    ("begin", "end"),
    [(FRIDAY, WEDNESDAY), (FRIDAY, FRIDAY), (MONDAY - timedelta(days=2), MONDAY), (MONDAY, MONDAY + timedelta(days=367)), (MONDAY, datetime(9999, 12, 31, tzinfo=UTC))],
    ids=["backwards", "empty", "over", "years", "ever"],
)  # fmt: skip
def test_a_span_that_is_no_leave_is_refused(begin: object, end: object) -> None:
    with pytest.raises(Malformed):
        check(Leave(AWAY, begin, end))  # type: ignore[arg-type]


def test_two_leaves_of_one_person_do_not_overlap() -> None:
    with pytest.raises(LeaveOverlaps):
        check(Leave(AWAY, WEDNESDAY, FRIDAY), taken=True)


def test_whoever_is_away_stands_in_for_nobody() -> None:
    with pytest.raises(UnfitSubstitute):
        check(Leave(AWAY, WEDNESDAY, FRIDAY, OTHER), substitute_away=True)


@pytest.mark.parametrize(
    ("other", "fits"),
    [
        (somebody(2), True),
        (somebody(2, Role.UNIT_HEAD), True),
        (somebody(2, unit=ABOVE), True),
        (somebody(2, unit=OTHER_UNIT), False),
        (somebody(2, unit=None), False),
        (somebody(2, Role.OPERATOR), False),
        (AWAY, False),
    ],
    ids=["colleague", "head", "above", "elsewhere", "nowhere", "operator", "self"],
)
def test_only_who_sees_as_much_stands_in(other: Colleague, fits: bool) -> None:
    assert may_stand_in(AWAY, other, ABOVE) is fits
    if not fits:
        with pytest.raises(UnfitSubstitute):
            check(Leave(AWAY, WEDNESDAY, FRIDAY, other))


@pytest.mark.parametrize(("role", "fits"), [(Role.INSPECTOR, True), (Role.SUPERVISOR, False), (Role.HANDLER, False)])
def test_in_an_office_the_same_role_stands_in(role: Role, fits: bool) -> None:
    assert may_stand_in(somebody(1, Role.INSPECTOR), somebody(2, role), ABOVE) is fits


@pytest.mark.parametrize(
    ("actor", "allowed"),
    [
        (Actor(Role.HANDLER, AWAY.account_id, UNIT), True),
        (Actor(Role.HANDLER, UUID(int=9), UNIT), False),
        (Actor(Role.UNIT_HEAD, UUID(int=9), UNIT), True),
        (Actor(Role.UNIT_HEAD, UUID(int=9), OTHER_UNIT), False),
        (Actor(Role.SYSTEM_ADMIN, UUID(int=9), None), True),
        (Actor(Role.DISPATCHER, UUID(int=9), UNIT), False),
    ],
    ids=["self", "colleague", "head", "other head", "admin", "dispatcher"],
)
def test_a_leave_is_entered_by_the_person_the_head_or_the_administrator(actor: Actor, allowed: bool) -> None:
    below = frozenset({actor.unit_id} if actor.unit_id else ())
    assert may_enter(actor, AWAY, below) is allowed
    if not allowed:
        with pytest.raises(NotAllowed):
            check_may_enter(actor, AWAY, below)


def test_a_head_enters_nobody_of_an_office() -> None:
    assert not may_enter(Actor(Role.UNIT_HEAD, UUID(int=9), UNIT), somebody(1, Role.OPERATOR), frozenset({UNIT}))


@pytest.mark.parametrize(
    ("where", "reader"),
    [
        (Whereabouts(UUID(int=1), "甲", UNIT, False, None), UUID(int=1)),
        (Whereabouts(UUID(int=1), "甲", UNIT, True, UUID(int=2)), UUID(int=2)),
        (Whereabouts(UUID(int=1), "甲", UNIT, True, None), None),
        (None, None),
    ],
    ids=["there", "stood in for", "away", "gone"],
)
def test_what_is_for_a_person_reaches_the_person_or_the_substitute(
    where: Whereabouts | None, reader: UUID | None
) -> None:
    assert reader_of(where) == reader
