"""Exactly once: killed senders, two workers, second rounds, very many tickets; and what moves no limit."""

import asyncio
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import asyncpg
import pytest

from hotline.actions.callback.verdicts import ask_due_callbacks
from hotline.actions.dispatch import handover
from hotline.actions.handling import unit_work
from hotline.actions.intake import attachments
from hotline.actions.messaging.delivery import LOST_AFTER, deliver_due, mark_stale_deliveries
from hotline.actions.search import case_view
from hotline.domain.enums import Channel, Verdict
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt
from hotline.domain.tickets.ticket import COMPLAINANT, Ticket
from tests import build
from tests.build import MONDAY, NEXT_MONDAY, TUESDAY, Town, moment

if TYPE_CHECKING:
    from tests.hotline.actions.conftest import Look

MINUTE = timedelta(minutes=1)


def by_wechat(who: str) -> dict[str, object]:
    return {"channel": Channel.WECHAT, "wechat": f"oBzJ0tqmvXcR2F5sYp1KwZ{who}", "phone": ""}


async def states(look: "Look", ticket: Ticket) -> list[str]:
    return [row["state"] for row in await look.outbox(ticket) if row["channel"] == "wechat"]


@pytest.mark.case("T2", "P18")
async def test_a_sender_killed_after_sending_leaves_the_message_unknown_and_unrepeated(
    town: Town, look: "Look"
) -> None:
    ticket = await build.replied(town, **by_wechat("killed"))
    sent: list[Outgoing] = []

    async def die(message: Outgoing) -> Receipt:
        sent.append(message)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await deliver_due(town.context, die, MONDAY, 100)
    assert await states(look, ticket) == ["sending"]
    later = MONDAY + LOST_AFTER
    for now in (MONDAY, later, later + MINUTE, later + 60 * MINUTE):
        await deliver_due(town.context, die, now, 100)
        await mark_stale_deliveries(town.context, now)
    assert len(sent) == 1
    assert await states(look, ticket) == ["unknown"]
    assert await look.alarms(ticket) == ["message_unknown"]


@pytest.mark.case("T7")
async def test_a_provider_whose_answer_came_too_late_got_one_message(town: Town, look: "Look") -> None:
    ticket = await build.replied(town, **by_wechat("late"))
    sent: list[Outgoing] = []

    async def answer_late(message: Outgoing) -> Receipt:
        sent.append(message)
        return Receipt(Delivery.UNKNOWN, reason="timeout")

    for now in (MONDAY, MONDAY + MINUTE, TUESDAY):
        await deliver_due(town.context, answer_late, now, 100)
    assert (len(sent), await states(look, ticket)) == (1, ["unknown"])


@pytest.mark.case("P19")
async def test_of_three_messages_only_the_one_that_failed_goes_again(town: Town, look: "Look") -> None:
    tickets = [await build.replied(town, **by_wechat(who)) for who in ("one", "two", "three")]
    sent: list[str] = []

    async def fail_once(message: Outgoing) -> Receipt:
        sent.append(message.recipient[-3:])
        return Receipt(Delivery.LATER if sent.count("two") == 1 and sent[-1] == "two" else Delivery.DELIVERED)

    for now in (MONDAY, MONDAY + MINUTE, MONDAY + 60 * MINUTE):
        await deliver_due(town.context, fail_once, now, 100)
    assert sorted(sent) == ["one", "ree", "two", "two"]
    assert [await states(look, ticket) for ticket in tickets] == [["sent"]] * 3


@pytest.mark.case("P28")
async def test_two_workers_at_once_send_one_invitation(town: Town, look: "Look") -> None:
    ticket = await build.replied(town, **by_wechat("invited"))
    await asyncio.gather(*(ask_due_callbacks(town.context, MONDAY, 10) for _ in range(5)))
    assert (await look.told(ticket))[f"ticket:{ticket.ticket_id}", "callback"] == 1


@pytest.mark.case("T3")
async def test_a_second_round_is_reminded_though_the_first_was(town: Town, look: "Look", pool: asyncpg.Pool) -> None:
    ticket = await build.signed(town)
    await look.sweep_until(moment("2026-11-27", "17:30"))
    ticket = await build.reply(town, ticket, NEXT_MONDAY)
    await build.rated(town, ticket, Verdict.DISSATISFIED, NEXT_MONDAY, at_fault=True)
    await look.sweep_until(moment("2026-12-03", "17:00"))
    rows = await pool.fetch(
        "select cycle, state from reminder where rule = 'reply' and step = 'one_day' order by cycle"
    )
    assert [tuple(row) for row in rows] == [(1, "planned"), (2, "planned")]


# A copy for every number but for what must differ; every eightieth is overdue, in an order of its own.
COPIES = """insert into ticket select copy.* from ticket original, generate_series(1, $1) n, jsonb_populate_record(original,
    jsonb_build_object('ticket_id', gen_random_uuid(), 'number', 'copy-' || n, 'client_key', 'copy-' || n)) copy"""
CLOCKS = """insert into deadline select copy.* from deadline original
    join (select ticket_id, substr(number, 6)::int n from ticket where number like 'copy-%') t on original.rule = 'sign',
    lateral (select original.due_at + case when n % 80 = 0 then -make_interval(secs => (n * 7919) % 3600)
        else make_interval(days => 30) end as at) moment,
    jsonb_populate_record(original, jsonb_build_object('deadline_id', gen_random_uuid(), 'ticket_id', t.ticket_id,
        'due_at', moment.at, 'next_at', moment.at)) copy"""


@pytest.mark.case("T8", "P1")
async def test_every_overdue_one_of_many_is_handled_in_one_run_the_oldest_first(
    town: Town, look: "Look", pool: asyncpg.Pool
) -> None:
    ticket = await build.dispatched(town)
    due = await look.due(ticket, "sign")
    await pool.execute(COPIES, 4000)
    await pool.execute(CLOCKS)
    await look.sweep(due, batch=7)
    handled = await pool.fetch(
        "select d.due_at from letter l join deadline d using (region_id, ticket_id) where d.rule = 'sign' order by l.number"
    )
    assert len(handled) == 51
    assert [row["due_at"] for row in handled] == sorted(row["due_at"] for row in handled)
    assert await pool.fetchval("select count(*) from ticket where tier > 0") == 51


@pytest.mark.case("T13", "R7")
async def test_words_looks_and_files_move_no_limit(town: Town, look: "Look", pool: asyncpg.Pool) -> None:
    ticket = await build.signed(town)
    water = town.actor("water")

    async def limits() -> list[tuple[str, datetime, datetime, str]]:
        rows = await pool.fetch("select rule, due_at, next_at, state from deadline order by deadline_id")
        return [tuple(row) for row in rows]

    before = await limits()
    for actor in (COMPLAINANT, water, town.actor("supervisor")):
        await unit_work.comment_ticket(town.context, ticket.ticket_id, actor, TUESDAY, {"text": "补充一句"})
    await case_view.read_ticket(town.context, ticket.ticket_id, water, TUESDAY)
    await case_view.reveal_person(town.context, ticket.ticket_id, water, TUESDAY, "电话联系")
    photo = attachments.KeptFile("现场.jpg", "image/jpeg", 3, sha256(b"jpg").digest())
    await attachments.add_files(town.context, ticket.ticket_id, [photo], water, TUESDAY)
    assert await limits() == before


@pytest.mark.case("T14", "R9")
async def test_a_pause_keeps_what_is_left_to_the_second(town: Town, look: "Look") -> None:
    ticket = await build.opened(town)
    dispatcher, given = town.actor("dispatcher"), {"reason": "等待材料", "until": "明天"}
    parked_at, back_at = moment("2026-11-23", "09:17:23"), moment("2026-11-23", "10:03:41")
    await unit_work.park_ticket(town.context, ticket.ticket_id, TUESDAY, dispatcher, parked_at, given)
    await unit_work.resume_ticket(town.context, ticket.ticket_id, dispatcher, back_at)
    assert await look.due(ticket, "dispatch") == moment("2026-11-23", "11:46:18")


@pytest.mark.case("P8")
async def test_two_reminders_of_one_kind_on_one_day_are_both_told(town: Town, look: "Look", pool: asyncpg.Pool) -> None:
    ticket = await build.dispatched(town, matter_id="water.outage")
    await look.sweep_until(moment("2026-11-23", "09:30"))
    dispatcher = town.actor("dispatcher")
    for minute, unit in (("09:40", "教育局"), ("09:50", "水务局")):
        at = moment("2026-11-23", minute)
        await handover.dispatch_ticket(town.context, ticket.ticket_id, town.unit(unit), dispatcher, at, "归口办理")
    await look.sweep_until(moment("2026-11-23", "10:30"))
    rows = await pool.fetch(
        "select cycle, state from reminder where rule = 'sign' and step = 'expiry' and recipient = $1 order by cycle",
        f"unit:{town.unit('水务局')}",
    )
    assert [tuple(row) for row in rows] == [(1, "planned"), (3, "planned")]
