"""Three ways of counting a limit, against the vectors other desks got wrong and against a slow reference."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.domain.deadline.working_time import (
    Calendar,
    DayRule,
    Due,
    Pause,
    Shift,
    add_natural_time,
    add_working_days,
    add_working_time,
    day_name,
    explain_natural_time,
    explain_working_days,
    explain_working_time,
    is_open,
    is_working_day,
    next_open,
    subtract_working_days,
    subtract_working_time,
    working_time_between,
)
from hotline.domain.errors import BadCalendar, BadMoment, BadSpan

MONDAY_TO_FRIDAY = range(5)
EVERY_DAY = range(7)


def clock(text: str) -> time:
    return time() if text == "24:00" else time.fromisoformat(text)


def hours(text: str) -> tuple[Shift, ...]:
    """'08:30-12:00 14:00-17:30' as shifts."""
    pairs = (shift.split("-") for shift in text.split())
    return tuple((clock(opening), clock(closing)) for opening, closing in pairs)


def weekly(zone: str, weekdays: range, text: str, off: str = "") -> Calendar:
    days = {date.fromisoformat(day): DayRule(False, "休假") for day in off.split()}
    return Calendar(ZoneInfo(zone), dict.fromkeys(weekdays, hours(text)), days)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(text: str) -> timedelta:
    """'1:30' or '1:30:15' as a span."""
    h, m, *s = (int(part) for part in text.split(":"))
    return timedelta(hours=h, minutes=m, seconds=sum(s))


BERLIN_WEEK = weekly("Europe/Berlin", MONDAY_TO_FRIDAY, "09:00-17:00")
BERLIN_08_17 = weekly("Europe/Berlin", EVERY_DAY, "08:00-17:00")
BERLIN_09_18 = weekly("Europe/Berlin", EVERY_DAY, "09:00-18:00")
BERLIN_08_20 = weekly("Europe/Berlin", EVERY_DAY, "08:00-20:00")
DAYS_OFF = ("01-01", "05-01", "12-24", "12-25", "12-26", "12-31")
YEAR_ENDS = " ".join(f"{year}-{day}" for year in range(2005, 2014) for day in DAYS_OFF)
LONG_WEEK = weekly("Europe/Berlin", MONDAY_TO_FRIDAY, "08:00-21:00", YEAR_ENDS)
UTC_WEEK = weekly("UTC", MONDAY_TO_FRIDAY, "09:00-17:00")
UTC_08_18 = weekly("UTC", MONDAY_TO_FRIDAY, "08:00-18:00")
NEW_YORK = ZoneInfo("America/New_York")
SHANGHAI = ZoneInfo("Asia/Shanghai")
COUNTY = weekly("Asia/Shanghai", MONDAY_TO_FRIDAY, "08:30-12:00 14:00-17:30")


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.case("Z1", "Z3", "Z5", "Z13", "Z15", "C1", "C3", "C5", "O1", "G1", "P12", "P13")
@pytest.mark.parametrize(
    ("calendar", "start", "minutes", "due"),
    [
        (BERLIN_WEEK, "2013-03-21 09:30", 60, "2013-03-21 10:30"),
        (BERLIN_WEEK, "2013-03-21 09:30", 120, "2013-03-21 11:30"),
        (BERLIN_WEEK, "2013-03-21 09:30", 180, "2013-03-21 12:30"),
        (BERLIN_WEEK, "2013-03-21 09:30", 240, "2013-03-21 13:30"),
        (BERLIN_WEEK, "2013-03-21 12:05", 120, "2013-03-21 14:05"),
        (BERLIN_08_17, "2013-10-21 05:30", 120, "2013-10-21 08:00"),
        (BERLIN_08_17, "2013-10-21 05:30", 180, "2013-10-21 09:00"),
        (BERLIN_08_17, "2013-10-21 05:30", 240, "2013-10-21 10:00"),
        (BERLIN_09_18, "2016-03-21 12:30", 60, "2016-03-21 13:30"),
        (BERLIN_09_18, "2016-03-21 12:30", 120, "2016-03-21 14:30"),
        (BERLIN_09_18, "2016-03-21 12:30", 180, "2016-03-21 15:30"),
        (BERLIN_08_20, "2016-11-07 13:26:36", 120, "2016-11-07 15:26:36"),
        (BERLIN_08_20, "2016-11-07 13:26:36", 1200, "2016-11-09 09:26:36"),
        (UTC_WEEK, "2024-01-17 10:00", 120, "2024-01-17 12:00"),
        (UTC_WEEK, "2024-01-17 07:00", 120, "2024-01-17 11:00"),
        (UTC_WEEK, "2024-01-20 10:00", 120, "2024-01-22 11:00"),
        (UTC_08_18, "2024-01-19 17:00", 240, "2024-01-22 11:00"),
        (UTC_08_18, "2024-01-22 17:00", 240, "2024-01-23 11:00"),
        (weekly("UTC", range(1, 5), "08:00-18:00"), "2024-01-19 17:00", 240, "2024-01-23 11:00"),
    ],
)
def test_office_minutes_end_at_the_published_moment(calendar: Calendar, start: str, minutes: int, due: str) -> None:
    assert add_working_time(calendar, utc(start), timedelta(minutes=minutes)) == Due(utc(due))


@pytest.mark.case("Z7", "Z9", "Z11", "D11")
@pytest.mark.parametrize(
    ("pauses", "minutes", "due"),
    [
        ("09:30-09:45 10:00-10:30", 120, "11:45"),
        ("10:00-10:30", 120, "11:30"),
        ("10:00-10:30", 250, "13:40"),
        ("09:00-10:30 11:00-12:00", 120, "13:30"),
        ("09:00-10:30 11:00-12:00", 180, "14:30"),
        ("09:00-10:30 11:00-12:00", 240, "15:30"),
    ],
)
def test_pause_moves_the_due_by_its_length(pauses: str, minutes: int, due: str) -> None:
    cuts = [(utc(f"2013-06-04 {a}"), utc(f"2013-06-04 {b}")) for a, b in (p.split("-") for p in pauses.split())]
    start = utc("2013-06-04 09:00")
    limit = timedelta(minutes=minutes)
    assert add_working_time(BERLIN_09_18, start, limit, cuts).at == utc(f"2013-06-04 {due}")
    assert add_natural_time(start, limit, cuts).at == utc(f"2013-06-04 {due}")


@pytest.mark.case("Z9", "Z11", "D11")
@pytest.mark.parametrize(
    ("until", "pauses", "minutes"),
    [
        ("10:45", [("10:00", "10:30")], 75),
        ("12:00", [("10:00", "10:30")], 150),
        ("12:00", [("09:00", "10:30"), ("11:00", "12:00")], 30),
        ("12:00", [("11:00", "12:00"), ("09:00", "10:30"), ("11:15", "11:30")], 30),
    ],
)
def test_elapsed_time_leaves_pauses_out(until: str, pauses: list[tuple[str, str]], minutes: int) -> None:
    cuts = [(utc(f"2013-06-04 {a}"), utc(f"2013-06-04 {b}")) for a, b in pauses]
    passed = working_time_between(BERLIN_09_18, utc("2013-06-04 09:00"), utc(f"2013-06-04 {until}"), cuts)
    assert passed == timedelta(minutes=minutes)


@pytest.mark.case("Z3")
@pytest.mark.parametrize(
    ("limit", "answered", "spare"), [(60, "10:00", 30), (60, "14:00", -210), (180, "11:30", 60), (180, "13:00", -30)]
)
def test_spare_minutes_turn_negative_after_the_due(limit: int, answered: str, spare: int) -> None:
    start, end = utc("2013-03-21 09:30"), utc(f"2013-03-21 {answered}")
    due = add_working_time(BERLIN_WEEK, start, timedelta(minutes=limit)).at
    assert timedelta(minutes=limit) - working_time_between(BERLIN_WEEK, start, end) == timedelta(minutes=spare)
    assert working_time_between(BERLIN_WEEK, end, due) == timedelta(minutes=spare)


@pytest.mark.case("Z17")
def test_edited_hours_give_a_new_due() -> None:
    start, limit = utc("2016-11-01 13:56:21"), timedelta(minutes=60)
    before = weekly("Europe/Berlin", EVERY_DAY, "09:00-18:00", "2016-11-01")
    after = weekly("Europe/Berlin", EVERY_DAY, "04:00-20:00", "2016-11-01")
    assert add_working_time(before, start, limit).at == utc("2016-11-02 09:00")
    assert add_working_time(after, start, limit).at == utc("2016-11-02 04:00")


@pytest.mark.case("N1", "N3", "N5", "N7", "N9", "N11", "N13")
@pytest.mark.parametrize(
    ("begin", "end", "passed"),
    [
        ("2005-10-20 10:00", "2005-10-21 10:00", "13:00"),
        ("2005-10-20 10:00", "2005-10-27 10:00", "65:00"),
        ("2005-12-21 10:00", "2005-12-31 10:00", "89:00"),
        ("2005-10-23 10:00", "2005-10-24 10:00", "2:00"),
        ("2005-10-23 10:00", "2005-10-30 13:00", "65:00"),
        ("2006-12-05 22:57:34", "2006-12-06 10:25:34", "2:25:34"),
        ("2007-03-12 11:56:01", "2007-03-12 13:56:01", "2:00"),
    ],
)
def test_elapsed_hours_match_thirteen_hour_days(begin: str, end: str, passed: str) -> None:
    assert working_time_between(LONG_WEEK, berlin(begin), berlin(end)) == span(passed)
    assert working_time_between(LONG_WEEK, berlin(end), berlin(begin)) == -span(passed)


@pytest.mark.case("N15", "N17", "N19", "N21", "N23", "N25", "N27", "N29", "D1", "D2", "D3", "D12")
@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2006-11-12 10:15", "4:00", "2006-11-13 12:00"),
        ("2006-11-13 10:15", "11:00", "2006-11-14 08:15"),
        ("2006-12-29 10:15", "11:00", "2007-01-02 08:15"),
        ("2006-12-06 07:50", "13:54:00", "2006-12-07 08:54"),
        ("2007-03-14 21:21:02", "1:00", "2007-03-15 09:00"),
        ("2007-03-15 17:21:27", "3:00", "2007-03-15 20:21:27"),
        ("2007-10-26 18:12:23", "5:30", "2007-10-29 10:42:23"),
        ("2007-10-26 18:12:23", "18:30", "2007-10-30 10:42:23"),
        ("2013-03-16 10:00", "0:01", "2013-03-18 08:01"),
        ("2013-03-16 10:00", "1:00", "2013-03-18 09:00"),
        ("2013-03-16 10:00", "13:00", "2013-03-18 21:00"),
        ("2013-03-16 10:00", "14:01", "2013-03-19 09:01"),
    ],
)
def test_office_time_survives_weekends_holidays_and_clock_changes(start: str, limit: str, due: str) -> None:
    assert add_working_time(LONG_WEEK, berlin(start), span(limit)).at == berlin(due)


@pytest.mark.case("B1")
def test_week_with_uneven_days_adds_up() -> None:
    week = {
        **dict.fromkeys((0, 2, 4), hours("09:00-17:00")),
        **dict.fromkeys((1, 3), hours("10:00-16:00")),
        5: hours("11:00-14:30"),
    }
    calendar = Calendar(ZoneInfo("UTC"), week)
    assert add_working_time(calendar, utc("2006-01-02 11:00"), timedelta(hours=19)).at == utc("2006-01-04 16:00")


@pytest.mark.case("C7", "C9", "D1")
def test_new_york_counts_by_its_own_clock() -> None:
    calendar = Calendar(NEW_YORK, {**dict.fromkeys(MONDAY_TO_FRIDAY, hours("09:00-17:00")), 1: hours("09:00-20:00")})
    friday = datetime(2024, 1, 19, 16, tzinfo=NEW_YORK)
    monday = datetime(2024, 1, 22, 16, tzinfo=NEW_YORK)
    assert add_working_time(calendar, friday, timedelta(hours=2)).at == datetime(2024, 1, 22, 10, tzinfo=NEW_YORK)
    closing = datetime(2024, 1, 23, 20, tzinfo=NEW_YORK)
    assert add_working_time(calendar, monday, timedelta(hours=12)).at == closing


@pytest.mark.case("R1")
def test_single_open_day_a_week_is_reached() -> None:
    sunday = weekly("UTC", range(6, 7), "09:00-17:00")
    assert next_open(sunday, utc("2007-01-01 00:00")) == utc("2007-01-07 09:00")
    assert add_working_time(sunday, utc("2007-01-01 00:00"), timedelta(hours=1)).at == utc("2007-01-07 10:00")


@pytest.mark.case("R3", "D3")
@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2007-01-01 13:15", "2007-01-01 13:15"),
        ("2007-01-01 19:15", "2007-01-02 09:00"),
        ("2007-01-06 13:15", "2007-01-08 09:00"),
        ("2007-01-01 17:00", "2007-01-02 09:00"),
        ("2007-01-01 09:00", "2007-01-01 09:00"),
    ],
)
def test_next_opening_is_now_only_inside_a_shift(at: str, opens: str) -> None:
    calendar = weekly("UTC", range(2), "09:00-17:00")
    assert next_open(calendar, utc(at)) == utc(opens)
    assert is_open(calendar, utc(at)) == (at == opens)


@pytest.mark.case("R5")
def test_moscow_opens_by_its_own_clock() -> None:
    calendar = weekly("Europe/Moscow", range(2), "09:00-17:00")
    evening = utc("2007-01-01 16:15")
    assert next_open(calendar, evening) == utc("2007-01-02 06:00")
    assert add_working_time(calendar, evening, timedelta(hours=2)).at == utc("2007-01-02 08:00")


@pytest.mark.case("F1")
def test_holidays_are_stepped_over_forwards_and_back() -> None:
    calendar = weekly("Europe/London", MONDAY_TO_FRIDAY, "09:00-17:00", "2020-09-15 2020-09-21")
    saturday = utc("2020-09-19 11:00")
    assert add_working_days(calendar, saturday, 1).at.date() == date(2020, 9, 22)
    assert subtract_working_days(calendar, saturday, 5).date() == date(2020, 9, 11)


@pytest.mark.case("F3")
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2022-07-01 12:00", True),
        ("2022-07-01 20:00", False),
        ("2022-07-02 12:00", False),
        ("2019-12-25 12:00", False),
    ],
)
def test_office_is_open_only_in_its_hours(at: str, expected: bool) -> None:
    calendar = weekly("UTC", MONDAY_TO_FRIDAY, "09:00-17:00", "2019-12-25")
    assert is_open(calendar, utc(at)) is expected


@pytest.mark.case("P14")
def test_warning_steps_over_the_lunch_break() -> None:
    calendar = weekly("Asia/Shanghai", MONDAY_TO_FRIDAY, "08:30-12:00 14:30-18:00")
    due = local("2025-09-25 14:30")
    assert subtract_working_time(calendar, due, timedelta(hours=1)) == local("2025-09-25 11:00")


@pytest.mark.case("G1")
def test_escalation_comes_an_hour_before_due() -> None:
    assert subtract_working_time(UTC_08_18, utc("2024-01-23 11:00"), timedelta(hours=1)) == utc("2024-01-23 10:00")


@pytest.mark.case("D4", "P15")
def test_whole_days_lose_no_minute() -> None:
    calendar = weekly("UTC", EVERY_DAY, "00:00-24:00")
    last_second = utc("2024-02-28 23:59:59")
    assert add_working_time(calendar, last_second, timedelta(seconds=1)).at == utc("2024-02-29 00:00")
    assert add_working_time(calendar, last_second, timedelta(hours=48)).at == utc("2024-03-01 23:59:59")
    assert working_time_between(calendar, last_second, utc("2024-03-01 23:59:59")) == timedelta(days=2)
    assert is_open(calendar, utc("2024-02-28 23:59:59"))


@pytest.mark.case("D12")
def test_whole_days_follow_the_clock_change() -> None:
    calendar = weekly("Europe/Berlin", EVERY_DAY, "00:00-24:00")
    begin, end = berlin("2024-03-31 00:00"), berlin("2024-04-01 00:00")
    assert working_time_between(calendar, begin, end) == timedelta(hours=23)
    assert add_working_time(calendar, begin, timedelta(hours=3)).at == berlin("2024-03-31 04:00")
    assert add_natural_time(begin, timedelta(hours=3)).at == berlin("2024-03-31 04:00")


def test_shift_inside_the_missing_hour_does_not_exist() -> None:
    calendar = weekly("Europe/Berlin", EVERY_DAY, "02:15-02:45 10:00-11:00")
    due = add_working_time(calendar, berlin("2024-03-31 00:00"), timedelta(minutes=30)).at
    assert due >= berlin("2024-03-31 03:15")


def test_day_ending_at_midnight_is_the_day_before() -> None:
    calendar = weekly("Asia/Shanghai", MONDAY_TO_FRIDAY, "08:00-24:00")
    due = add_working_days(calendar, local("2025-09-22 10:00"), 3).at
    assert due == local("2025-09-26 00:00")
    assert subtract_working_days(calendar, due, 1) == local("2025-09-25 00:00")


@pytest.mark.parametrize(
    ("at", "n", "earlier"),
    [
        ("2025-09-25 17:30", 2, "2025-09-23 17:30"),
        ("2025-09-22 17:30", 1, "2025-09-19 17:30"),
        ("2025-09-22 09:15", 1, "2025-09-19 09:15"),
        ("2025-09-22 03:00", 1, "2025-09-19 08:30"),
        ("2025-09-21 20:00", 1, "2025-09-19 17:30"),
    ],
)
def test_days_before_keep_the_time_of_day_within_hours(at: str, n: int, earlier: str) -> None:
    assert subtract_working_days(COUNTY, local(at), n) == local(earlier)


@pytest.mark.case("B3", "D5")
@pytest.mark.parametrize("amount", [0, -1])
def test_limit_of_nothing_is_refused(amount: int) -> None:
    start, limit = local("2025-09-22 10:00"), timedelta(hours=amount)
    for refused in (
        lambda: add_working_days(COUNTY, start, amount),
        lambda: add_working_time(COUNTY, start, limit),
        lambda: add_natural_time(start, limit),
        lambda: subtract_working_days(COUNTY, start, amount),
        lambda: subtract_working_time(COUNTY, start, limit),
        lambda: explain_working_days(COUNTY, start, amount),
        lambda: explain_natural_time(COUNTY, start, limit),
    ):
        with pytest.raises(BadSpan, match="大于零"):
            refused()


def test_limit_beyond_twenty_years_is_refused() -> None:
    start = local("2025-09-22 10:00")
    for refused in (
        lambda: add_working_days(COUNTY, start, 10**12),
        lambda: add_working_time(COUNTY, start, timedelta.max),
        lambda: add_natural_time(start, timedelta.max),
        lambda: subtract_working_time(COUNTY, start, timedelta.max),
        lambda: subtract_working_days(COUNTY, start, 10**12),
    ):
        with pytest.raises(BadSpan):
            refused()


@pytest.mark.parametrize("start", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_moment_at_the_end_of_time_is_refused(start: datetime) -> None:
    with pytest.raises(BadMoment):
        add_working_days(COUNTY, start, 1)
    with pytest.raises(BadMoment):
        add_working_time(COUNTY, start, timedelta(hours=1))
    with pytest.raises(BadMoment):
        add_natural_time(start, timedelta(hours=1))
    with pytest.raises(BadMoment):
        next_open(COUNTY, start)


def test_moment_without_a_zone_is_a_fault() -> None:
    naive = datetime(2025, 9, 22, 10)  # noqa: DTZ001 - the fault under test
    with pytest.raises(ValueError, match="without a time zone"):
        add_working_days(COUNTY, naive, 1)
    with pytest.raises(ValueError, match="without a time zone"):
        add_working_time(COUNTY, naive, timedelta(hours=1))
    with pytest.raises(ValueError, match="without a time zone"):
        add_natural_time(naive, timedelta(hours=1))


NOON_OFF = {date(2025, 9, 22): DayRule(True, "半日", hours("14:00-17:30"))}


@pytest.mark.case("C11", "D7")
@pytest.mark.parametrize(
    ("week", "days", "reason"),
    [
        ({}, {}, "每周没有"),
        (dict.fromkeys(EVERY_DAY, ()), {}, "每周没有"),
        ({}, NOON_OFF, "每周没有"),
        ({0: hours("17:00-09:00")}, {}, "颠倒"),
        ({0: hours("09:00-09:00")}, {}, "颠倒"),
        ({0: hours("09:00-12:00 11:00-17:00")}, {}, "重叠"),
        ({0: hours("09:00-24:00 10:00-11:00")}, {}, "重叠"),
        ({0: hours("09:00-12:00")}, {date(2025, 9, 27): DayRule(True, "调休上班")}, "却没有办公时间"),
        ({0: hours("09:00-12:00")}, {date(2025, 9, 22): DayRule(True, "上班", ())}, "却没有办公时间"),
        ({0: hours("09:00-12:00")}, {date(2025, 9, 22): DayRule(False, "休", hours("09:00-12:00"))}, "却写了"),
        ({0: hours("09:00-12:00")}, {date(9999, 12, 31): DayRule(False, "休")}, "不在1900年"),
        (
            {0: hours("09:00-12:00")},
            {date(2025, 1, 6) + timedelta(weeks=n): DayRule(False, "停") for n in range(54)},
            "一年内没有",
        ),
    ],
)
def test_unusable_calendar_is_refused_when_made(
    week: Mapping[int, tuple[Shift, ...]], days: Mapping[date, DayRule], reason: str
) -> None:
    with pytest.raises(BadCalendar, match=reason) as refused:
        Calendar(SHANGHAI, week, days)
    assert refused.value.status == 422


def test_calendar_does_not_follow_later_changes_of_its_sources() -> None:
    days = {date(2025, 9, 22): DayRule(False, "休")}
    calendar = Calendar(SHANGHAI, {0: hours("09:00-12:00")}, days)
    days.clear()
    assert not is_working_day(calendar, date(2025, 9, 22))
    with pytest.raises(TypeError):
        calendar.days[date(2025, 9, 23)] = DayRule(True, "上班")  # type: ignore[index]


def test_days_have_names() -> None:
    calendar = Calendar(SHANGHAI, dict.fromkeys(range(1, 5), hours("09:00-12:00")), NOON_OFF)
    names = [day_name(calendar, date(2025, 9, 22) + timedelta(n)) for n in (0, 1, 5, 7)]
    assert names == ["半日", "工作日", "周末", "休息日"]


@pytest.mark.case("D9")
def test_provisional_only_when_the_count_reaches_unknown_days() -> None:
    calendar = Calendar(SHANGHAI, COUNTY.weekly, provisional_from=date(2027, 1, 1), known_from=date(2004, 1, 1))
    assert not add_working_days(calendar, local("2026-12-24 10:00"), 5).provisional
    assert add_working_days(calendar, local("2026-12-25 10:00"), 5).provisional
    assert add_working_time(calendar, local("2026-12-31 17:00"), timedelta(hours=1)).provisional
    assert not add_working_time(calendar, local("2026-12-31 16:30"), timedelta(hours=1)).provisional
    assert add_working_days(calendar, local("2003-12-31 10:00"), 5).provisional
    assert explain_working_days(calendar, local("2026-12-25 10:00"), 5).due.provisional


def test_pause_of_a_day_limit_keeps_the_rest() -> None:
    start = local("2025-09-19 10:00")
    assert add_working_days(COUNTY, start, 5).at == local("2025-09-26 17:30")
    hour = (local("2025-09-24 10:00"), local("2025-09-24 11:00"))
    assert add_working_days(COUNTY, start, 5, [hour]).at == local("2025-09-29 09:30")
    whole_day = (local("2025-09-24 10:00"), local("2025-09-25 10:00"))
    assert add_working_days(COUNTY, start, 5, [whole_day]).at == local("2025-09-29 17:30")
    before_counting = (local("2025-09-19 11:00"), local("2025-09-21 23:00"))
    assert add_working_days(COUNTY, start, 5, [before_counting]).at == local("2025-09-26 17:30")
    over_the_end = (local("2025-09-26 10:00"), local("2025-09-29 10:00"))
    assert add_working_days(COUNTY, start, 5, [over_the_end]).at == local("2025-09-29 17:30")


def test_account_of_days_names_what_counted_and_what_not() -> None:
    days = {
        date(2025, 9, 23): DayRule(False, "县庆"),
        date(2025, 9, 27): DayRule(True, "调休上班", hours("09:00-12:00")),
    }
    calendar = Calendar(SHANGHAI, COUNTY.weekly, days)
    account = explain_working_days(calendar, local("2025-09-19 10:00"), 5)
    assert [(piece.day.day, piece.name) for piece in account.counted] == [
        (22, "工作日"),
        (24, "工作日"),
        (25, "工作日"),
        (26, "工作日"),
        (27, "调休上班"),
    ]
    assert [(day.day.day, day.name) for day in account.skipped] == [(20, "周末"), (21, "周末"), (23, "县庆")]
    assert account.counted[0].begin == local("2025-09-22 08:30")
    assert account.counted[0].end == local("2025-09-22 17:30")
    assert account.due.at == local("2025-09-27 12:00")


def test_account_of_hours_lists_each_stretch() -> None:
    account = explain_working_time(COUNTY, local("2025-09-19 16:30"), timedelta(hours=5))
    assert [(piece.begin, piece.end) for piece in account.counted] == [
        (local("2025-09-19 16:30"), local("2025-09-19 17:30")),
        (local("2025-09-22 08:30"), local("2025-09-22 12:00")),
        (local("2025-09-22 14:00"), local("2025-09-22 14:30")),
    ]
    assert [day.day.day for day in account.skipped] == [20, 21]


def test_account_of_natural_time_shows_the_pause() -> None:
    pause = (local("2025-09-20 01:00"), local("2025-09-20 02:00"))
    account = explain_natural_time(COUNTY, local("2025-09-19 23:00"), timedelta(hours=24), [pause])
    assert [piece.end - piece.begin for piece in account.counted] == [timedelta(hours=2), timedelta(hours=22)]
    assert [piece.day.day for piece in account.counted] == [19, 20]
    assert account.due == Due(local("2025-09-21 00:00"))


# Properties, on calendars nobody chose: any week, any exceptions, in a zone with clock changes and one without.

SHIFTS = [hours(text) for text in ("", "08:30-12:00 14:00-17:30", "00:00-24:00", "22:00-24:00", "06:10-06:11")]
FIRST_DAY = date(2024, 3, 20)
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin"])


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = {weekday: draw(st.sampled_from(SHIFTS)) for weekday in EVERY_DAY}
    # One day of at least two hours: open a minute a week, a limit may need more than the twenty years it may last.
    week[draw(st.integers(0, 6))] = draw(st.sampled_from(SHIFTS[1:4]))
    rules = st.sampled_from([DayRule(False, "休"), DayRule(True, "上班", SHIFTS[1]), DayRule(True, "全天", SHIFTS[2])])
    days = st.integers(0, 30).map(lambda n: FIRST_DAY + timedelta(n))
    return Calendar(ZoneInfo(draw(ZONES)), week, draw(st.dictionaries(days, rules, max_size=8)))


SECONDS_A_MONTH = 30 * 86_400
MOMENTS = st.integers(0, SECONDS_A_MONTH).map(lambda s: utc("2024-03-20 00:00") + timedelta(seconds=s))
LIMITS = st.integers(1, 100 * 3600).map(lambda s: timedelta(seconds=s))
PAUSES = st.lists(st.tuples(MOMENTS, MOMENTS).map(lambda p: (min(p), max(p))), max_size=3)


@settings(deadline=None)
@given(calendars(), MOMENTS, LIMITS, PAUSES)
def test_added_time_is_the_time_between(c: Calendar, start: datetime, limit: timedelta, pauses: list[Pause]) -> None:
    due = add_working_time(c, start, limit, pauses).at
    assert working_time_between(c, start, due, pauses) == limit
    assert due.utcoffset() == timedelta(0)


@settings(deadline=None)
@given(calendars(), MOMENTS, LIMITS)
def test_due_lies_at_the_end_of_open_time(c: Calendar, start: datetime, limit: timedelta) -> None:
    due = add_working_time(c, start, limit).at
    assert is_open(c, due - timedelta(microseconds=1))


@settings(deadline=None)
@given(calendars(), MOMENTS, LIMITS)
def test_subtracting_undoes_adding(c: Calendar, start: datetime, limit: timedelta) -> None:
    due = add_working_time(c, start, limit).at
    back = subtract_working_time(c, due, limit)
    assert back == next_open(c, start)


@settings(deadline=None)
@given(calendars(), MOMENTS, MOMENTS, LIMITS, PAUSES)
def test_later_start_is_never_due_earlier(
    c: Calendar, one: datetime, other: datetime, limit: timedelta, pauses: list[Pause]
) -> None:
    early, late = min(one, other), max(one, other)
    assert add_working_time(c, early, limit, pauses).at <= add_working_time(c, late, limit, pauses).at
    assert add_working_days(c, early, 3).at <= add_working_days(c, late, 3).at


@pytest.mark.case("D2")
@settings(deadline=None)
@given(calendars(), MOMENTS, LIMITS, LIMITS)
def test_two_limits_in_a_row_are_their_sum(c: Calendar, start: datetime, one: timedelta, two: timedelta) -> None:
    first = add_working_time(c, start, one).at
    assert add_working_time(c, first, two) == add_working_time(c, start, one + two)


@settings(deadline=None)
@given(calendars(), MOMENTS, LIMITS)
def test_bigger_limit_is_due_later(c: Calendar, start: datetime, limit: timedelta) -> None:
    longer = add_working_time(c, start, limit + timedelta(seconds=1)).at
    assert add_working_time(c, start, limit).at < longer


@pytest.mark.case("D6")
@settings(deadline=None)
@given(calendars(), MOMENTS, st.integers(1, 20))
def test_day_limit_closes_a_working_day(c: Calendar, start: datetime, n: int) -> None:
    due = add_working_days(c, start, n).at
    assert is_open(c, due - timedelta(microseconds=1))
    closing_day = (due - timedelta(microseconds=1)).astimezone(c.zone).date()
    first = start.astimezone(c.zone).date() + timedelta(1)
    between = [first + timedelta(k) for k in range((closing_day - first).days + 1)]
    assert sum(is_working_day(c, day) for day in between) == n
    assert due == c.closing(closing_day)


@settings(deadline=None)
@given(calendars(), MOMENTS, st.integers(1, 10), st.integers(1, 10))
def test_days_before_a_day_limit_are_the_shorter_limit(c: Calendar, start: datetime, n: int, k: int) -> None:
    assert subtract_working_days(c, add_working_days(c, start, n + k).at, k) <= add_working_days(c, start, n).at
    same_day = add_working_days(c, start, n).at - timedelta(microseconds=1)
    earlier = subtract_working_days(c, add_working_days(c, start, n + k).at, k)
    assert (earlier - timedelta(microseconds=1)).astimezone(c.zone).date() == same_day.astimezone(c.zone).date()


@settings(deadline=None)
@given(calendars(), MOMENTS, st.integers(1, 10), LIMITS, PAUSES)
def test_account_agrees_with_the_due(
    c: Calendar, start: datetime, n: int, limit: timedelta, pauses: list[Pause]
) -> None:
    by_days = explain_working_days(c, start, n, pauses)
    assert by_days.due == add_working_days(c, start, n, pauses)
    by_hours = explain_working_time(c, start, limit, pauses)
    assert by_hours.due == add_working_time(c, start, limit, pauses)
    assert sum((piece.end - piece.begin for piece in by_hours.counted), timedelta()) == limit
    assert len({piece.day for piece in explain_working_days(c, start, n).counted}) == n
    natural = explain_natural_time(c, start, limit, pauses)
    assert natural.due == add_natural_time(start, limit, pauses)
    assert not any(is_working_day(c, day.day) for day in by_hours.skipped)


@settings(max_examples=40, deadline=None)
@given(calendars(), MOMENTS, st.integers(1, 30), PAUSES)
def test_minutes_agree_with_counting_them_one_by_one(
    c: Calendar, start: datetime, minutes: int, pauses: list[Pause]
) -> None:
    start = start.replace(second=0)
    cuts = [(a.replace(second=0), b.replace(second=0)) for a, b in pauses]
    end = start + timedelta(minutes=minutes * 60)
    counted, at = 0, start
    while at < end:
        wall = at.astimezone(c.zone)
        inside = any(a <= wall.time() and (wall.time() < b or b == time()) for a, b in c.shifts_on(wall.date()))
        counted += inside and not any(a <= at < b for a, b in cuts)
        at += timedelta(minutes=1)
    assert working_time_between(c, start, end, cuts) == timedelta(minutes=counted)
