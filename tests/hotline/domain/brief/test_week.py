"""The week by the local clock: Monday 00:00 to Sunday 24:00."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline.domain.brief.week import Week, due_weeks, week_of

ZONE = ZoneInfo("Asia/Shanghai")
WEEK = Week(date(2026, 11, 23), ZONE)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("at", "monday"),
    [
        ("2026-11-22T23:59:59.999999", date(2026, 11, 16)),
        ("2026-11-23T00:00:00", date(2026, 11, 23)),
        ("2026-11-29T23:59:59.999999", date(2026, 11, 23)),
        ("2026-11-30T00:00:00", date(2026, 11, 30)),
        ("2027-01-01T12:00:00", date(2026, 12, 28)),
    ],
)
def test_a_moment_lies_in_its_local_week(at: str, monday: date) -> None:
    assert week_of(local(at).astimezone(UTC), ZONE).monday == monday


def test_a_week_begins_and_ends_at_local_midnight() -> None:
    assert WEEK.begin == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert WEEK.until == datetime(2026, 11, 29, 16, tzinfo=UTC)
    assert WEEK.due == datetime(2026, 11, 29, 23, tzinfo=UTC)
    assert WEEK.until - WEEK.begin == timedelta(days=7)


def test_the_weeks_compared_with_begin_on_mondays() -> None:
    assert WEEK.before.monday == date(2026, 11, 16)
    assert WEEK.year_before.monday == date(2025, 11, 24)
    assert WEEK.year_before.monday.weekday() == 0


@pytest.mark.parametrize(
    ("monday", "year"), [(date(2026, 12, 21), 2026), (date(2026, 12, 28), 2027), (date(2027, 1, 4), 2027)]
)
def test_a_brief_is_numbered_in_the_year_it_is_compiled(monday: date, year: int) -> None:
    assert Week(monday, ZONE).year == year


def test_weeks_are_due_from_monday_seven() -> None:
    first = local("2026-11-25T10:00")
    assert due_weeks(first, set(), local("2026-11-30T06:59:59"), ZONE) == []
    assert [week.monday for week in due_weeks(first, set(), local("2026-11-30T07:00"), ZONE)] == [WEEK.monday]


def test_missed_weeks_are_due_oldest_first_without_those_done() -> None:
    found = due_weeks(local("2026-11-29T23:59"), {date(2026, 11, 30)}, local("2026-12-21T08:00"), ZONE)
    assert [week.monday for week in found] == [date(2026, 11, 23), date(2026, 12, 7), date(2026, 12, 14)]


def test_a_zone_with_summer_time_keeps_its_midnights() -> None:
    berlin = Week(date(2026, 10, 19), ZoneInfo("Europe/Berlin"))
    assert berlin.until - berlin.begin == timedelta(days=7, hours=1)
