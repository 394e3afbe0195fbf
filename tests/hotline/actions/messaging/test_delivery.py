"""What waits in the outbox: told in notice hours however late the worker comes, once, and only while it matters."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest

from hotline.actions.callback.verdicts import ask_due_callbacks
from hotline.actions.handling import unit_work
from hotline.actions.intake import first_contact
from hotline.actions.messaging.delivery import MOST_ATTEMPTS, deliver_due
from hotline.actions.search import ticket_lists
from hotline.domain.enums import Channel, Verdict
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt
from hotline.domain.tickets.ticket import COMPLAINANT, Ticket
from hotline.store import callbacks
from hotline.store.dispatch import dispatch_queue
from tests import build
from tests.build import MONDAY, TUESDAY, Town, moment

if TYPE_CHECKING:
    from tests.hotline.actions.conftest import Look

CLOSING, NIGHT = moment("2026-11-23", "17:59"), moment("2026-11-23", "21:00")
MORNING = moment("2026-11-24", "08:30")
WECHAT = {"channel": Channel.WECHAT, "wechat": "oBzJ0tqmvXcR2F5sYp1KwZ7aHdLe", "phone": ""}


class Provider:
    """Gives these answers in turn, then takes everything."""

    def __init__(self, *answers: Delivery) -> None:
        self.answers, self.sent = list(answers), list[Outgoing]()

    async def send(self, message: Outgoing) -> Receipt:
        self.sent.append(message)
        return Receipt(self.answers.pop(0) if self.answers else Delivery.DELIVERED)


async def states(look: "Look", ticket: Ticket, kind: str) -> list[str]:
    return [row["state"] for row in await look.outbox(ticket) if row["kind"] == kind]


@pytest.mark.case("T20")
async def test_a_worker_back_at_night_wakes_nobody_but_for_urgent_ones(town: Town, look: "Look") -> None:
    calm = await build.dispatched(town)
    urgent = await build.dispatched(town, matter_id="water.outage")
    await deliver_due(town.context, Provider().send, NIGHT, 100)
    assert await states(look, calm, "dispatched") == ["waiting"]
    assert await states(look, urgent, "dispatched") == ["sent"]
    await deliver_due(town.context, Provider().send, MORNING, 100)
    assert await states(look, calm, "dispatched") == ["sent"]


async def test_a_channel_busy_at_closing_time_is_tried_again_in_the_morning(town: Town, look: "Look") -> None:
    ticket = await build.replied(town, **WECHAT)
    await deliver_due(town.context, Provider(Delivery.LATER).send, CLOSING, 100)
    rows = [row for row in await look.outbox(ticket) if row["channel"] == "wechat"]
    assert {(row["state"], row["not_before"]) for row in rows} == {("waiting", MORNING)}


@pytest.mark.case("T23")
async def test_what_the_channel_refuses_goes_to_the_telephone_at_once(town: Town, look: "Look") -> None:
    ticket = await build.replied(town, **WECHAT)
    await ask_due_callbacks(town.context, MONDAY, 10)
    await deliver_due(town.context, Provider(Delivery.IMPOSSIBLE, Delivery.IMPOSSIBLE).send, MONDAY, 100)
    (waiting,) = await look.callbacks(ticket)
    assert (waiting["channel"], waiting["next_try_at"]) == ("phone", MONDAY)
    calls = await ticket_lists.list_calls(town.context, town.actor("operator"), "reply", MONDAY)
    assert [row["ticket_id"] for row in calls] == [ticket.ticket_id]


@pytest.mark.case("T23")
async def test_a_refused_answer_is_told_by_telephone_by_whoever_sees_the_alarm(town: Town, look: "Look") -> None:
    ticket = await build.replied(town, **WECHAT)
    await deliver_due(town.context, Provider(Delivery.IMPOSSIBLE).send, MONDAY, 100)
    assert await states(look, ticket, "replied") == ["refused"]
    assert await look.alarms(ticket) == ["message_refused"]


async def test_what_came_fresh_into_a_fold_is_not_given_up_with_the_first(town: Town, look: "Look") -> None:
    ticket = await build.signed(town, **WECHAT)
    await unit_work.ask_extension(town.context, ticket.ticket_id, town.actor("water"), MONDAY, {"reason": "要等配件"})
    head = town.actor("water_head")
    await unit_work.decide_extension(town.context, ticket.ticket_id, True, head, MONDAY, {"reason": "同意"})
    now, provider = MONDAY, Provider(*[Delivery.LATER] * MOST_ATTEMPTS)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        if attempt == MOST_ATTEMPTS:
            await build.reply(town, ticket, now)
        await deliver_due(town.context, provider.send, now, 100)
        now = max([row["not_before"] for row in await look.outbox(ticket) if row["kind"] == "extended"] + [now])
    assert await states(look, ticket, "extended") == ["refused"]
    assert await states(look, ticket, "replied") == ["waiting"]
    assert await look.alarms(ticket) == ["message_refused"]


async def test_a_word_after_closing_still_reaches_the_desk(town: Town, look: "Look") -> None:
    ticket = await build.rated(town, await build.replied(town), Verdict.SATISFIED, NIGHT)
    for words in ("谢谢", "还有一句"):
        await unit_work.comment_ticket(town.context, ticket.ticket_id, COMPLAINANT, NIGHT, {"text": words})
    assert await states(look, ticket, "commented") == ["waiting", "waiting"]


@pytest.mark.parametrize("verdict", [Verdict.SATISFIED, Verdict.DISSATISFIED])
async def test_an_invitation_stays_once_the_callback_is_over(town: Town, look: "Look", verdict: Verdict) -> None:
    ticket = await build.replied(town, **WECHAT)
    await ask_due_callbacks(town.context, MONDAY, 10)
    await build.rated(town, ticket, verdict, MONDAY)
    assert await states(look, ticket, "callback") == ["done"]
    provider = Provider()
    await deliver_due(town.context, provider.send, MONDAY, 100)
    assert "callback" not in {message.kind for message in provider.sent}


async def test_a_withdrawn_ticket_invites_nobody(town: Town, look: "Look") -> None:
    ticket = await build.replied(town, **WECHAT)
    await ask_due_callbacks(town.context, MONDAY, 10)
    await first_contact.withdraw_ticket(town.context, ticket.ticket_id, COMPLAINANT, MONDAY, {"reason": "不用了"})
    assert await states(look, ticket, "callback") == ["done"]


async def park(town: Town, ticket: Ticket, until: datetime) -> None:
    dispatcher = town.actor("dispatcher")
    await unit_work.park_ticket(
        town.context, ticket.ticket_id, until, dispatcher, MONDAY, {"reason": "汛期", "until": "明天"}
    )


async def test_a_callback_due_in_a_rest_is_asked_when_the_ticket_comes_back(town: Town, look: "Look") -> None:
    ticket = await build.replied(town, **WECHAT)
    await park(town, ticket, TUESDAY)
    for _ in range(2):
        await ask_due_callbacks(town.context, TUESDAY, 1)
    assert await ask_due_callbacks(town.context, TUESDAY, 1) == 0
    await look.sweep(TUESDAY)
    assert await ask_due_callbacks(town.context, TUESDAY, 1) == 1
    assert [row["asked_at"] for row in await look.callbacks(ticket)] == [TUESDAY]


async def test_a_resting_ticket_is_not_called_about(town: Town, look: "Look", pool: asyncpg.Pool) -> None:
    ticket = await build.replied(town)

    async def calls() -> tuple[int, int]:
        async with pool.acquire() as conn:
            listed = await callbacks.list_calls(conn, build.REGION, "reply", TUESDAY, 10)
            return len(listed), await dispatch_queue.count_calls(conn, build.REGION, "reply", TUESDAY)

    assert await calls() == (1, 1)
    await park(town, ticket, TUESDAY)
    assert await calls() == (0, 0)
    await look.sweep(TUESDAY)
    assert await calls() == (1, 1)


async def test_a_ticket_parked_again_at_the_same_moment_comes_back(
    town: Town, look: "Look", pool: asyncpg.Pool
) -> None:
    ticket = await build.signed(town)
    await park(town, ticket, TUESDAY)
    await unit_work.resume_ticket(town.context, ticket.ticket_id, town.actor("dispatcher"), MONDAY)
    await park(town, ticket, TUESDAY + timedelta(hours=2))
    assert await look.ticking(ticket) == ["resume"]
    await look.sweep(TUESDAY + timedelta(hours=2))
    assert (await look.ticket(ticket.ticket_id)).state == "signed"
