"""A small week built through the actions on a real database, every figure counted by hand."""

import asyncio
from dataclasses import replace
from datetime import date

import asyncpg
import pytest

from hotline.actions import interview
from hotline.actions.brief import publication
from hotline.actions.brief.facts import CONFIDENTIAL
from hotline.actions.dispatch import handover, joint
from hotline.actions.intake import first_contact
from hotline.actions.policy import save_policy
from hotline.actions.supervision import tiers
from hotline.actions.supervision.cards import list_cards
from hotline.actions.tickets import due_steps
from hotline.domain.brief.issue import Brief, BriefState, WrongBriefState
from hotline.domain.brief.week import week_of
from hotline.domain.enums import Channel, Kind, Role, Verdict
from hotline.domain.errors import NotAllowed, NotFound, TooLong
from hotline.domain.supervision.cards import Colour
from hotline.domain.tickets.ticket import Actor
from hotline.store.brief import facts as store
from tests.build import (
    FRIDAY,
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    ZONE,
    Town,
    a_county,
    dispatched,
    held,
    moment,
    opened,
    owed,
    rated,
    replied,
)
from workers.brief import brief_due

WEEK = date(2026, 11, 23)
SEVEN = moment("2026-11-30", "07:00")
BEFORE = moment("2026-11-16")


@pytest.fixture
async def town(pool: asyncpg.Pool) -> Town:
    return await a_county(pool)


async def play(town: Town) -> None:
    """A week: closed satisfied, redo, interview held and verified, instant, returned, tier 3, and both borders."""
    context, person = town.context, town.actor
    climbing = await owed(town, BEFORE, name="赵大海", title="赵大海家水费翻倍", phone="13900139000")
    await opened(town, moment("2026-11-22", "23:59:59"), phone="13700137001")
    await rated(town, await replied(town, MONDAY), Verdict.SATISFIED, TUESDAY)
    await rated(
        town, await replied(town, MONDAY, channel=Channel.WECHAT, phone="13700137002"), Verdict.DISSATISFIED,
        TUESDAY, at_fault=True,
    )  # fmt: skip
    met = await held(town, await owed(town, MONDAY, phone="13700137003"), TUESDAY)
    supervisor = person("supervisor")
    await interview.verify_interview(context, met.ticket_id, Verdict.UNDERSTOOD, False, "", supervisor, WEDNESDAY)
    asked = await opened(town, WEDNESDAY, kind=Kind.INQUIRY, channel=Channel.WEBSITE, matter_id=None)
    await first_contact.answer_ticket(context, asked.ticket_id, person("operator"), WEDNESDAY, {"answer": "已说明。"})
    await give_back(town)
    await due_steps.fire_due_deadlines(context, moment("2026-11-24", "08:00"), 100)
    await due_steps.fire_due_deadlines(context, moment("2026-11-27", "18:00"), 100)
    await tiers.instruct_ticket(
        context, climbing.ticket_id, date(2026, 12, 4), person("leader"), moment("2026-11-28"),
        {"text": "赵大海反映的问题限期解决，电话13900139000"},
    )  # fmt: skip
    await opened(town, moment("2026-11-29", "23:59:59"), kind=Kind.TIP_OFF, phone="13700137004")
    await opened(town, moment("2026-11-30", "00:00:00"), phone="13700137005")


async def give_back(town: Town) -> None:
    """To the water bureau, returned, upheld, then to the education bureau."""
    ticket = await dispatched(town, MONDAY, phone="13700137006")
    context, why = town.context, {"reason": "不属于本单位", "basis": "三定方案"}
    await handover.return_ticket(context, ticket.ticket_id, town.actor("water"), MONDAY, why)
    await handover.rule_return(
        context, ticket.ticket_id, True, town.actor("dispatcher"), moment("2026-11-23", "10:00"), {"reason": "成立"}
    )
    later = moment("2026-11-23", "10:30")
    await handover.dispatch_ticket(
        context, ticket.ticket_id, town.unit("教育局"), town.actor("dispatcher"), later, "改派"
    )


async def compiled(town: Town) -> Brief:
    await play(town)
    found = await publication.compile_brief(town.context, SEVEN)
    assert found is not None
    return found


async def test_figures_equal_a_count_by_hand(town: Town) -> None:
    counts = (await compiled(town)).counts
    by_hand = {
        "received": 6, "received.channel.phone": 4, "received.channel.wechat": 1, "received.channel.website": 1,
        "received.channel.agent": 0, "received.kind.inquiry": 1, "received.kind.tip_off": 1,
        "received.kind.complaint": 4, "received.matter.water.bill": 5, "received.matter.none": 1,
        "received.matter.rest": 1, "received.day.2026-11-23.phone": 3, "received.day.2026-11-29.phone": 1,
        "received.instant": 1, "instant": 1, "dispatched": 4, "closed": 3, "closed.replied": 2, "closed.first_time": 1,
        "sign.due": 4, "sign.on_time": 3, "sign.late": 1, "sign.left_out": 1, "reply.due": 4, "reply.on_time": 3,
        "reply.late": 1, "reply.left_out": 1, "reply.early": 3,
        "callback.valid": 4, "callback.satisfied": 1, "callback.dissatisfied": 2, "callback.understood": 1,
        "return.upheld": 1, "return.rejected": 0, "redo": 1, "interview.owed": 1, "interview.held": 1,
        "interview.overdue": 1, "interview.understood": 1, "interview.satisfied": 0,
        "open": 5, "open.tier.0": 2, "open.tier.1": 2, "open.tier.2": 0, "open.tier.3": 1, "supervised": 1, "instructions": 1,
        "card.yellow": 1, "card.red": 2, "last_week.card.red": 0, "last_week.received": 2, "last_week.interview.owed": 1, "last_week.interview.held": 0,
    }  # fmt: skip
    assert {key: counts.get(key) for key in by_hand} == by_hand


async def test_every_figure_is_as_long_as_its_list(town: Town) -> None:
    found = await compiled(town)
    for key, value in found.counts.items():
        listed = await publication.list_figure(town.context, WEEK, key, town.actor("supervisor"))
        assert len(listed.rows) == value, key
        assert listed.name


async def test_a_unit_sees_only_its_own_rows_of_a_figure(town: Town) -> None:
    found = await compiled(town)
    await issue(town)
    water = await publication.list_figure(town.context, WEEK, "received", town.actor("water"))
    whole = await publication.list_figure(town.context, WEEK, "received", town.actor("leader"))
    assert len(whole.rows) == found.counts["received"] == 6
    assert len(water.rows) == 3
    assert {row["lead_unit_id"] for row in water.rows} == {town.unit("水务局")}
    assert not (await publication.list_figure(town.context, WEEK, "received", town.actor("town"))).rows


async def test_units_count_what_they_did(town: Town) -> None:
    counts, water, school = (await compiled(town)).counts, town.unit("水务局"), town.unit("教育局")
    of_water = {
        "dispatched": 4, "return.upheld": 1, "redo": 1, "sign.on_time": 3, "interview.owed": 1, "interview.overdue": 1,
        "card.yellow": 1, "card.red": 1,
    }  # fmt: skip
    assert {key: counts[f"unit.{water}.{key}"] for key in of_water} == of_water
    assert counts[f"unit.{school}.dispatched"] == 1
    assert counts[f"unit.{school}.return.upheld"] == 0


async def test_a_card_withdrawn_later_stays_in_the_brief_that_told_it(town: Town) -> None:
    found = await compiled(town)
    await issue(town)
    strict = {"cards": {"red": "1h", "red_urgent": "1h natural", "warning": "", "warning_urgent": "", "tier": 1}}
    await save_policy(town.context, strict, "admin", SEVEN)
    told = await publication.read_brief(town.context, WEEK, town.actor("leader"))
    assert (told.counts["card.yellow"], told.counts["card.red"]) == (1, 2)
    assert told.body == found.body
    now = await list_cards(town.context, date(2026, 11, 1), town.actor("supervisor"), SEVEN)
    assert {card.colour for card, _ in now} == {Colour.RED}


async def test_parts_that_are_late_are_counted_and_listed(town: Town) -> None:
    context, dispatcher = town.context, town.actor("dispatcher")
    units = [town.unit("教育局"), town.unit("永安镇")]
    tickets = [await dispatched(town, BEFORE, phone=f"1370013701{n}") for n in range(2)]
    tickets.append(await dispatched(town, MONDAY, phone="13700137019", title="赵大海家水费翻倍", name="赵大海"))
    for ticket, now in zip(tickets, (BEFORE, BEFORE, MONDAY), strict=True):
        await joint.invite_units(context, ticket.ticket_id, units, dispatcher, now, {"task": "核实"})
    await due_steps.fire_due_deadlines(context, moment("2026-11-23", "12:00"), 100)
    # The first: one in the week, late; the second: both after it; the third: one on time, one never.
    await joint.hand_in_part(context, tickets[0].ticket_id, town.actor("school"), WEDNESDAY, {"part": "属实"})
    await joint.hand_in_part(context, tickets[2].ticket_id, town.actor("town"), WEDNESDAY, {"part": "属实"})
    await due_steps.fire_due_deadlines(context, moment("2026-11-29", "12:00"), 100)
    for login in ("school", "town"):
        await joint.hand_in_part(context, tickets[1].ticket_id, town.actor(login), SEVEN, {"part": "属实"})
    found = await publication.compile_brief(context, SEVEN)
    assert found is not None
    counted = {key: found.counts[f"assist.{key}"] for key in ("due", "on_time", "late", "overdue")}
    assert counted == {"due": 2, "on_time": 1, "late": 1, "overdue": 4}
    rows = found.body["late_parts"]
    told = [(row["number"], row["unit"], row["lead"], row["over"]) for row in rows]
    first, second, third = (ticket.number for ticket in tickets)
    assert sorted(told) == sorted([
        (first, "永安镇", "水务局", 9), (second, "教育局", "水务局", 9), (second, "永安镇", "水务局", 9),
        (third, "教育局", "水务局", 2),
    ])  # fmt: skip
    assert "赵大海" not in str(rows)
    for key in ("assist.due", "assist.late", "assist.overdue"):
        listed = await publication.list_figure(context, WEEK, key, town.actor("supervisor"))
        assert len(listed.rows) == found.counts[key]


async def test_small_units_are_not_ranked(town: Town) -> None:
    rows = [row for group in (await compiled(town)).body["units"] for row in group["rows"]]
    assert {row["name"] for row in rows} == {"水务局", "教育局"}
    assert all(row["band"] == "" and "不排名" in row["why"] for row in rows)


async def test_the_brief_names_nobody(town: Town) -> None:
    found = await compiled(town)
    text = str(found.body)
    for secret in ("赵大海", "王小明", "13900139000", "13800138000", "13700137003"):
        assert secret not in text
    (row,) = found.body["instructions"]
    assert row["text"] == "诉求人反映的问题限期解决，电话诉求人"
    assert found.body["supervised"][0]["subject"] == "诉求人家水费翻倍"


async def test_a_confidential_interview_gives_away_nothing(town: Town) -> None:
    await held(town, await owed(town, MONDAY, confidential=True, title="举报某人"), TUESDAY, official="水务局副局长")
    found = await publication.compile_brief(town.context, SEVEN)
    assert found is not None
    (row,) = found.body["interviews"]
    assert row["subject"] == f"城乡建设 · 水费{CONFIDENTIAL}"
    assert "举报某人" not in str(found.body)
    assert "抄表员" not in str(found.body)
    assert "水务局副局长到场" in row["lines"][1]


async def test_interviews_stand_in_three_lines(town: Town) -> None:
    (row,) = (await compiled(town)).body["interviews"]
    assert len(row["lines"]) == 3
    assert "村（社区）约谈，水务局副局长到场。症结：抄表员未入户" in row["lines"][1]
    assert row["lines"][2] == "结果：办不到，详细解释。群众意见：理解；热线和纪委核实：理解。"


async def test_tier_three_says_what_is_missing(town: Town) -> None:
    (row,) = (await compiled(town)).body["supervised"]
    assert (row["tier"], row["unit"], row["missing"]) == (3, "水务局", "没有约谈，也没有方案")
    assert row["reason"] == "县领导批示"


async def test_nothing_is_compiled_before_monday_seven(town: Town) -> None:
    await play(town)
    assert await publication.compile_brief(town.context, moment("2026-11-30", "06:59:59")) is None
    assert await publication.compile_brief(town.context, moment("2026-11-16", "07:00")) is None


async def test_compiling_again_gives_the_same_brief(town: Town) -> None:
    first = await compiled(town)
    await rated(town, await replied(town, SEVEN), Verdict.SATISFIED, moment("2026-12-01"))
    again = await publication.compile_brief(town.context, moment("2026-12-02"))
    assert again == first


async def test_composing_again_from_the_database_gives_the_same_figures(town: Town, pool: asyncpg.Pool) -> None:
    first = await compiled(town)
    await rated(town, await replied(town, SEVEN), Verdict.SATISFIED, moment("2026-12-01"))
    async with pool.acquire() as conn:
        await conn.execute("delete from brief_figure")
        await conn.execute("delete from brief")
    again = await publication.compile_brief(town.context, moment("2026-12-02"))
    assert again is not None
    assert (again.body, again.counts) == (first.body, first.counts)
    assert again.number == first.number + 1


async def test_two_compilers_make_one_brief_and_no_gap(town: Town) -> None:
    await play(town)
    found = await asyncio.gather(*(publication.compile_brief(town.context, SEVEN) for _ in range(3)))
    assert {one.brief_id for one in found if one} == {found[0].brief_id if found[0] else None}
    following = await publication.compile_week(town.context, week_of(SEVEN, ZONE), moment("2026-12-07", "07:00"))
    assert following is not None
    assert following.number == (found[0].number if found[0] else 0) + 1


async def test_missed_weeks_are_compiled_in_order(town: Town) -> None:
    await opened(town, moment("2026-12-16"))
    now = moment("2027-01-11", "07:00")
    assert await brief_due(town.context, now, 2) == 2
    assert await brief_due(town.context, now, 50) == 2
    assert await brief_due(town.context, now, 50) == 0
    rows = await publication.list_briefs(town.context, town.actor("supervisor"))
    assert [(row["year"], row["number"], row["week_start"]) for row in reversed(rows)] == [
        (2026, 1, date(2026, 12, 14)), (2026, 2, date(2026, 12, 21)), (2027, 1, date(2026, 12, 28)),
        (2027, 2, date(2027, 1, 4)),
    ]  # fmt: skip


async def test_a_county_without_tickets_has_no_brief(town: Town) -> None:
    assert await publication.compile_brief(town.context, SEVEN) is None
    assert await brief_due(town.context, SEVEN, 10) == 0


async def issue(town: Town) -> None:
    await publication.send_for_approval(town.context, WEEK, town.actor("supervisor"), SEVEN)
    await publication.issue_brief(town.context, WEEK, town.actor("inspector"), SEVEN)


async def test_leaders_read_what_was_issued_and_confirm_once(town: Town) -> None:
    await opened(town, FRIDAY)
    await publication.compile_brief(town.context, SEVEN)
    leader = town.actor("leader")
    assert await publication.list_briefs(town.context, leader) == []
    with pytest.raises(NotFound):
        await publication.read_brief(town.context, WEEK, leader)
    await issue(town)
    first, later = moment("2026-11-30", "08:00"), moment("2026-11-30", "09:00")
    await publication.confirm_reading(town.context, WEEK, leader, first)
    await publication.confirm_reading(town.context, WEEK, leader, later)
    found = await publication.read_brief(town.context, WEEK, leader)
    assert [(one.account_id, one.read_at) for one in found.readings] == [(leader.account_id, first)]
    assert (found.state, found.issued_at) == (BriefState.ISSUED, SEVEN)


async def test_each_step_tells_the_next_desk_once(town: Town) -> None:
    await opened(town, FRIDAY)
    await publication.compile_brief(town.context, SEVEN)
    await issue(town)
    async with town.context.pool.acquire() as conn:
        rows = await conn.fetch("select recipient, not_before from outbox where kind = 'brief' order by outbox_id")
    assert [row["recipient"] for row in rows] == ["role:supervisor", "role:inspector", "role:leader"]
    assert {row["not_before"] for row in rows} == {moment("2026-11-30", "08:30")}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.HANDLER, Role.UNIT_HEAD, Role.SYSTEM_ADMIN, Role.COMPLAINANT])
async def test_the_brief_is_not_for_others(town: Town, role: Role) -> None:
    await opened(town, FRIDAY)
    await publication.compile_brief(town.context, SEVEN)
    await issue(town)
    stranger = Actor(role, unit_id=town.unit("水务局"))
    with pytest.raises(NotFound):
        await publication.read_brief(town.context, WEEK, stranger)
    with pytest.raises(NotAllowed):
        await publication.list_briefs(town.context, stranger)
    with pytest.raises(NotAllowed):
        await publication.edit_advice(town.context, WEEK, "建议", stranger, SEVEN)


async def test_every_step_asks_for_its_role_and_state(town: Town) -> None:
    await opened(town, FRIDAY)
    await publication.compile_brief(town.context, SEVEN)
    supervisor, inspector, leader = town.actor("supervisor"), town.actor("inspector"), town.actor("leader")
    with pytest.raises(NotAllowed):
        await publication.issue_brief(town.context, WEEK, supervisor, SEVEN)
    with pytest.raises(WrongBriefState, match="现在是“草稿”，不能签发"):
        await publication.issue_brief(town.context, WEEK, inspector, SEVEN)
    with pytest.raises(NotAllowed):
        await publication.send_for_approval(town.context, WEEK, inspector, SEVEN)
    with pytest.raises(NotFound):
        await publication.confirm_reading(town.context, WEEK, leader, SEVEN)
    await publication.send_for_approval(town.context, WEEK, supervisor, SEVEN)
    await publication.send_back(town.context, WEEK, inspector, SEVEN)
    await issue(town)
    with pytest.raises(WrongBriefState):
        await publication.edit_advice(town.context, WEEK, "迟了", supervisor, SEVEN)
    with pytest.raises(NotFound):
        await publication.issue_brief(town.context, date(2026, 11, 16), inspector, SEVEN)


async def test_advice_is_written_by_hand(town: Town) -> None:
    await opened(town, FRIDAY)
    await publication.compile_brief(town.context, SEVEN)
    await publication.edit_advice(
        town.context, WEEK, "一、加快抄表改造。\r\n二、公开水价。", town.actor("dispatcher"), SEVEN
    )
    found = await publication.read_brief(town.context, WEEK, town.actor("supervisor"))
    assert found.advice == "一、加快抄表改造。\n二、公开水价。"
    with pytest.raises(TooLong):
        await publication.edit_advice(town.context, WEEK, "字" * 4001, town.actor("dispatcher"), SEVEN)


async def test_an_unknown_figure_is_not_found(town: Town) -> None:
    await opened(town, FRIDAY)
    await publication.compile_brief(town.context, SEVEN)
    with pytest.raises(NotFound):
        await publication.list_figure(town.context, WEEK, "received.kind.nothing", town.actor("supervisor"))


@pytest.mark.case("P27", "T33")
async def test_facts_stop_at_sunday_midnight_local_time(town: Town) -> None:
    await play(town)
    week = week_of(FRIDAY, ZONE)
    async with town.context.pool.acquire() as conn:
        this = await store.read_period(conn, town.context.region, week)
        before = await store.read_period(conn, town.context.region, week.before)
        after = await store.read_period(conn, town.context.region, replace(week, monday=date(2026, 11, 30)))
    assert [len(one.received) for one in (before, this, after)] == [2, 6, 1]
    assert this.received[-1].received_at == moment("2026-11-29", "23:59:59")
    assert after.received[0].received_at == moment("2026-11-30", "00:00:00")
