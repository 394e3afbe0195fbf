"""Rows: a unit works on its own tickets and those below it; the accused on none of theirs."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from hotline.actions import interview
from hotline.actions.callback import verdicts
from hotline.actions.dispatch import handover
from hotline.actions.handling import unit_work
from hotline.actions.supervision import tiers
from hotline.domain.callback import Answers
from hotline.domain.enums import Channel, Kind, Verdict
from hotline.domain.errors import AccusedAddressee, Malformed, NoSuchUnit, NotAllowed, NotFound, Refusal
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import Ticket
from tests import build
from tests.build import MINUTES, MONDAY, PLAN, TUESDAY, Town

if TYPE_CHECKING:
    from tests.hotline.actions.conftest import Look

WORDS = {"text": "x", "how": "phone", "reason": "x", "basis": "x", "reply": "x", "facts": "x"}
DEEDS: list[Callable[[Any, Any, Any], Awaitable[Ticket]]] = [
    lambda context, ticket_id, who: unit_work.sign_ticket(context, ticket_id, who, MONDAY),
    lambda context, ticket_id, who: unit_work.record_contact(context, ticket_id, who, MONDAY, WORDS),
    lambda context, ticket_id, who: unit_work.reply_ticket(context, ticket_id, who, MONDAY, WORDS),
    lambda context, ticket_id, who: unit_work.ask_extension(context, ticket_id, who, MONDAY, WORDS),
    lambda context, ticket_id, who: unit_work.comment_ticket(context, ticket_id, who, MONDAY, WORDS),
    lambda context, ticket_id, who: handover.return_ticket(context, ticket_id, who, MONDAY, WORDS),
    lambda context, ticket_id, who: interview.plan_interview(context, ticket_id, TUESDAY, who, MONDAY, PLAN),
    lambda context, ticket_id, who: interview.hold_interview(context, ticket_id, MONDAY, None, who, MONDAY, MINUTES),
    lambda context, ticket_id, who: verdicts.record_no_answer(context, ticket_id, who, MONDAY),
    lambda context, ticket_id, who: tiers.supervise_ticket(context, ticket_id, who, MONDAY),
]


@pytest.mark.parametrize("login", ["school", "east", "town", "admin"])
async def test_whoever_has_no_part_in_a_ticket_does_not_find_it(town: Town, look: "Look", login: str) -> None:
    ticket = await build.dispatched(town)
    for deed in DEEDS:
        with pytest.raises(NotFound):
            await deed(town.context, ticket.ticket_id, town.actor(login))
    assert await look.events(ticket) == ["open", "dispatch"]


async def test_the_unit_above_works_on_the_ticket_of_its_station(town: Town) -> None:
    ticket = await build.dispatched(town, unit="东湖水厂")
    signed = await unit_work.sign_ticket(town.context, ticket.ticket_id, town.actor("water_head"), MONDAY)
    assert signed.state is State.SIGNED


async def test_a_unit_whose_return_was_upheld_or_that_lost_it_finds_it_no_more(town: Town) -> None:
    ticket = await build.dispatched(town)
    dispatcher = town.actor("dispatcher")
    await handover.dispatch_ticket(
        town.context, ticket.ticket_id, town.unit("教育局"), dispatcher, MONDAY, "职责在教育局"
    )
    with pytest.raises(NotFound):
        await unit_work.sign_ticket(town.context, ticket.ticket_id, town.actor("water"), MONDAY)
    signed = await unit_work.sign_ticket(town.context, ticket.ticket_id, town.actor("school"), MONDAY)
    assert signed.lead_unit_id == town.unit("教育局")


@pytest.mark.parametrize("unit", ["水务局", "东湖水厂"])
async def test_a_matter_against_a_unit_goes_neither_to_it_nor_below_it(town: Town, unit: str) -> None:
    ticket = await build.opened(town, accused_unit_id=town.unit("水务局"))
    with pytest.raises(AccusedAddressee):
        await handover.dispatch_ticket(
            town.context, ticket.ticket_id, town.unit(unit), town.actor("dispatcher"), MONDAY
        )


async def test_the_catalogue_never_hands_a_matter_to_the_accused(town: Town, look: "Look") -> None:
    ticket = await build.opened(town, accused_unit_id=town.unit("水务局"))
    await handover.dispatch_received(town.context, MONDAY, 10)
    assert (await look.ticket(ticket.ticket_id)).state is State.RECEIVED
    assert await look.alarms(ticket) == ["no_catalogue_row"]


async def test_a_matter_against_a_station_may_go_to_the_unit_above_it(town: Town, look: "Look") -> None:
    ticket = await build.dispatched(town, accused_unit_id=town.unit("东湖水厂"))
    with pytest.raises(NotFound):
        await unit_work.sign_ticket(town.context, ticket.ticket_id, town.actor("east"), MONDAY)
    assert {recipient for recipient, _ in await look.told(ticket)} == {f"unit:{town.unit('水务局')}"}


async def test_a_redispatch_to_the_accused_is_refused_too(town: Town) -> None:
    ticket = await build.dispatched(town, accused_unit_id=town.unit("教育局"))
    with pytest.raises(AccusedAddressee):
        await handover.dispatch_ticket(
            town.context, ticket.ticket_id, town.unit("教育局"), town.actor("dispatcher"), MONDAY, "职责"
        )


async def test_an_unknown_unit_is_no_addressee(town: Town) -> None:
    ticket = await build.opened(town)
    with pytest.raises(NoSuchUnit):
        await handover.dispatch_ticket(
            town.context, ticket.ticket_id, ticket.ticket_id, town.actor("dispatcher"), MONDAY
        )


@pytest.mark.parametrize("given", [{"kind": Kind.TIP_OFF}, {"confidential": True}])
async def test_a_confidential_person_is_contacted_by_relay_only(town: Town, given: dict[str, Any]) -> None:
    ticket = await build.dispatched(town, **given)
    assert (await build.signed(town, **given)).confidential
    await unit_work.sign_ticket(town.context, ticket.ticket_id, town.actor("water"), MONDAY)
    with pytest.raises(Malformed, match="只能经热线转达"):
        await unit_work.record_contact(
            town.context, ticket.ticket_id, town.actor("water"), MONDAY, {"how": "phone", "text": "x"}
        )


@pytest.mark.parametrize("login", ["water", "water_head"])
async def test_a_unit_does_not_call_back_its_own_work(town: Town, look: "Look", login: str) -> None:
    ticket = await build.replied(town)
    actor, answers = town.actor(login), Answers(True, True, Verdict.SATISFIED)
    for deed in (
        verdicts.record_callback(town.context, ticket.ticket_id, answers, actor, MONDAY),
        verdicts.record_no_answer(town.context, ticket.ticket_id, actor, MONDAY),
        verdicts.record_refusal(town.context, ticket.ticket_id, actor, MONDAY),
    ):
        with pytest.raises(NotAllowed):
            await deed
    assert [row["state"] for row in await look.callbacks(ticket)] == ["waiting"]


async def test_the_persons_number_lies_sealed_in_every_table(town: Town, look: "Look", pool: Any) -> None:
    ticket = await build.owed(town, channel=Channel.WECHAT, wechat="openid-of-a-test", address="前进村三组七号")
    assert ticket.state is State.INTERVIEW_OWED
    for table in ("complainant", "ticket", "ticket_event", "outbox", "alarm", "letter", "reminder", "callback"):
        rows = await pool.fetch(f"select to_jsonb(t)::text as text from {table} t")
        for secret in ("13800138000", "王小明", "openid-of-a-test", "前进村三组七号"):
            assert not [row for row in rows if secret in row["text"] or secret.encode().hex() in row["text"]], table


async def test_an_unknown_matter_or_number_is_refused_before_anything_is_kept(town: Town, pool: Any) -> None:
    for given in ({"matter_id": "no.such"}, {"phone": "测试123"}, {"accused_unit_id": UUID(int=5)}):
        with pytest.raises(Refusal):
            await build.opened(town, **given)
    assert await pool.fetchval("select count(*) from ticket") == 0
