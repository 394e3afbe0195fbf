"""Cards are read from the clocks themselves: given, turned, withdrawn, counted, each unit its own."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import asyncpg
import pytest

from hotline.actions.dispatch import handover
from hotline.actions.handling import unit_work
from hotline.actions.supervision import tiers
from hotline.actions.supervision.cards import cards_of_tickets, count_by_unit, list_cards
from hotline.domain.enums import Verdict
from hotline.domain.errors import NotAllowed
from hotline.domain.supervision.cards import Colour
from hotline.domain.tickets.ticket import Ticket
from tests.build import MONDAY, NEXT_MONDAY, TUESDAY, Town, dispatched, held, moment, owed, rated, reply, signed
from tests.hotline.actions.conftest import Look

LATE = moment("2026-11-25")
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


async def shown(town: Town, ticket: Ticket, now: datetime, login: str = "supervisor") -> list[tuple[str, str]]:
    found = await cards_of_tickets(town.context, [ticket.ticket_id], town.actor(login), now)
    return [(card.colour.value, card.reason) for card in found.get(ticket.ticket_id, ())]


async def counted(
    town: Town, now: datetime, month: date = NOVEMBER, login: str = "supervisor"
) -> list[tuple[str, int, int]]:
    cards = [card for card, _ in await list_cards(town.context, month, town.actor(login), now)]
    names = {unit: name for name, unit in town.units.items()}
    return [(names[unit], yellow, red) for unit, yellow, red in count_by_unit(cards)]


async def test_a_missed_limit_shows_until_the_work_is_done_and_stays_counted(town: Town, look: Look) -> None:
    ticket = await dispatched(town)
    assert await shown(town, ticket, TUESDAY) == []
    await look.sweep_until(LATE)
    assert ("yellow", "签收超期") in await shown(town, ticket, LATE)
    assert await counted(town, LATE) == [("水务局", 1, 0)]
    await unit_work.sign_ticket(town.context, ticket.ticket_id, town.actor("water"), LATE)
    contact = {"how": "phone", "text": "已说明情况"}
    await unit_work.record_contact(town.context, ticket.ticket_id, town.actor("water"), LATE, contact)
    assert await shown(town, ticket, LATE) == []
    assert await counted(town, LATE) == [("水务局", 1, 0)]


async def test_what_stays_owed_turns_red(town: Town, look: Look) -> None:
    ticket = await dispatched(town)
    end = moment("2026-11-27", "17:31")
    await look.sweep_until(end)
    assert ("red", "签收超期满3个工作日") in await shown(town, ticket, end)
    assert await counted(town, end) == [("水务局", 0, 1)]


async def test_a_tier_brought_about_by_the_unit_is_red_and_a_leaders_word_is_not(town: Town, look: Look) -> None:
    late, instructed = await owed(town), await signed(town, phone="13700137001")
    given = {"text": "查清"}
    leader = town.actor("leader")
    await tiers.instruct_ticket(town.context, instructed.ticket_id, date(2026, 12, 4), leader, MONDAY, given)
    after = moment("2026-12-01")
    await look.sweep_until(after)
    assert await shown(town, late, after) == [("red", "逾期未约谈，列入纪委督办")]
    assert all(colour == "yellow" for colour, _ in await shown(town, instructed, after))


async def test_a_unit_that_gets_the_ticket_later_inherits_no_card(town: Town, look: Look) -> None:
    ticket = await dispatched(town)
    await look.sweep_until(LATE)
    dispatcher, school = town.actor("dispatcher"), town.unit("教育局")
    await handover.dispatch_ticket(town.context, ticket.ticket_id, school, dispatcher, LATE, "归口办理")
    assert await shown(town, ticket, LATE) == []
    assert await counted(town, LATE) == [("水务局", 1, 0)]


async def test_what_rests_does_not_turn_red(town: Town, look: Look) -> None:
    ticket, until = await dispatched(town), moment("2026-12-04")
    await look.sweep_until(LATE)
    given = {"reason": "等待汛期结束", "until": until.isoformat()}
    await unit_work.park_ticket(town.context, ticket.ticket_id, until, town.actor("dispatcher"), LATE, given)
    for now, colour in (("2026-12-03", "yellow"), ("2026-12-05", "yellow"), ("2026-12-09", "red")):
        await look.sweep_until(moment(now))
        assert (colour, f"签收超期{'满3个工作日' if colour == 'red' else ''}") in await shown(town, ticket, moment(now))


async def test_a_unit_sees_its_own_and_its_sub_units_cards_alone(town: Town, look: Look) -> None:
    await dispatched(town)
    below = await dispatched(town, unit="东湖水厂", phone="13700137001")
    other = await dispatched(town, unit="教育局", phone="13700137002")
    await look.sweep_until(LATE)
    assert await counted(town, LATE) == [("水务局", 1, 0), ("东湖水厂", 1, 0), ("教育局", 1, 0)]
    assert await counted(town, LATE, login="water_head") == [("水务局", 1, 0), ("东湖水厂", 1, 0)]
    assert await shown(town, other, LATE, "water") == []
    assert await shown(town, below, LATE, "east") != []


async def test_a_unit_that_no_longer_has_the_ticket_does_not_see_it_by_its_card(town: Town, look: Look) -> None:
    ticket = await dispatched(town)
    await look.sweep_until(LATE)
    dispatcher, school = town.actor("dispatcher"), town.unit("教育局")
    await handover.dispatch_ticket(town.context, ticket.ticket_id, school, dispatcher, LATE, "归口办理")
    assert await counted(town, LATE, login="water_head") == []


@pytest.mark.parametrize("login", ["operator", "water", "admin"])
async def test_the_months_cards_are_for_those_who_oversee(town: Town, login: str) -> None:
    with pytest.raises(NotAllowed):
        await list_cards(town.context, NOVEMBER, town.actor(login), MONDAY)


async def test_each_month_has_its_own(town: Town, look: Look) -> None:
    await dispatched(town, moment("2026-11-27"))
    now = moment("2026-12-08")
    await look.sweep_until(now)
    assert await counted(town, now) == [("水务局", 1, 0)]
    assert await counted(town, now, DECEMBER) == [("水务局", 0, 1)]
    assert await counted(town, moment("2026-11-30", "17:00")) == []


async def test_a_late_clock_knows_when_it_was_no_longer_owed(town: Town, look: Look, pool: asyncpg.Pool) -> None:
    ticket = await owed(town)
    end = moment("2026-12-01")
    await look.sweep_until(end)
    await held(town, await look.ticket(ticket.ticket_id), end)
    owing = await pool.fetch("select rule from deadline where done_at is null and unit_id is not null")
    assert [row["rule"] for row in owing] == []
    sign = await pool.fetchrow("select state, ended_at, done_at from deadline where rule = 'sign'")
    assert (sign["state"], sign["done_at"]) == ("met", MONDAY)


async def test_a_redo_is_watched_afresh(town: Town, look: Look) -> None:
    ticket = await reply(town, await signed(town), MONDAY)
    again = await rated(town, ticket, Verdict.DISSATISFIED, TUESDAY, at_fault=True)
    await look.sweep_until(NEXT_MONDAY + timedelta(hours=1))
    cards = await shown(town, again, NEXT_MONDAY + timedelta(hours=1))
    assert ("yellow", "答复超期") in cards
    assert {colour for colour, _ in cards} == {Colour.YELLOW}
