"""退单 and 延期 as they run through the database: rulings, three returns, limits that move once."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hotline.actions.dispatch import handover
from hotline.actions.handling import unit_work
from hotline.domain.errors import ExtensionClosed, NotAllowed, ReturnClosed
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import Ticket
from tests import build
from tests.build import MONDAY, TUESDAY, WEDNESDAY, Town, moment

if TYPE_CHECKING:
    from tests.hotline.actions.conftest import Look

GROUNDS = {"reason": "不属本单位职责", "basis": "三定方案第三条"}
AGREED = {"reason": "情况属实"}


async def give_back(town: Town, ticket: Ticket, login: str = "water", now: Any = MONDAY) -> Ticket:
    return await handover.return_ticket(town.context, ticket.ticket_id, town.actor(login), now, GROUNDS)


async def rule(town: Town, ticket: Ticket, upheld: bool, login: str = "dispatcher", now: Any = MONDAY) -> Ticket:
    return await handover.rule_return(town.context, ticket.ticket_id, upheld, town.actor(login), now, AGREED)


async def send(town: Town, ticket: Ticket, unit: str = "水务局", now: Any = MONDAY) -> Ticket:
    return await handover.dispatch_ticket(
        town.context, ticket.ticket_id, town.unit(unit), town.actor("dispatcher"), now
    )


async def test_the_window_for_a_return_counts_from_the_last_dispatch(town: Town) -> None:
    ticket = await build.dispatched(town)
    with pytest.raises(ReturnClosed, match="逾期视为接受"):
        await give_back(town, ticket, now=moment("2026-11-24", "17:31"))
    returned = await give_back(town, await build.dispatched(town), now=TUESDAY)
    again = await send(town, await rule(town, returned, True, now=TUESDAY), now=TUESDAY)
    assert (await give_back(town, again, now=WEDNESDAY)).return_count == 2


async def test_a_rejected_return_stays_and_may_not_come_again(town: Town, look: "Look") -> None:
    ticket = await rule(town, await give_back(town, await build.dispatched(town)), False)
    assert (ticket.state, ticket.return_ruled) == (State.DISPATCHED, True)
    assert {"sign", "contact", "reply"} <= set(await look.ticking(ticket))
    with pytest.raises(ReturnClosed, match="已经裁定"):
        await give_back(town, ticket)


async def test_an_upheld_return_is_dispatched_elsewhere_by_itself_or_shown(town: Town, look: "Look") -> None:
    ticket = await rule(town, await give_back(town, await build.dispatched(town)), True)
    assert (ticket.state, ticket.lead_unit_id) == (State.RECEIVED, None)
    await handover.dispatch_received(town.context, MONDAY, 10)
    assert (await look.ticket(ticket.ticket_id)).state is State.RECEIVED
    assert await look.alarms(ticket) == ["no_catalogue_row"]
    sent = await send(town, ticket, "教育局")
    assert (sent.lead_unit_id, await look.alarms(ticket)) == (town.unit("教育局"), [])


async def thrice(town: Town) -> Ticket:
    ticket = await give_back(town, await build.dispatched(town))
    for unit, login in (("教育局", "school"), ("永安镇", "town")):
        ticket = await give_back(town, await send(town, await rule(town, ticket, True), unit), login)
    return ticket


async def test_the_third_return_opens_tier_one_and_the_inspector_rules(town: Town, look: "Look") -> None:
    ticket = await thrice(town)
    assert (ticket.state, ticket.return_count, ticket.tier) == (State.RETURNED, 3, 1)
    assert await look.ladder(ticket) == [(1, "returns", None)]
    assert (await look.told(ticket))["role:inspector", "returned"] == 1
    with pytest.raises(NotAllowed):
        await rule(town, ticket, True)
    assert (await rule(town, ticket, False, "inspector")).state is State.DISPATCHED


async def test_after_three_upheld_returns_the_next_unit_stands_under_the_tiers_clock(town: Town, look: "Look") -> None:
    ticket = await rule(town, await thrice(town), True, "inspector")
    ticket = await send(town, ticket, "水务局", TUESDAY)
    assert "supervised" in await look.ticking(ticket)
    await look.sweep_until(moment("2026-12-20"))
    assert (await look.ticket(ticket.ticket_id)).tier == 3
    units = {row["unit_id"] for row in await look.letters(ticket) if row["tier"] > 1}
    assert units == {town.unit("水务局")}


async def test_another_unit_takes_a_tier_over_with_the_ticket(town: Town, look: "Look", pool: Any) -> None:
    ticket = await build.dispatched(town)
    late = moment("2026-11-24", "17:30")
    await look.sweep(late)
    await handover.dispatch_ticket(
        town.context, ticket.ticket_id, town.unit("教育局"), town.actor("dispatcher"), late, "职责在教育局"
    )
    row = await pool.fetchrow("select unit_id, due_at from supervision where settled_at is null")
    assert (row["unit_id"], row["due_at"]) == (town.unit("教育局"), moment("2026-11-27", "17:30"))
    assert (await look.told(ticket))[f"unit:{town.unit('水务局')}", "taken_away"] == 1
    await look.sweep_until(moment("2026-11-26", "18:00"))
    old = [row for row in await look.outbox(ticket) if row["recipient"] == f"unit:{town.unit('水务局')}"]
    assert not [row for row in old if row["kind"] == "reminder" and row["created_at"] > late]


async def extend(town: Town, ticket: Ticket, login: str, now: Any = MONDAY) -> Ticket:
    await unit_work.ask_extension(town.context, ticket.ticket_id, town.actor("water"), now, {"reason": "等备件"})
    return await unit_work.decide_extension(town.context, ticket.ticket_id, True, town.actor(login), now, AGREED)


@pytest.mark.case("T17")
async def test_two_extensions_move_the_limit_and_a_third_is_refused(town: Town, look: "Look") -> None:
    ticket = await build.signed(town)
    assert await look.due(ticket, "reply") == moment("2026-11-30", "17:30")
    await extend(town, ticket, "water_head")
    assert await look.due(ticket, "reply") == moment("2026-12-07", "17:30")
    with pytest.raises(ExtensionClosed, match="派单员"):
        await extend(town, ticket, "water_head")
    await unit_work.decide_extension(town.context, ticket.ticket_id, True, town.actor("dispatcher"), MONDAY, AGREED)
    assert await look.due(ticket, "reply") == moment("2026-12-14", "17:30")
    with pytest.raises(ExtensionClosed, match="用完"):
        await extend(town, ticket, "dispatcher")
    await look.sweep_until(moment("2026-12-11"))
    assert (await look.ticket(ticket.ticket_id)).tier == 0


async def test_a_refused_extension_leaves_the_limit_and_may_be_asked_again(town: Town, look: "Look") -> None:
    ticket = await build.signed(town)
    before = await look.due(ticket, "reply")
    await unit_work.ask_extension(town.context, ticket.ticket_id, town.actor("water"), MONDAY, {"reason": "等备件"})
    with pytest.raises(ExtensionClosed, match="还没有批复"):
        await unit_work.ask_extension(town.context, ticket.ticket_id, town.actor("water"), MONDAY, {"reason": "等备件"})
    await unit_work.decide_extension(
        town.context, ticket.ticket_id, False, town.actor("water_head"), TUESDAY, {"reason": "可以按期"}
    )
    assert await look.due(ticket, "reply") == before
    await extend(town, ticket, "water_head", WEDNESDAY)
    assert await look.due(ticket, "reply") > before


async def test_a_request_nobody_decided_in_time_still_waits_for_its_answer(town: Town, look: "Look") -> None:
    ticket = await build.signed(town)
    await unit_work.ask_extension(town.context, ticket.ticket_id, town.actor("water"), MONDAY, {"reason": "等备件"})
    late = moment("2026-11-26", "10:00")
    await look.sweep_until(late)
    await unit_work.decide_extension(town.context, ticket.ticket_id, True, town.actor("water_head"), late, AGREED)
    assert await look.due(ticket, "reply") == moment("2026-12-07", "17:30")


async def test_an_extension_asked_too_late_is_refused_by_the_server(town: Town) -> None:
    ticket = await build.signed(town)
    with pytest.raises(ExtensionClosed, match="届满前"):
        await unit_work.ask_extension(
            town.context, ticket.ticket_id, town.actor("water"),
            moment("2026-11-30", "17:30") + timedelta(seconds=1), {"reason": "等备件"},
        )  # fmt: skip
