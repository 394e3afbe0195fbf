"""The county's calendar against the published years, five working days counted from the next day."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from hotline.domain.deadline.working_time import add_working_days, day_name, is_working_day, working_time_between
from hotline.domain.errors import BadCalendar
from hotline.holidays import OFFICE_HOURS, ZONE, DayRow, china_calendar

CHINA = china_calendar()


def at(day: str, clock: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE)


def days(text: str) -> list[date]:
    return [date.fromisoformat(day) for day in text.split()]


@pytest.mark.case(
    "K1", "K2", "K3", "K4", "K5", "K6", "K7", "K8", "K9", "K10", "K11", "K12", "K13", "K14", "K15", "K16", "K17", "K18"
)
@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2024-02-08", "2024-02-21"),
        ("2024-02-09", "2024-02-22"),
        ("2024-04-26", "2024-05-07"),
        ("2024-09-13", "2024-09-23"),
        ("2024-09-27", "2024-10-10"),
        ("2024-09-30", "2024-10-12"),
        ("2025-01-21", "2025-01-27"),
        ("2025-01-24", "2025-02-07"),
        ("2025-01-26", "2025-02-08"),
        ("2025-04-25", "2025-05-06"),
        ("2025-04-30", "2025-05-12"),
        ("2025-05-30", "2025-06-09"),
        ("2025-09-24", "2025-09-30"),
        ("2025-09-26", "2025-10-10"),
        ("2025-09-28", "2025-10-11"),
        ("2025-09-30", "2025-10-14"),
        ("2025-10-01", "2025-10-14"),
        ("2025-10-09", "2025-10-15"),
    ],
)
@pytest.mark.parametrize("clock", ["00:00", "08:29:59", "13:00", "23:59:59"])
def test_five_working_days_end_at_close_of_the_official_day(received: str, due: str, clock: str) -> None:
    found = add_working_days(CHINA, at(received, clock), 5)
    assert found.at == at(due, "17:30")
    assert found.at.utcoffset() == timedelta(0)
    assert not found.provisional


@pytest.mark.case("K19", "D9", "T19")
def test_limit_into_an_unpublished_year_is_provisional() -> None:
    due = add_working_days(CHINA, at("2026-12-28"), 5)
    assert due.provisional
    assert due.at == at("2027-01-04", "17:30")


def test_limit_inside_the_last_published_year_is_final() -> None:
    due = add_working_days(CHINA, at("2026-12-24"), 5)
    assert due.at == at("2026-12-31", "17:30")
    assert not due.provisional


def test_limit_before_the_first_published_year_is_provisional() -> None:
    assert add_working_days(CHINA, at("2003-12-30"), 5).provisional
    assert not add_working_days(CHINA, at("2004-01-02"), 5).provisional


@pytest.mark.case("K20")
@pytest.mark.parametrize(
    ("year", "make_up", "off"),
    [
        (
            2024,
            "2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12",
            "2024-01-01 2024-02-12 2024-02-13 2024-02-14 2024-02-15 2024-02-16 2024-04-04 2024-04-05 2024-05-01"
            " 2024-05-02 2024-05-03 2024-06-10 2024-09-16 2024-09-17 2024-10-01 2024-10-02 2024-10-03"
            " 2024-10-04 2024-10-07",
        ),
        (
            2025,
            "2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11",
            "2025-01-01 2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-02-03 2025-02-04 2025-04-04 2025-05-01"
            " 2025-05-02 2025-05-05 2025-06-02 2025-10-01 2025-10-02 2025-10-03 2025-10-06 2025-10-07"
            " 2025-10-08",
        ),
        (
            2026,
            "2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10",
            "2026-01-01 2026-01-02 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-02-23 2026-04-06"
            " 2026-05-01 2026-05-04 2026-05-05 2026-06-19 2026-09-25 2026-10-01 2026-10-02 2026-10-05"
            " 2026-10-06 2026-10-07",
        ),
    ],
)
def test_year_differs_from_plain_weeks_exactly_as_published(year: int, make_up: str, off: str) -> None:
    every = [date(year, 1, 1) + timedelta(n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    assert [day for day in every if day.weekday() > 4 and is_working_day(CHINA, day)] == days(make_up)
    assert [day for day in every if day.weekday() < 5 and not is_working_day(CHINA, day)] == days(off)


@pytest.mark.case("K21")
@pytest.mark.parametrize("day", days("2017-05-30 2017-06-04 2017-10-01 2018-05-01 2014-04-07 2020-01-31 2018-12-31"))
def test_published_days_off_are_off(day: date) -> None:
    assert not is_working_day(CHINA, day)


@pytest.mark.case("K21")
@pytest.mark.parametrize(
    "day", days("2017-05-27 2017-06-05 2017-10-31 2018-05-10 2020-09-27 2024-02-09 2018-12-29 2020-02-03")
)
def test_published_working_days_are_open(day: date) -> None:
    assert is_working_day(CHINA, day)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2025-10-01", "国庆节"),
        ("2025-10-04", "国庆节"),
        ("2025-10-11", "调休上班"),
        ("2025-04-04", "清明节"),
        ("2025-06-02", "端午节"),
        ("2025-10-18", "周末"),
        ("2025-10-20", "工作日"),
    ],
)
def test_days_are_called_as_people_call_them(day: str, name: str) -> None:
    assert day_name(CHINA, date.fromisoformat(day)) == name


@pytest.mark.case("D10")
def test_source_names_the_year_of_the_notice() -> None:
    assert "2025年" in CHINA.days[date(2025, 10, 1)].source
    assert "2019年" in CHINA.days[date(2018, 12, 29)].source


def test_make_up_day_has_the_usual_hours() -> None:
    opened = working_time_between(CHINA, at("2025-10-11", "00:00"), at("2025-10-12", "00:00"))
    assert opened == timedelta(hours=7)


@pytest.mark.case("D10")
def test_own_row_overrides_the_notice() -> None:
    fair = DayRow(date(2025, 10, 13), False, "县庆", "县政府通知")
    calendar = china_calendar([fair])
    assert day_name(calendar, fair.day) == "县庆"
    assert add_working_days(calendar, at("2025-09-30"), 5).at == at("2025-10-15", "17:30")
    assert add_working_days(CHINA, at("2025-09-30"), 5).at == at("2025-10-14", "17:30")


def test_half_day_closes_at_noon() -> None:
    half = DayRow(date(2025, 10, 14), True, "半日", "县政府通知", ((time(8, 30), time(12)),))
    assert add_working_days(china_calendar([half]), at("2025-09-30"), 5).at == at("2025-10-14", "12:00")


@pytest.mark.case("D10")
def test_later_row_of_a_day_holds() -> None:
    closed = DayRow(date(2025, 10, 14), False, "防汛", "县防指通知")
    reopened = DayRow(date(2025, 10, 14), True, "恢复上班", "县防指通知")
    assert china_calendar([closed, reopened]).days[closed.day].name == "恢复上班"


def notice_2027() -> list[DayRow]:
    source = "国务院办公厅2027年节假日安排"
    off = [DayRow(date(2027, 1, 1), False, "元旦", source)]
    off += [DayRow(date(2027, 10, n), False, "国庆节", source) for n in range(1, 8)]
    return [*off, DayRow(date(2027, 10, 9), True, "调休上班", source)]


@pytest.mark.case("D9")
def test_loaded_notice_makes_the_year_final() -> None:
    calendar = china_calendar(notice_2027())
    assert not add_working_days(calendar, at("2026-12-28"), 5).provisional
    due = add_working_days(calendar, at("2027-09-29"), 5)
    assert due.at == at("2027-10-12", "17:30")
    assert not due.provisional
    assert add_working_days(calendar, at("2027-12-30"), 5).provisional


def test_local_rows_do_not_make_a_year_final() -> None:
    rows = [
        DayRow(date(2027, 1, 1), False, "元旦", "县政府通知"),
        DayRow(date(2027, 10, 1), False, "国庆节", "县教育局通知"),
    ]
    assert add_working_days(china_calendar(rows), at("2026-12-28"), 5).provisional


@pytest.mark.case("T19")
def test_december_is_open_when_new_year_may_bridge_back() -> None:
    rows = [
        DayRow(date(year, month, 1), False, name, f"{year}年安排")
        for year in (2027, 2028)
        for month, name in ((1, "元旦"), (10, "国庆节"))
    ]
    # 2029-01-01 is a Monday.
    assert china_calendar(rows).provisional_from == date(2028, 12, 29)
    # 2028-01-01 is a Saturday.
    assert china_calendar(rows[:2]).provisional_from == date(2028, 1, 1)


def test_same_rows_give_the_same_calendar_object() -> None:
    assert china_calendar(notice_2027()) is china_calendar(tuple(notice_2027()))
    assert china_calendar() is CHINA


def test_county_hours_replace_the_usual_ones() -> None:
    summer = ((time(8), time(12)), (time(15), time(18)))
    calendar = china_calendar(shifts=summer)
    assert calendar.shifts_on(date(2025, 10, 11)) == summer
    assert CHINA.shifts_on(date(2025, 10, 11)) == OFFICE_HOURS


def test_calendar_without_hours_is_refused() -> None:
    with pytest.raises(BadCalendar, match="没有任何办公时间"):
        china_calendar(shifts=())


@pytest.mark.case("P27")
def test_midnight_in_china_decides_the_day_of_receipt() -> None:
    before = datetime(2025, 10, 9, 15, 59, 59, tzinfo=UTC)
    after = datetime(2025, 10, 9, 16, 0, tzinfo=UTC)
    assert add_working_days(CHINA, before, 1).at == at("2025-10-10", "17:30")
    assert add_working_days(CHINA, after, 1).at == at("2025-10-11", "17:30")
