"""Answers that did not reach a person: listed until somebody told them, each settled once."""

from typing import TYPE_CHECKING

import pytest

from hotline.actions.accounts.recusal import recuse
from hotline.actions.callback.undelivered import Undelivered, list_undelivered, settle_undelivered
from hotline.actions.callback.verdicts import ask_due_callbacks
from hotline.actions.messaging.delivery import deliver_due
from hotline.domain.enums import Role, Verdict
from hotline.domain.errors import AlreadyTold, NotAllowed, NotFound, PerhapsDelivered
from hotline.domain.messaging.message import Delivery, FollowUp
from hotline.domain.tickets.ticket import Ticket
from hotline.store.ids import new_id
from tests import build
from tests.build import MONDAY, TUESDAY, Town
from tests.hotline.actions.messaging.test_delivery import WECHAT, Provider, states

if TYPE_CHECKING:
    from tests.hotline.actions.conftest import Look


async def refused(town: Town, delivery: Delivery = Delivery.IMPOSSIBLE, **given: object) -> Ticket:
    """A ticket whose answer WeChat did not take."""
    ticket = await build.replied(town, **(WECHAT | {"phone": "13800138000"} | given))
    await deliver_due(town.context, Provider(delivery).send, MONDAY, 100)
    return ticket


async def listed(town: Town, login: str = "operator") -> list[Undelivered]:
    lines, total = await list_undelivered(town.context, town.actor(login))
    assert total == len(lines)
    return lines


async def settle(town: Town, line: Undelivered, how: FollowUp = FollowUp.TOLD, key: str = "settle-key-1") -> Ticket:
    who = town.actor("operator")
    return await settle_undelivered(town.context, line.outbox_id, how, "本人表示清楚", who, TUESDAY, key)


@pytest.mark.case("T23")
async def test_a_refused_answer_waits_for_a_call_with_the_person_masked(town: Town) -> None:
    ticket = await refused(town)
    (line,) = await listed(town)
    assert (line.number, line.channel, line.notice.kind, line.refused) == (ticket.number, "wechat", "replied", True)
    assert (line.name, line.phone) == ("王某某", "138****8000")
    assert "水表已更换" in str(line.notice.facts["reply"])


@pytest.mark.parametrize("how", [FollowUp.TOLD, FollowUp.KNOWN, FollowUp.UNREACHED])
async def test_what_was_told_leaves_list_and_alarms_and_stands_in_the_history(
    town: Town, look: "Look", how: FollowUp
) -> None:
    ticket = await refused(town)
    (line,) = await listed(town)
    await settle(town, line, how)
    assert await listed(town) == []
    assert await look.alarms(ticket) == []
    assert await states(look, ticket, "replied") == ["done"]
    assert (await look.events(ticket))[-1] == "comment"
    assert (await look.ticket(ticket.ticket_id)).state == "replied"


async def test_the_same_form_twice_settles_once_and_another_hears_it_is_done(town: Town, look: "Look") -> None:
    ticket = await refused(town)
    (line,) = await listed(town)
    await settle(town, line)
    await settle(town, line)
    assert (await look.events(ticket)).count("comment") == 1
    with pytest.raises(AlreadyTold):
        await settle(town, line, key="settle-key-2")


async def test_a_refused_answer_is_sent_once_more_when_somebody_says_so(town: Town, look: "Look") -> None:
    ticket = await refused(town)
    (line,) = await listed(town)
    await settle(town, line, FollowUp.AGAIN)
    assert await listed(town) == []
    provider = Provider(Delivery.IMPOSSIBLE)
    await deliver_due(town.context, provider.send, TUESDAY, 100)
    assert [message.kind for message in provider.sent] == ["replied"]
    assert [one.outbox_id for one in await listed(town)] == [line.outbox_id]
    assert await look.alarms(ticket) == ["message_refused"]


async def test_what_may_have_arrived_is_never_sent_again(town: Town, look: "Look") -> None:
    ticket = await refused(town, Delivery.UNKNOWN)
    (line,) = await listed(town)
    assert not line.refused
    with pytest.raises(PerhapsDelivered):
        await settle(town, line, FollowUp.AGAIN)
    assert await states(look, ticket, "replied") == ["unknown"]
    await settle(town, line, FollowUp.KNOWN)
    assert await listed(town) == []


async def test_who_rated_the_answer_is_not_called_about_it(town: Town, look: "Look") -> None:
    ticket = await refused(town)
    await build.rated(town, ticket, Verdict.SATISFIED, TUESDAY)
    assert await listed(town) == []
    assert await look.alarms(ticket) == []


async def test_an_invitation_that_was_refused_goes_to_the_calls_and_not_here(town: Town) -> None:
    ticket = await build.replied(town, **WECHAT)
    await deliver_due(town.context, Provider().send, MONDAY, 100)
    await ask_due_callbacks(town.context, MONDAY, 10)
    await deliver_due(town.context, Provider(Delivery.IMPOSSIBLE).send, MONDAY, 100)
    assert ticket.ticket_id not in [line.ticket_id for line in await listed(town)]


async def test_who_stays_away_from_the_ticket_is_not_shown_its_answer(town: Town) -> None:
    ticket = await refused(town)
    (line,) = await listed(town)
    await recuse(town.context, ticket.ticket_id, "operator", "亲属", town.actor("dispatcher"), TUESDAY)
    assert await listed(town) == []
    with pytest.raises(NotFound):
        await settle(town, line)
    assert [one.outbox_id for one in await listed(town, "dispatcher")] == [line.outbox_id]


async def test_a_message_that_is_none_is_not_found(town: Town) -> None:
    with pytest.raises(NotFound):
        await settle_undelivered(town.context, new_id(), FollowUp.TOLD, "", town.actor("operator"), TUESDAY)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.OPERATOR, Role.DISPATCHER)])
async def test_the_list_is_the_hotlines_own(town: Town, role: Role) -> None:
    who = build.an_actor(role)
    with pytest.raises(NotAllowed):
        await list_undelivered(town.context, who)
    with pytest.raises(NotAllowed):
        await settle_undelivered(town.context, new_id(), FollowUp.TOLD, "", who, TUESDAY)
