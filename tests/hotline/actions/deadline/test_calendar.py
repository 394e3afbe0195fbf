"""A notice: previewed without a trace, loaded in one go, what it moves told in the history."""

from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from hotline.actions.deadline import calendar as almanac
from hotline.actions.deadline.holiday_notice import HolidayNotice, read_holiday_notice
from hotline.actions.handling import unit_work
from hotline.actions.supervision import tiers
from hotline.domain.enums import Rule
from hotline.domain.errors import UnfitNotice
from hotline.domain.tickets.lifecycle import Verb
from tests.build import FRIDAY, MONDAY, TUESDAY, Town, dispatched, moment, opened, owed, signed
from tests.hotline.actions.conftest import Look

TODAY = date(2026, 11, 23)
LOCAL = """
source = "县政府办通知"
published = 2026-11-20
effective_from = 2026-11-24
days = [{ day = 2026-11-25, working = false, name = "县庆" }]
"""
YEAR = """
source = "国务院办公厅2027年节假日安排"
published = 2026-11-04
effective_from = 2027-01-01
days = [
    { day = 2027-01-01, working = false, name = "元旦" },
    { day = 2027-01-02, working = false, name = "元旦" },
    { day = 2027-01-03, working = true, name = "调休上班" },
    { day = "2027-02-05", working = true, name = "半日", shifts = [["08:30", "12:00"]] },
    { day = 2027-10-01, working = false, name = "国庆节" },
]
"""


def a_notice(text: str = LOCAL) -> HolidayNotice:
    return read_holiday_notice(text, TODAY)


async def everything(pool: asyncpg.Pool) -> dict[str, Any]:
    """Every row of every table, as text."""
    tables = await pool.fetch(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
    )
    return {
        name: sorted(str(tuple(row)) for row in await pool.fetch(f'select * from "{name}"'))
        for (name,) in map(tuple, tables)
    }


@pytest.mark.case("P11")
async def test_preview_changes_nothing(town: Town, pool: asyncpg.Pool) -> None:
    await signed(town)
    before = await everything(pool)
    forecast = await almanac.preview_notice(town.context, a_notice(), MONDAY)
    assert forecast.limits
    assert await everything(pool) == before


@pytest.mark.case("T18")
async def test_what_preview_shows_is_what_loading_does(town: Town, look: Look) -> None:
    tickets = [await signed(town), await dispatched(town), await opened(town), await owed(town)]
    before = {ticket.ticket_id: await look.due(ticket, "reply") for ticket in tickets if ticket.lead_unit_id}
    forecast = await almanac.preview_notice(town.context, a_notice(), MONDAY)
    loaded = await almanac.load_notice(town.context, a_notice(), "管理员", MONDAY, confirmed=True)
    assert (forecast.days, forecast.limits) == (loaded.days, loaded.limits)
    assert loaded.version == 1
    reply = next(change for change in loaded.limits if change.number == tickets[0].number and change.rule is Rule.REPLY)
    assert await look.due(tickets[0], "reply") == reply.new_due == before[tickets[0].ticket_id] + timedelta(days=1)


@pytest.mark.case("D8", "D10")
async def test_a_moved_limit_leaves_both_values_and_the_notice_in_the_history(
    town: Town, look: Look, pool: asyncpg.Pool
) -> None:
    ticket = await signed(town)
    await almanac.load_notice(town.context, a_notice(), "管理员", MONDAY, confirmed=True)
    rows = await pool.fetch("select * from ticket_event where verb = $1", Verb.RECKON.value)
    told = [row["details"] for row in rows if row["details"]["rule"] == "reply"]
    assert told == [{
        "rule": "reply", "reason": "县政府办通知", "provisional": False,
        "old_due": moment("2026-11-30", "17:30").isoformat(), "new_due": moment("2026-12-01", "17:30").isoformat(),
    }]  # fmt: skip
    kept = await look.ticket(ticket.ticket_id)
    assert kept.state is ticket.state


@pytest.mark.case("T18")
async def test_the_reminder_moves_with_its_limit_and_goes_out_once(town: Town, look: Look) -> None:
    ticket = await signed(town)
    await almanac.load_notice(town.context, a_notice(), "管理员", MONDAY, confirmed=True)
    await look.sweep_until(moment("2026-11-30", "17:29"))
    assert await look.ledger(ticket) == []
    await look.sweep_until(moment("2026-12-01", "17:29"))
    assert [step for _, step, _ in await look.ledger(ticket)] == ["one_day"]


@pytest.mark.case("D8")
async def test_a_missed_limit_keeps_its_mark_and_its_time(town: Town, look: Look, pool: asyncpg.Pool) -> None:
    ticket = await dispatched(town)
    late = moment("2026-11-25", "09:00")
    await look.sweep(late)
    due = await look.due(ticket, "sign")
    notice = a_notice(LOCAL.replace("2026-11-25", "2026-11-26"))
    loaded = await almanac.load_notice(town.context, notice, "管理员", late, confirmed=True)
    assert Rule.SIGN not in [change.rule for change in loaded.limits]
    assert (await look.clocks(ticket))["sign"] == "missed"
    assert await look.due(ticket, "sign") == due


async def test_a_limit_passed_but_not_yet_swept_is_missed_all_the_same(town: Town, look: Look) -> None:
    ticket = await dispatched(town)
    late = moment("2026-11-25", "09:00")
    await almanac.load_notice(
        town.context, a_notice(LOCAL.replace("2026-11-25", "2026-11-24")), "管理员", late, confirmed=True
    )
    await look.sweep(late)
    assert (await look.clocks(ticket))["sign"] == "missed"


async def test_the_tier_and_the_interview_follow_their_clock(town: Town, pool: asyncpg.Pool) -> None:
    ticket = await owed(town)
    await almanac.load_notice(town.context, a_notice(), "管理员", MONDAY, confirmed=True)
    due = moment("2026-12-01", "17:30")
    assert await pool.fetchval("select due_at from supervision where ticket_id = $1", ticket.ticket_id) == due
    assert await pool.fetchval("select due_at from interview where ticket_id = $1", ticket.ticket_id) == due
    assert await pool.fetchval("select clock_due_at from ticket where ticket_id = $1", ticket.ticket_id) == due


async def test_a_leaders_date_is_not_moved(town: Town, look: Look) -> None:
    ticket = await signed(town)
    words = {"text": "抓紧办理"}
    await tiers.instruct_ticket(town.context, ticket.ticket_id, date(2026, 11, 26), town.actor("leader"), MONDAY, words)
    await almanac.load_notice(town.context, a_notice(), "管理员", MONDAY, confirmed=True)
    assert await look.due(ticket, "tier3") == moment("2026-11-26", "17:30")


async def test_a_parked_clock_is_reckoned_when_it_runs_again(town: Town, look: Look) -> None:
    ticket = await signed(town)
    until = moment("2026-11-26", "08:30")
    await unit_work.park_ticket(
        town.context,
        ticket.ticket_id,
        until,
        town.actor("dispatcher"),
        TUESDAY,
        {"reason": "大雪", "until": "2026-11-26"},
    )
    loaded = await almanac.load_notice(town.context, a_notice(), "管理员", TUESDAY, confirmed=True)
    assert [change for change in loaded.limits if change.number == ticket.number] == []
    await look.sweep(until)
    # Half an hour of Tuesday had passed: six and a half hours and four days are left from Thursday on.
    assert await look.due(ticket, "reply") == moment("2026-12-02", "17:00")


@pytest.mark.case("T13")
async def test_comments_move_nothing_and_loading_twice_does_nothing_twice(
    town: Town, look: Look, pool: asyncpg.Pool
) -> None:
    ticket = await signed(town)
    await almanac.load_notice(town.context, a_notice(), "管理员", MONDAY, confirmed=True)
    due = await look.due(ticket, "reply")
    await unit_work.comment_ticket(town.context, ticket.ticket_id, town.actor("water"), MONDAY, {"text": "已到现场"})
    before = await everything(pool)
    again = await almanac.load_notice(town.context, a_notice(), "管理员", TUESDAY, confirmed=True)
    assert (again.version, again.limits) == (None, ())
    assert await everything(pool) == before
    assert await look.due(ticket, "reply") == due


@pytest.mark.case("P16")
async def test_a_day_that_contradicts_a_published_year_needs_a_persons_word(town: Town, pool: asyncpg.Pool) -> None:
    before = await everything(pool)
    with pytest.raises(UnfitNotice, match="2026-11-25"):
        await almanac.load_notice(town.context, a_notice(), "管理员", MONDAY)
    assert await everything(pool) == before
    forecast = await almanac.preview_notice(town.context, a_notice(), MONDAY)
    assert [change.day for change in forecast.contradictions] == [date(2026, 11, 25)]


YEAR_END = moment("2026-12-28", "10:00")


@pytest.mark.case("K19", "T19", "D9")
async def test_year_end_is_provisional_until_its_notice_moves_it(town: Town, look: Look, pool: asyncpg.Pool) -> None:
    ticket = await signed(town, YEAR_END)
    assert await pool.fetchval("select provisional from deadline where rule = 'reply'")
    loaded = await almanac.load_notice(town.context, a_notice(YEAR), "管理员", YEAR_END)
    assert {change.rule: change.provisional for change in loaded.limits}[Rule.REPLY] is False
    # 12-29, 30, 31, then Sunday 01-03 made up, Monday 01-04.
    assert await look.due(ticket, "reply") == moment("2027-01-04", "17:30")
    assert not await pool.fetchval("select bool_or(provisional) from deadline")
    assert town.context.rules.calendar.shifts_on(date(2027, 2, 5))[0][1].hour == 12


async def test_a_clock_begun_without_the_notice_is_found_by_the_job(town: Town, look: Look, pool: asyncpg.Pool) -> None:
    await almanac.load_notice(town.context, a_notice(), "管理员", MONDAY, confirmed=True)
    ticket = await signed(town)
    old = moment("2026-11-30", "17:30")
    await pool.execute("update deadline set due_at = $1 where rule = 'reply'", old)
    assert await almanac.recompute_due_limits(town.context, MONDAY, 100) == 0
    later = MONDAY + almanac.SETTLE_AFTER
    assert await almanac.recompute_due_limits(town.context, later, 100) == 1
    assert await look.due(ticket, "reply") == moment("2026-12-01", "17:30")
    assert await almanac.recompute_due_limits(town.context, later, 100) == 0


async def test_a_provisional_clock_whose_year_came_with_the_program_is_confirmed(
    town: Town, look: Look, pool: asyncpg.Pool
) -> None:
    await signed(town)
    await pool.execute("update deadline set provisional = true where rule = 'reply'")
    assert await almanac.recompute_due_limits(town.context, FRIDAY, 100) == 1
    assert not await pool.fetchval("select bool_or(provisional) from deadline")


WRONG = """
source = ""
published = 2027-01-01
effective_from = 2026-12-01
days = [
    { day = 2026-11-30, working = false, name = "早" },
    { day = 2026-12-05, working = "yes", name = "词" },
    { day = 2026-12-06, working = true, name = "倒", shifts = [["12:00", "08:30"]] },
    { day = 2026-12-07, working = false, name = "" },
    { day = "2026-13-01", working = false, name = "无" },
    { day = 2026-12-08, working = false, name = "歇", shifts = [["08:30", "12:00"]] },
    { day = 2026-12-09, working = false, name = "一" },
    { day = 2026-12-09, working = false, name = "二", extra = 1 },
]
"""


def test_all_faults_of_a_file_are_told_together_with_line_and_day() -> None:
    with pytest.raises(UnfitNotice) as caught:
        a_notice(WRONG)
    told = caught.value.sentence
    for place in ("source", "published", "第 6 行（2026-11-30）", "第 7 行（2026-12-05）", "第 8 行（2026-12-06）",
                  "第 9 行（2026-12-07）", "第 10 行", "第 11 行（2026-12-08）", "第 13 行（2026-12-09）：同一天"):  # fmt: skip
        assert place in told
    assert told.count("\n") == 10


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("source = ]", "第 1 行"),
        ("a = 1\nb = [", "文件末尾"),
        ("days = 3", "days"),
        ("", "source"),
        ("days = [1]", "第 1 天"),
    ],
)
def test_a_file_that_is_no_notice_is_told_where(text: str, place: str) -> None:
    with pytest.raises(UnfitNotice, match=place):
        a_notice(text)


@pytest.mark.case("C11", "D7")
async def test_a_calendar_without_an_open_hour_in_a_year_is_refused(town: Town) -> None:
    first = date(2026, 11, 25)
    days = ",\n".join(f'{{ day = {first + timedelta(n)}, working = false, name = "休" }}' for n in range(400))
    text = f'source = "玩笑"\npublished = 2026-11-20\neffective_from = 2026-11-24\ndays = [\n{days}\n]'
    with pytest.raises(UnfitNotice, match="一年内没有任何办公时间"):
        await almanac.preview_notice(town.context, a_notice(text), MONDAY)
