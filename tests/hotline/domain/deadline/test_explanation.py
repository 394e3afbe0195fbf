"""How a limit is told: every stretch that counted, every day passed over, every pause."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.deadline.explanation import (
    COUNTED,
    PAUSED,
    SKIPPED,
    compose_lines,
    compute_due,
    end_of,
    explain_all,
)
from hotline.domain.deadline.timers import BY_DATE, Deadline, plan_steps, recompute_due, resumed
from hotline.domain.enums import Rule, Step
from hotline.domain.policy.limits import Limit, Policy
from hotline.holidays import DayRow, china_calendar
from tests.build import MONDAY, ZONE, moment

CALENDAR, POLICY = china_calendar(), Policy()
LIMITS = st.sampled_from(["5d", "1d", "15d", "4h", "30m", "24h natural", "15m natural", "5d+5d", "60d natural"])
STARTS = st.datetimes(
    min_value=moment("2026-01-01").replace(tzinfo=None), max_value=moment("2027-03-01").replace(tzinfo=None)
)


def a_clock(limit_text: str = "5d", start=MONDAY, **given) -> Deadline:
    due = end_of(CALENDAR, limit_text, start)
    at, provisional = (due.at, due.provisional) if due else (start + timedelta(days=3), False)
    words = {
        "deadline_id": UUID(int=1), "ticket_id": UUID(int=2), "cycle": 1, "rule": Rule.REPLY, "unit_id": UUID(int=3),
        "started_at": start, "due_at": at, "provisional": provisional, "urgent": False, "limit_text": limit_text,
        "state": "running", "next_step": None, "next_at": None,
    }  # fmt: skip
    step, when = next(iter(plan_steps(POLICY, CALENDAR, Rule.REPLY, start, at)), (Step.EXPIRY, at))
    return Deadline(**words | {"next_step": step, "next_at": when} | given)


def test_every_day_of_spring_festival_is_told_and_make_up_saturday_counts() -> None:
    lines = compose_lines(CALENDAR, "5d", moment("2026-02-13", "10:00"))
    assert [(line.kind, line.day.isoformat(), line.why) for line in lines][:3] == [
        (COUNTED, "2026-02-14", "调休上班"),
        (SKIPPED, "2026-02-15", "春节"),
        (SKIPPED, "2026-02-16", "春节"),
    ]
    assert [line.day.isoformat() for line in lines if line.kind == COUNTED] == [
        "2026-02-14", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27",
    ]  # fmt: skip
    assert lines[0].hours == "08:30–12:00、14:00–17:30"


def test_hours_are_told_to_the_second_shift_by_shift() -> None:
    lines = compose_lines(CALENDAR, "4h", moment("2026-11-23", "10:00:30"))
    assert [(line.kind, line.hours) for line in lines] == [(COUNTED, "10:00:30–12:00、14:00–16:00:30")]


def test_a_pause_is_told_in_its_place() -> None:
    pause = (moment("2026-11-24", "10:00"), moment("2026-11-25", "10:00"))
    lines = compose_lines(CALENDAR, "5d", MONDAY, [pause])
    assert [(line.kind, line.hours) for line in lines if line.kind == PAUSED] == [(PAUSED, "10:00–11-25 10:00")]


@given(STARTS, LIMITS)
def test_what_is_told_ends_where_the_limit_ends(start, limit_text: str) -> None:
    begin = start.replace(tzinfo=ZONE)
    due = end_of(CALENDAR, limit_text, begin)
    assert due is not None
    assert explain_all(CALENDAR, limit_text, begin)[-1].due.at == due.at
    last = [line for line in compose_lines(CALENDAR, limit_text, begin) if line.kind == COUNTED][-1]
    assert last.hours.endswith((f"{due.at.astimezone(ZONE):%H:%M}", f"{due.at.astimezone(ZONE):%H:%M:%S}"))


@pytest.mark.case("D8")
@given(STARTS, LIMITS)
def test_reckoning_again_with_the_same_calendar_changes_nothing(start, limit_text: str) -> None:
    begin = start.replace(tzinfo=ZONE)
    clock = a_clock(limit_text, begin)
    for now in (begin, begin + timedelta(minutes=10), clock.due_at - timedelta(seconds=1), clock.due_at):
        assert recompute_due(POLICY, CALENDAR, clock, now) is None


@pytest.mark.case("T14")
@given(STARTS, LIMITS, st.integers(min_value=0, max_value=99), st.integers(min_value=1, max_value=20_000))
def test_a_clock_paused_and_resumed_is_reckoned_again_to_the_same_end(
    start, limit_text: str, part: int, minutes: int
) -> None:
    begin = start.replace(tzinfo=ZONE)
    clock = a_clock(limit_text, begin)
    paused = begin + (clock.due_at - begin) * part / 100
    again = paused + timedelta(minutes=minutes)
    open_pause = (paused, moment("2900-01-01"))
    due, pauses = resumed(
        CALENDAR, a_clock(limit_text, begin, pauses=(open_pause,), state="paused"), timedelta(0), again
    )
    assert pauses == ((paused, again),)
    assert due.at >= clock.due_at
    assert end_of(CALENDAR, limit_text, begin, pauses) == due


def test_a_pause_on_the_day_of_receipt_gives_no_more_than_the_limit() -> None:
    pause = (moment("2026-11-23", "10:00"), moment("2026-11-24", "08:30"))
    due = end_of(CALENDAR, "5d", MONDAY, [pause])
    assert due is not None
    assert due.at == compute_due(CALENDAR, Limit.parse("5d"), MONDAY).at


HOLIDAY = DayRow(moment("2026-11-25").date(), False, "地方假", "县政府通知")
CHANGED = china_calendar([HOLIDAY])


def test_a_day_off_moves_the_limit_and_its_next_reminder_by_a_day() -> None:
    shifted = recompute_due(POLICY, CHANGED, a_clock(), MONDAY)
    assert shifted is not None
    assert (shifted.moved, shifted.due.at) == (True, moment("2026-12-01", "17:30"))
    assert shifted.timer == (Step.ONE_DAY, moment("2026-11-30", "17:30"))


def test_a_reminder_already_told_is_not_planned_again() -> None:
    clock = a_clock(next_step=Step.EXPIRY, next_at=moment("2026-11-30", "17:30"))
    shifted = recompute_due(POLICY, CHANGED, clock, moment("2026-11-27", "18:00"))
    assert shifted is not None
    assert shifted.timer == (Step.EXPIRY, moment("2026-12-01", "17:30"))


@pytest.mark.parametrize("state", ["missed", "met", "withdrawn", "paused"])
def test_a_clock_that_does_not_run_is_left_alone(state: str) -> None:
    assert recompute_due(POLICY, CHANGED, a_clock(state=state), MONDAY) is None


@pytest.mark.case("D8")
def test_a_limit_already_passed_keeps_its_mark_though_nobody_swept_it_yet() -> None:
    assert recompute_due(POLICY, CHANGED, a_clock(), moment("2026-11-30", "17:30")) is None


def test_a_date_somebody_named_is_not_moved() -> None:
    assert recompute_due(POLICY, CHANGED, a_clock(BY_DATE), MONDAY) is None


def test_natural_time_is_not_moved() -> None:
    start = moment("2026-11-24")
    assert recompute_due(POLICY, CHANGED, a_clock("72h natural", start), start) is None


def test_a_reminder_counted_in_working_days_moves_though_its_natural_limit_does_not() -> None:
    start = moment("2026-11-23")
    shifted = recompute_due(POLICY, CHANGED, a_clock("72h natural", start), start)
    assert shifted is not None
    assert (shifted.moved, shifted.timer) == (False, (Step.ONE_DAY, moment("2026-11-24", "09:00")))


@pytest.mark.case("D8")
def test_a_limit_that_would_have_ended_in_the_past_stays() -> None:
    worked = china_calendar([DayRow(moment("2026-11-28").date(), True, "加班", "县政府通知")])
    assert recompute_due(POLICY, worked, a_clock(), moment("2026-11-29", "10:00")) is None
    before = recompute_due(POLICY, worked, a_clock(), moment("2026-11-27", "10:00"))
    assert before is not None
    assert before.due.at == moment("2026-11-28", "17:30")
