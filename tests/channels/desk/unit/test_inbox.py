"""The inbox and the notices of a desk."""

from __future__ import annotations

import re
from datetime import timedelta

import asyncpg
import pytest

from channels.desk.outbound import send
from channels.desk.unit.inbox import PAGE
from hotline.actions.messaging.delivery import deliver_due
from hotline.clock import MovedClock
from hotline.domain.enums import Verdict
from hotline.domain.messaging.message import Delivery, Outgoing
from hotline.domain.messaging.notices import NoticeKind, PostedNotice
from tests.build import MONDAY, Town, dispatched, moment, opened, owed, rated, replied, signed
from tests.channels.desk.conftest import LogIn, find


def numbers(page: str) -> list[str]:
    """Ticket numbers in the order shown."""
    return re.findall(r'<span class="ticket-number num">([\d-]+)</span>', page)


async def test_what_runs_out_first_is_on_top(log_in: LogIn, town: Town) -> None:
    tip_off = await signed(town, kind="tip_off")
    complaint = await signed(town)
    waiting = await dispatched(town)
    page = await (await log_in("water")).get("/desk")
    assert numbers(page) == [waiting.number, complaint.number, tip_off.number]


async def test_unit_sees_its_own_and_below_only(log_in: LogIn, town: Town) -> None:
    own, below, other = (
        await signed(town),
        await dispatched(town, unit="东湖水厂"),
        await dispatched(town, unit="教育局"),
    )
    await opened(town)
    assert set(numbers(await (await log_in("water")).get("/desk"))) == {own.number, below.number}
    assert numbers(await (await log_in("school")).get("/desk")) == [other.number]
    assert len(numbers(await (await log_in("dispatcher")).get("/desk"))) == 4


@pytest.mark.case("P26")
async def test_count_is_the_list(log_in: LogIn, town: Town) -> None:
    await signed(town)
    await signed(town)
    await replied(town)
    await owed(town)
    water = await log_in("water")
    front = await water.get("/desk")
    for state, total in (("signed", 2), ("replied", 1), ("interview_owed", 1), ("dispatched", 0)):
        told = find(rf'href="/desk\?state={state}"[^>]*>[^<]+ <span class="num">(\d+)</span>', front)
        assert int(told) == total == len(numbers(await water.get(f"/desk?state={state}")))


@pytest.mark.case("P26")
async def test_pages_turn_without_losing_any(log_in: LogIn, town: Town) -> None:
    for _ in range(PAGE + 3):
        await opened(town)
    dispatcher = await log_in("dispatcher")
    first, second = await dispatcher.get("/desk"), await dispatcher.get("/desk?state=&page=2")
    assert len(numbers(first)) == PAGE
    assert len(numbers(second)) == 3
    assert not set(numbers(first)) & set(numbers(second))
    assert f"第 1–{PAGE} 件，共 {PAGE + 3} 件" in first
    assert 'rel="next" href="/desk?state=&amp;page=2"' in first
    assert 'rel="prev"' in second


async def test_closed_list_has_the_newest_on_top_and_turns_without_a_count(log_in: LogIn, town: Town) -> None:
    closed = []
    for minute in range(PAGE + 2):
        ticket = await replied(town)
        closed.append(await rated(town, ticket, Verdict.SATISFIED, moment("2026-11-26", f"10:{minute:02d}")))
    water = await log_in("water")
    first, second = await water.get("/desk?state=closed"), await water.get("/desk?state=closed&page=2")
    assert numbers(first) + numbers(second) == [ticket.number for ticket in reversed(closed)]
    assert "最近办结的排在最上面" in first
    assert find(r"<span>([^<]*办结[^<]*)</span>", first) == f"11月26日 10:{PAGE + 1:02d} 办结（满意）"
    assert f"第 1–{PAGE} 件<" in first
    assert 'rel="next"' in first
    assert 'rel="next"' not in second
    assert numbers(await (await log_in("school")).get("/desk?state=closed")) == []


async def test_empty_list_says_why(log_in: LogIn) -> None:
    water = await log_in("water")
    assert "没有等您办的工单" in await water.get("/desk")
    assert "没有欠着的约谈。" in await water.get("/desk?state=interview_owed")


@pytest.mark.parametrize("query", ["state=signed&page=0", "state=signed&page=-1", "page=abc", "page=99999999999"])
async def test_odd_page_numbers_do_no_harm(log_in: LogIn, query: str) -> None:
    await (await log_in("water")).get(f"/desk?{query}")


async def test_unknown_tab_is_not_found(log_in: LogIn) -> None:
    await (await log_in("water")).get("/desk?state=nonsense", status=404)


async def test_unchanged_list_is_not_sent_again(log_in: LogIn, town: Town) -> None:
    await signed(town)
    water, htmx = await log_in("water"), {"HX-Request": "true"}
    again = find(r'hx-get="([^"]+)"', await water.get("/desk")).replace("&amp;", "&")
    assert await water.get(again, status=204, headers=htmx) == ""
    await dispatched(town)
    assert len(numbers(await water.get(again, headers=htmx))) == 2


async def test_overdue_is_said(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    await dispatched(town)
    clock.move_to(moment("2026-11-25", "09:00"))
    assert "已超期" in await (await log_in("water")).get("/desk")


async def test_administrator_has_no_inbox(log_in: LogIn, town: Town) -> None:
    ticket = await dispatched(town, unit="热线办公室")
    assert ticket.number not in await (await log_in("admin")).get("/desk", status=403)


async def test_confidential_number_is_not_in_the_title(log_in: LogIn, town: Town) -> None:
    await signed(town, confidential=True, body="我的电话13800138000不要外传")
    assert "13800138000" not in await (await log_in("water")).get("/desk")


async def test_notice_is_read_once_and_by_its_own_desk(log_in: LogIn, town: Town, pool: asyncpg.Pool) -> None:
    ticket = await dispatched(town)
    await deliver_due(town.context, send, MONDAY + timedelta(minutes=1), 100)
    water, school = await log_in("water"), await log_in("school")
    page = await water.get("/desk/notices")
    assert f"新工单 {ticket.number}" in page
    assert ticket.number not in await school.get("/desk/notices")
    notice = find(r'name="notice" value="([^"]+)"', page)
    await school.send("/desk/notices/read", notice=notice)
    assert ticket.number in await water.get("/desk/notices")
    status, location, _ = await water.send("/desk/notices/read", notice=notice)
    assert (status, location) == (303, "/desk/notices?done=saved")
    assert "没有未读的消息" in await water.get("/desk/notices")


async def test_all_notices_are_read_at_once(log_in: LogIn, town: Town) -> None:
    await dispatched(town)
    await dispatched(town)
    await deliver_due(town.context, send, MONDAY + timedelta(minutes=1), 100)
    water = await log_in("water")
    await water.send("/desk/notices/read")
    assert "没有未读的消息" in await water.get("/desk/notices")


async def test_reading_a_notice_wants_a_form_of_this_session(log_in: LogIn) -> None:
    assert (await (await log_in("water")).send("/desk/notices/read", csrf="forged"))[0] == 403


async def test_message_to_a_desk_is_delivered_by_being_written(town: Town) -> None:
    message = Outgoing(town.unit("水务局"), "desk", "unit", (PostedNotice(NoticeKind.TAKEN_AWAY),))
    assert (await send(message)).delivery is Delivery.DELIVERED
