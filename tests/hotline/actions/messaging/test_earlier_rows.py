"""Rows of the outbox that an earlier version wrote hold a finished sentence: delivered and listed as they stand."""

from __future__ import annotations

import asyncpg
import pytest

from hotline.actions.callback.undelivered import list_undelivered
from hotline.actions.messaging.delivery import deliver_due
from hotline.actions.messaging.inbox import list_notices
from hotline.domain.enums import Channel
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt
from hotline.domain.messaging.notices import NoticeKind, PostedNotice
from hotline.domain.tickets.ticket import Ticket
from tests import build
from tests.build import MONDAY, REGION, TUESDAY, Town

WECHAT = {"channel": Channel.WECHAT, "wechat": "oBzJ0tqmvXcR2F5sYp1KwZ7aHdLe"}
EARLIER = """
update outbox set payload = jsonb_build_object('text', kind || '：旧句子{1}。', 'number', $3::text)
where region_id = $1 and ticket_id = $2
"""


async def rewrite(pool: asyncpg.Pool, ticket: Ticket) -> None:
    """Give the ticket's waiting messages the payload of the earlier version."""
    async with pool.acquire() as conn:
        await conn.execute(EARLIER, REGION, ticket.ticket_id, ticket.number)


@pytest.mark.parametrize("delivery", [Delivery.DELIVERED, Delivery.IMPOSSIBLE])
async def test_an_earlier_sentence_leaves_as_it_stands(town: Town, pool: asyncpg.Pool, delivery: Delivery) -> None:
    ticket = await build.replied(town, **WECHAT)
    await rewrite(pool, ticket)
    sent: list[Outgoing] = []

    async def send(message: Outgoing) -> Receipt:
        sent.append(message)
        return Receipt(delivery)

    await deliver_due(town.context, send, MONDAY, 100)
    told = PostedNotice(NoticeKind.REPLIED, ticket.number, text="replied：旧句子{1}。")
    assert [message.notices for message in sent] == [(told,)]
    lines, _ = await list_undelivered(town.context, town.actor("operator"))
    assert [line.notice for line in lines] == ([told] if delivery is Delivery.IMPOSSIBLE else [])


async def test_an_earlier_sentence_is_listed_on_the_desk(town: Town, pool: asyncpg.Pool) -> None:
    ticket = await build.dispatched(town)
    await rewrite(pool, ticket)

    async def send(_message: Outgoing) -> Receipt:
        raise AssertionError("what is for a desk leaves by no channel")

    await deliver_due(town.context, send, MONDAY, 100)
    (listed,) = await list_notices(town.context, town.actor("water"), TUESDAY)
    assert listed["notice"] == PostedNotice(NoticeKind.DISPATCHED, ticket.number, text="dispatched：旧句子{1}。")


async def test_an_earlier_and_a_new_notice_leave_as_one_message(town: Town, pool: asyncpg.Pool) -> None:
    ticket = await build.signed(town, **WECHAT)
    await build.reply(town, ticket, MONDAY)
    await rewrite(pool, ticket)
    async with pool.acquire() as conn:
        await conn.execute(
            "insert into outbox (region_id, outbox_id, dedupe_key, channel, recipient, recipient_sealed, kind, ticket_id, payload,"
            " urgent, created_at, not_before, state) select region_id, gen_random_uuid(), 'new', channel, recipient,"
            " recipient_sealed, 'interview_planned', ticket_id, jsonb_build_object('facts', jsonb_build_object('where', '村部'),"
            " 'number', $2::text), urgent, created_at, not_before + interval '1 s', 'waiting' from outbox"
            " where region_id = $1 and channel = 'wechat'",
            REGION, ticket.number,
        )  # fmt: skip
    sent: list[Outgoing] = []

    async def send(message: Outgoing) -> Receipt:
        sent.append(message)
        return Receipt(Delivery.DELIVERED)

    await deliver_due(town.context, send, TUESDAY, 100)
    assert [message.notices for message in sent] == [
        (
            PostedNotice(NoticeKind.REPLIED, ticket.number, text="replied：旧句子{1}。"),
            PostedNotice(NoticeKind.INTERVIEW_PLANNED, ticket.number, {"where": "村部"}),
        )
    ]
