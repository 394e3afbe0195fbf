"""A leader's instruction struck off, and the letter of a unit that takes over under supervision."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from hotline.actions.dispatch import handover
from hotline.actions.handling import unit_work
from hotline.actions.supervision import tiers
from hotline.actions.supervision.letters import read_letter
from hotline.domain.enums import Verdict
from hotline.domain.errors import NoInstruction, NotFound
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import Ticket
from tests import build
from tests.build import MONDAY, TUESDAY, WEDNESDAY, Town, moment
from tests.hotline.actions.conftest import Look


async def fulfil(town: Town, ticket: Ticket, now: datetime = TUESDAY) -> Ticket:
    given = {"fulfilment": "已整改"}
    return await tiers.fulfil_instruction(town.context, ticket.ticket_id, town.actor("supervisor"), now, given)


async def instruct(town: Town, ticket: Ticket, due_on: date = WEDNESDAY.date()) -> Ticket:
    leader, given = town.actor("leader"), {"text": "本周查清"}
    return await tiers.instruct_ticket(town.context, ticket.ticket_id, due_on, leader, MONDAY, given)


async def states(town: Town) -> list[str]:
    rows = await town.context.pool.fetch("select state from deadline where rule = 'tier3' order by started_at")
    return [row["state"] for row in rows]


async def test_what_the_leader_asked_for_ends_the_date_and_the_tier_waits_on(town: Town, look: Look) -> None:
    ticket = await instruct(town, await build.signed(town))
    assert await look.due(ticket, "tier3") == moment("2026-11-25", "17:30")
    done = await fulfil(town, ticket)
    assert (done.tier, await look.due(done, "tier3")) == (3, moment("2026-12-01", "17:30"))
    assert "tier3" in await look.ticking(done)
    assert await states(town) == ["met", "running"]
    due_at = await town.context.pool.fetchval("select due_at from supervision where settled_at is null")
    assert due_at == moment("2026-12-01", "17:30")
    with pytest.raises(NoInstruction):
        await fulfil(town, done)


async def test_at_rest_the_clock_stays_as_it_is(town: Town, look: Look) -> None:
    ticket = await instruct(town, await build.signed(town))
    until, dispatcher = moment("2026-11-27"), town.actor("dispatcher")
    given = {"reason": "等待汛期结束", "until": until.isoformat()}
    await unit_work.park_ticket(town.context, ticket.ticket_id, until, dispatcher, TUESDAY, given)
    await fulfil(town, ticket)
    assert await states(town) == ["paused"]
    await look.sweep_until(moment("2026-11-27", "09:01"))
    assert "tier3" in await look.ticking(ticket)


async def test_without_an_instruction_nothing_is_fulfilled(town: Town, look: Look) -> None:
    ticket = await build.owed(town)
    with pytest.raises(NoInstruction, match="没有等待落实的批示"):
        await fulfil(town, ticket)
    assert "fulfil" not in await look.events(ticket)


async def test_fulfilling_after_the_leaders_date_leaves_the_running_window_alone(town: Town, look: Look) -> None:
    ticket = await instruct(town, await build.signed(town))
    late = moment("2026-11-27")
    await look.sweep_until(late)
    before = await look.due(ticket, "tier3")
    done = await fulfil(town, ticket, late)
    assert (await look.due(done, "tier3"), done.tier) == (before, 3)
    assert await states(town) == ["missed", "running"]


async def test_fulfilling_where_the_unit_has_answered_starts_no_clock_against_it(town: Town, look: Look) -> None:
    ticket = await build.reply(town, await instruct(town, await build.signed(town)), MONDAY)
    done = await fulfil(town, ticket)
    assert await look.ticking(done) == ["callback"]


async def test_a_closed_ticket_may_still_have_its_instruction_struck_off(town: Town, look: Look) -> None:
    ticket = await build.reply(town, await instruct(town, await build.signed(town)), MONDAY)
    closed = await build.rated(town, ticket, Verdict.SATISFIED, TUESDAY)
    assert await look.ticking(await fulfil(town, closed)) == []


async def test_a_unit_that_takes_over_under_supervision_gets_a_letter_of_its_own(town: Town, look: Look) -> None:
    ticket = await build.dispatched(town)
    await look.sweep_until(WEDNESDAY)
    dispatcher, school = town.actor("dispatcher"), town.unit("教育局")
    moved = await handover.dispatch_ticket(town.context, ticket.ticket_id, school, dispatcher, WEDNESDAY, "归口办理")
    letters = [(row["number"], row["unit_id"], row["tier"], row["copy_to"]) for row in await look.letters(moved)]
    assert letters == [(1, town.unit("水务局"), 1, None), (2, school, 1, None)]
    new = (await look.letters(moved))[-1]
    _, facts = await read_letter(town.context, new["letter_id"], town.actor("school"))
    assert (facts["unit"], facts["reason"], facts["passed_on"]) == ("教育局", "sign_overdue", True)
    assert facts["due_at"] == await look.due(moved, "supervised")
    with pytest.raises(NotFound):
        await read_letter(town.context, new["letter_id"], town.actor("water"))
    assert await look.ladder(moved) == [(1, "sign_overdue", None)]


async def test_without_supervision_a_new_unit_gets_no_letter(town: Town, look: Look) -> None:
    ticket = await build.dispatched(town)
    dispatcher, school = town.actor("dispatcher"), town.unit("教育局")
    moved = await handover.dispatch_ticket(town.context, ticket.ticket_id, school, dispatcher, MONDAY, "归口办理")
    assert await look.letters(moved) == []


async def test_a_ticket_marked_before_it_had_a_unit_brings_its_letter_along(town: Town, look: Look) -> None:
    ticket = await build.opened(town)
    await tiers.supervise_ticket(town.context, ticket.ticket_id, town.actor("supervisor"), MONDAY)
    dispatcher, water = town.actor("dispatcher"), town.unit("水务局")
    moved = await handover.dispatch_ticket(town.context, ticket.ticket_id, water, dispatcher, MONDAY)
    assert [row["unit_id"] for row in await look.letters(moved)] == [None, water]


LATER = date(2026, 12, 9)
LEADERS_DATE = moment("2026-12-09", "17:30")


async def to_school(town: Town, ticket: Ticket, now: datetime = TUESDAY) -> Ticket:
    dispatcher, school = town.actor("dispatcher"), town.unit("教育局")
    return await handover.dispatch_ticket(town.context, ticket.ticket_id, school, dispatcher, now, "归口办理")


async def test_another_unit_is_bound_by_the_date_promised_to_the_leader(town: Town, look: Look) -> None:
    ticket = await to_school(town, await instruct(town, await build.signed(town), LATER))
    assert await look.due(ticket, "tier3") == LEADERS_DATE
    assert await states(town) == ["withdrawn", "running"]
    letter = (await look.letters(ticket))[-1]
    _, facts = await read_letter(town.context, letter["letter_id"], town.actor("school"))
    assert (facts["unit"], facts["due_at"]) == ("教育局", LEADERS_DATE)
    # Struck off, the date ends there as well.
    assert await look.due(await fulfil(town, ticket, WEDNESDAY), "tier3") == moment("2026-12-02", "17:30")


async def test_a_return_that_is_upheld_keeps_the_date_for_the_next_unit(town: Town, look: Look) -> None:
    ticket = await instruct(town, await build.dispatched(town), LATER)
    context, water = town.context, town.actor("water")
    await handover.return_ticket(context, ticket.ticket_id, water, TUESDAY, {"reason": "不属职责", "basis": "三定方案"})
    await handover.rule_return(context, ticket.ticket_id, True, town.actor("dispatcher"), TUESDAY, {"reason": "属实"})
    assert await look.due(await to_school(town, ticket), "tier3") == LEADERS_DATE


async def test_a_redo_and_an_interview_keep_the_date(town: Town, look: Look) -> None:
    ticket = await build.reply(town, await instruct(town, await build.signed(town), LATER), MONDAY)
    redo = await build.rated(town, ticket, Verdict.DISSATISFIED, TUESDAY, at_fault=True)
    assert await look.due(redo, "tier3") == LEADERS_DATE
    how = {"how": "phone", "text": "已说明情况"}
    await unit_work.record_contact(town.context, ticket.ticket_id, town.actor("water"), TUESDAY, how)
    again = await build.reply(town, redo, TUESDAY)
    owed = await build.rated(town, again, Verdict.DISSATISFIED, WEDNESDAY)
    assert (owed.state, await look.due(owed, "tier3")) == (State.INTERVIEW_OWED, LEADERS_DATE)


async def test_a_new_date_of_the_leader_takes_the_place_of_the_old_one(town: Town, look: Look) -> None:
    first = await instruct(town, await build.signed(town), WEDNESDAY.date())
    ticket = await to_school(town, await instruct(town, first, LATER))
    assert await look.due(ticket, "tier3") == LEADERS_DATE


async def test_once_the_date_is_past_another_unit_has_the_ordinary_limit(town: Town, look: Look) -> None:
    ticket = await instruct(town, await build.signed(town))
    late = moment("2026-11-27")
    await look.sweep_until(late)
    assert await look.due(await to_school(town, ticket, late), "tier3") == moment("2026-12-04", "17:30")
