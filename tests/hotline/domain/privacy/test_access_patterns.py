"""Which reveals are unusual."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from hotline.domain.policy.limits import Policy
from hotline.domain.privacy.access_patterns import Pattern, Reveal, find_unusual
from hotline.holidays import china_calendar

ONE, OTHER = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
POLICY = Policy(reveals_an_hour=3, reveals_a_night=2, reveals_elsewhere=2)


def found(reveals: list[Reveal], now: datetime = NOON, policy: Policy = POLICY) -> list[tuple[Pattern, int]]:
    return [(one.pattern, one.count) for one in find_unusual(reveals, policy, china_calendar(()), now)]


def reveals(count: int, at: datetime = NOON, account: UUID = ONE, elsewhere: bool = False) -> list[Reveal]:
    return [Reveal(account, at - timedelta(minutes=count - n), elsewhere) for n in range(count)]


def test_as_many_as_the_threshold_are_unusual_and_one_less_is_not() -> None:
    assert found(reveals(2)) == []
    assert found(reveals(3)) == [(Pattern.MANY, 3)]


def test_two_people_are_counted_apart() -> None:
    assert found([*reveals(2), *reveals(2, account=OTHER)]) == []


def test_an_hour_ago_is_over() -> None:
    assert found([*reveals(2, NOON - timedelta(hours=1)), *reveals(2)]) == []


@pytest.mark.parametrize(
    ("hour", "minute", "night"), [(19, 59, False), (20, 0, True), (23, 30, True), (6, 59, True), (7, 0, False)]
)
def test_night_is_from_eight_to_seven(hour: int, minute: int, night: bool) -> None:
    at = NOON.replace(hour=hour, minute=minute)
    told = found([Reveal(ONE, at, False)] * 2, at + timedelta(minutes=1))
    assert told == ([(Pattern.AT_NIGHT, 2)] if night else [])


def test_other_units_tickets_have_their_own_threshold() -> None:
    assert found(reveals(2, elsewhere=True)) == [(Pattern.ELSEWHERE, 2)]


def test_zero_switches_a_pattern_off() -> None:
    off = Policy(reveals_an_hour=0, reveals_a_night=0, reveals_elsewhere=0)
    assert found(reveals(50, elsewhere=True), policy=off) == []


def test_the_same_occasion_has_the_same_name_until_the_count_is_reached_again() -> None:
    names = [find_unusual(reveals(count), POLICY, china_calendar(()), NOON)[0].about for count in (3, 4, 5, 6)]
    assert names[0] == names[1] == names[2] != names[3]
