"""/console/undelivered: who was not told what, the number for a reason, and how the call ended."""

from datetime import timedelta
from uuid import uuid4

import asyncpg

from hotline.actions.messaging.delivery import deliver_due
from hotline.clock import MovedClock
from hotline.domain.messaging.message import Delivery
from hotline.domain.tickets.ticket import Ticket
from tests.build import MONDAY, Town, replied
from tests.channels.phone.conftest import Seat, TakeSeat
from tests.hotline.actions.messaging.test_delivery import WECHAT, Provider

LATER = MONDAY + timedelta(minutes=20)


async def refused(town: Town, delivery: Delivery = Delivery.IMPOSSIBLE, phone: str = "13800138000") -> Ticket:
    ticket = await replied(town, **(WECHAT | {"phone": phone}))
    await deliver_due(town.context, Provider(delivery).send, MONDAY, 100)
    return ticket


async def settle(seat: Seat, outbox_id: object, **fields: str) -> tuple[int, str]:
    answer = await seat.send(f"/console/undelivered/{outbox_id}/settle", client_key="undelivered-1", **fields)
    return answer.status, answer.headers.get("Location", "") or await answer.text()


async def test_list_says_whom_by_what_channel_and_what(take_seat: TakeSeat, town: Town, pool: asyncpg.Pool) -> None:
    ticket, seat = await refused(town), await take_seat("operator")
    html = await seat.read("/console/undelivered")
    for words in (ticket.number, "微信 · 答复通知", "王某某", "138****8000", "没有送到", "水表已更换"):
        assert words in html
    assert "13800138000" not in html
    assert "王小明" not in html
    answer = await seat.send(f"/console/undelivered/{ticket.ticket_id}/reveal")
    assert "13800138000" in await answer.text()
    reason = await pool.fetchval("select reason from view_log where what = 'reveal'")
    assert reason == "电话告知没有送达的答复"


async def test_told_by_telephone_it_leaves_the_list(
    take_seat: TakeSeat, town: Town, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    ticket, seat = await refused(town), await take_seat("operator")
    clock.move_to(LATER)
    outbox_id = await pool.fetchval("select outbox_id from outbox where state = 'refused'")
    assert await settle(seat, outbox_id, how="told", words="本人表示清楚") == (303, "/console/undelivered?done=told")
    html = await seat.read("/console/undelivered?done=told")
    assert "没有未送达的答复" in html
    assert "已登记" in html
    page = await seat.read(f"/tickets/{ticket.ticket_id}")
    assert "发给诉求人的通知没有送达：已电话告知本人。本人表示清楚" in page
    status, text = await settle(seat, outbox_id, how="known", words="x" * 501)
    assert (status, "500" in text) == (422, True)


async def test_without_a_telephone_it_can_be_sent_again(take_seat: TakeSeat, town: Town, pool: asyncpg.Pool) -> None:
    await refused(town, phone="")
    seat = await take_seat("operator")
    html = await seat.read("/console/undelivered")
    assert "没有电话" in html
    assert "显示电话" not in html
    outbox_id = await pool.fetchval("select outbox_id from outbox where state = 'refused'")
    assert (await settle(seat, outbox_id, how="again"))[0] == 303
    assert await pool.fetchval("select state from outbox where outbox_id = $1", outbox_id) == "waiting"


async def test_an_unknown_one_is_not_offered_again_and_refused_with_its_sentence(
    take_seat: TakeSeat, town: Town, pool: asyncpg.Pool
) -> None:
    await refused(town, Delivery.UNKNOWN)
    seat = await take_seat("dispatcher")
    html = await seat.read("/console/undelivered")
    assert "不知道是否送到" in html
    assert 'value="again"' not in html
    outbox_id = await pool.fetchval("select outbox_id from outbox where state = 'unknown'")
    status, text = await settle(seat, outbox_id, how="again")
    assert (status, "可能已经送到，不能再发一次" in text) == (409, True)


async def test_a_way_that_does_not_exist_and_a_strange_address_are_refused(take_seat: TakeSeat, town: Town) -> None:
    await refused(town)
    seat = await take_seat("operator")
    assert (await settle(seat, uuid4(), how="shouted"))[0] == 422
    assert (await settle(seat, uuid4(), how="told"))[0] == 404
    assert (await settle(seat, "x", how="told"))[0] == 404
