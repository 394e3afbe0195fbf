"""When a limit ends, what goes out before, and what is left of it after a rest."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.deadline.explanation import compute_due
from hotline.domain.deadline.timers import Deadline, carry_on, choose_step, notice_time, plan_steps, time_left
from hotline.domain.deadline.working_time import is_working_day
from hotline.domain.enums import Rule, Step
from hotline.domain.policy.limits import Limit, Policy
from tests.build import FRIDAY, MONDAY, RULES, moment

POLICY, CALENDAR = RULES.policy, RULES.calendar


def window(start: datetime, limit: str = "5d") -> tuple[tuple[Step, datetime], ...]:
    due = compute_due(CALENDAR, Limit.parse(limit), start)
    return plan_steps(POLICY, CALENDAR, Rule.INTERVIEW, start, due.at)


@pytest.mark.parametrize(
    ("limit", "start", "end"),
    [
        ("5d", FRIDAY, moment("2026-12-04", "17:30")),
        ("1d", MONDAY, moment("2026-11-24", "17:30")),
        ("2h", moment("2026-11-23", "11:00"), moment("2026-11-23", "15:00")),
        ("2h", moment("2026-11-27", "17:00"), moment("2026-11-30", "10:00")),
        ("24h natural", moment("2026-11-28", "23:59"), moment("2026-11-29", "23:59")),
        ("15m natural", moment("2026-11-23", "03:00"), moment("2026-11-23", "03:15")),
        ("5d", moment("2026-09-30", "10:00"), moment("2026-10-13", "17:30")),
    ],
)
def test_a_limit_ends_where_the_procedure_says(limit: str, start: datetime, end: datetime) -> None:
    assert compute_due(CALENDAR, Limit.parse(limit), start).at == end


def test_a_limit_into_a_year_without_notice_is_provisional() -> None:
    assert compute_due(CALENDAR, Limit.parse("5d"), moment("2026-12-28")).provisional


def test_an_interview_window_has_its_five_moments() -> None:
    assert window(MONDAY) == (
        (Step.ISSUED, MONDAY),
        (Step.TWO_DAYS, moment("2026-11-26", "17:30")),
        (Step.ONE_DAY, moment("2026-11-27", "17:30")),
        (Step.FOUR_HOURS, moment("2026-11-30", "11:30")),
        (Step.EXPIRY, moment("2026-11-30", "17:30")),
    )


def test_steps_that_would_precede_a_short_window_are_left_out() -> None:
    assert [step for step, _ in window(moment("2026-11-23", "18:00"), "1d")] == [
        Step.ISSUED,
        Step.FOUR_HOURS,
        Step.EXPIRY,
    ]


def test_after_an_outage_only_the_latest_step_is_told() -> None:
    plan = window(MONDAY)
    assert choose_step(plan, None, plan[3][1]) == (Step.FOUR_HOURS, (Step.ISSUED, Step.TWO_DAYS, Step.ONE_DAY), plan[4])
    assert choose_step(plan, Step.FOUR_HOURS, plan[4][1] + timedelta(days=3)) == (Step.EXPIRY, (), None)


def test_before_its_moment_no_step_is_told() -> None:
    plan = window(MONDAY)
    assert choose_step(plan, Step.ISSUED, plan[1][1] - timedelta(seconds=1)) == (None, (), plan[1])


@pytest.mark.case("P9")
@given(st.lists(st.integers(0, 9 * 24 * 60), max_size=12))
def test_every_step_is_told_or_overtaken_exactly_once_whenever_one_looks(minutes: list[int]) -> None:
    plan, after = window(MONDAY), None
    told: list[Step] = []
    passed: list[Step] = []
    for minute in sorted(minutes):
        now = MONDAY + timedelta(minutes=minute)
        step, overtaken, ahead = choose_step(plan, after, now)
        passed += overtaken
        if step is not None:
            told, after = [*told, step], step
        assert ahead is None or ahead[1] > now
    seen = told + passed
    assert len(seen) == len(set(seen))
    assert set(seen) == {step for step, at in plan if minutes and at <= MONDAY + timedelta(minutes=max(minutes))}


@pytest.mark.case("T20")
@pytest.mark.parametrize(
    ("now", "goes_out"),
    [
        (moment("2026-11-23", "08:29"), moment("2026-11-23", "08:30")),
        (moment("2026-11-23", "08:30"), moment("2026-11-23", "08:30")),
        (moment("2026-11-23", "12:30"), moment("2026-11-23", "12:30")),
        (moment("2026-11-23", "17:59"), moment("2026-11-23", "17:59")),
        (moment("2026-11-23", "18:00"), moment("2026-11-24", "08:30")),
        (moment("2026-11-27", "18:00"), moment("2026-11-30", "08:30")),
        (moment("2026-11-28", "10:00"), moment("2026-11-30", "08:30")),
        (moment("2026-10-10", "10:00"), moment("2026-10-10", "10:00")),
        (moment("2026-10-01", "10:00"), moment("2026-10-08", "08:30")),
    ],
)
def test_a_notice_goes_out_in_notice_hours_of_a_working_day(now: datetime, goes_out: datetime) -> None:
    assert notice_time(POLICY, CALENDAR, now, urgent=False) == goes_out
    assert notice_time(POLICY, CALENDAR, now, urgent=True) == now


@pytest.mark.case("T20")
@given(st.integers(0, 353 * 24 * 60).map(lambda minutes: moment("2026-01-01", "00:00") + timedelta(minutes=minutes)))
def test_no_ordinary_notice_ever_leaves_at_night_or_on_a_day_off(now: datetime) -> None:
    policy = Policy.from_body(1, {"notices_from": "09:15", "notices_until": "16:45"})
    local = notice_time(policy, CALENDAR, now, urgent=False).astimezone(CALENDAR.zone)
    assert is_working_day(CALENDAR, local.date())
    assert policy.notices_from <= local.time() < policy.notices_until
    assert now <= local


def deadline(started: datetime, due: datetime, limit: str) -> Deadline:
    return Deadline(
        UUID(int=9), UUID(int=1), 1, Rule.REPLY, None, started, due, False, False, limit, "running", None, None
    )


@pytest.mark.case("R9")
def test_a_rest_keeps_the_office_hours_that_were_left() -> None:
    due = compute_due(CALENDAR, Limit.parse("5d"), MONDAY).at
    left = time_left(CALENDAR, deadline(MONDAY, due, "5d"), moment("2026-11-25", "17:30"))
    assert left == timedelta(hours=21)
    assert carry_on(CALENDAR, "5d", left, moment("2026-12-02", "17:30")).at == moment("2026-12-07", "17:30")


@pytest.mark.case("R9")
def test_a_rest_in_natural_time_keeps_the_minutes() -> None:
    due = MONDAY + timedelta(hours=24)
    left = time_left(CALENDAR, deadline(MONDAY, due, "24h natural"), MONDAY + timedelta(hours=20))
    assert left == timedelta(hours=4)
    assert carry_on(CALENDAR, "24h natural", left, FRIDAY).at == FRIDAY + timedelta(hours=4)


def test_a_limit_that_had_run_out_has_nothing_left() -> None:
    assert time_left(CALENDAR, deadline(MONDAY, MONDAY, "5d"), FRIDAY) == timedelta(0)
    assert carry_on(CALENDAR, "5d", timedelta(0), FRIDAY).at == FRIDAY
