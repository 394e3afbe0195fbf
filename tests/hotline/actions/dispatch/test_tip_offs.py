"""A tip-off on the real database: no rule gives it to a unit, a dispatcher does (PROCEDURE §2)."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hotline.actions.dispatch import handover
from hotline.actions.dispatch.dispatch_queue import list_undispatched
from hotline.actions.handling import correction
from hotline.actions.intake import first_contact
from hotline.domain.dispatch.catalogue import CatalogueRow
from hotline.domain.enums import Channel, HandlingClass, Kind, Pace
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import COMPLAINANT, SYSTEM, Ticket
from hotline.store.tickets.records import claim_received
from rehearsal.store import county as rows
from tests import build
from tests.build import MONDAY, TUESDAY, Town, moment

if TYPE_CHECKING:
    import asyncpg

    from tests.hotline.actions.conftest import Look

WHY = {"reason": "本人说是举报"}


async def sweep(town: Town) -> int:
    return await handover.dispatch_received(town.context, MONDAY, 10)


async def send(town: Town, ticket: Ticket, unit: str = "水务局") -> Ticket:
    dispatcher = town.actor("dispatcher")
    return await handover.dispatch_ticket(town.context, ticket.ticket_id, town.unit(unit), dispatcher, MONDAY)


async def correct(town: Town, ticket: Ticket, kind: Kind) -> Ticket:
    dispatcher = town.actor("dispatcher")
    return await correction.reclassify_ticket(town.context, ticket.ticket_id, kind, None, dispatcher, MONDAY, WHY)


async def waits(look: "Look", ticket: Ticket) -> bool:
    """Whether the ticket is with no unit and the dispatchers were told so once."""
    kept = await look.ticket(ticket.ticket_id)
    alone = (kept.state, kept.lead_unit_id) == (State.RECEIVED, None)
    return alone and await look.alarms(ticket) == ["tip_off_waits"]


@pytest.mark.case("P31")
@pytest.mark.parametrize("channel", [Channel.WEBSITE, Channel.WECHAT, Channel.PHONE])
async def test_a_tip_off_waits_for_a_dispatcher_by_whatever_door_it_came(
    town: Town, look: "Look", channel: Channel
) -> None:
    ticket = await build.opened(town, channel=channel, kind=Kind.TIP_OFF, body="水务局局长吃拿卡要，请查。")
    assert await sweep(town) == 1
    assert await waits(look, ticket)
    assert not [to for to, _ in await look.told(ticket) if to.startswith("unit:")]
    suggested = [row.suggested for row in await list_undispatched(town.context, town.actor("dispatcher"))]
    assert suggested == [town.unit("水务局")]


async def test_a_tip_off_that_waits_is_not_looked_at_again(town: Town, look: "Look") -> None:
    ticket = await build.opened(town, kind=Kind.TIP_OFF)
    assert [await sweep(town), await sweep(town)] == [1, 0]
    async with town.context.writing(SYSTEM) as conn:
        assert await claim_received(conn, build.REGION, TUESDAY, 10) == []
    await look.settle_alarms(MONDAY)
    assert await sweep(town) == 1
    assert await waits(look, ticket)


async def test_a_dispatcher_chooses_the_unit_and_the_alarm_is_over(town: Town, look: "Look") -> None:
    ticket = await build.opened(town, kind=Kind.TIP_OFF)
    await sweep(town)
    sent = await send(town, ticket, "教育局")
    assert (sent.state, sent.lead_unit_id) == (State.DISPATCHED, town.unit("教育局"))
    assert await look.alarms(ticket) == []


async def test_the_limit_for_dispatch_runs_out_on_a_tip_off_too(town: Town, look: "Look") -> None:
    ticket = await build.opened(town, kind=Kind.TIP_OFF)
    await sweep(town)
    await look.sweep(moment("2026-11-23", "11:00"))
    assert sorted(await look.alarms(ticket)) == ["dispatch_overdue", "tip_off_waits"]


async def test_a_tip_off_whose_return_was_upheld_waits_again(town: Town, look: "Look") -> None:
    ticket = await send(town, await build.opened(town, kind=Kind.TIP_OFF, matter_id="school.fee"))
    grounds = {"reason": "不属本单位职责", "basis": "三定方案第三条"}
    await handover.return_ticket(town.context, ticket.ticket_id, town.actor("water"), MONDAY, grounds)
    dispatcher = town.actor("dispatcher")
    await handover.rule_return(town.context, ticket.ticket_id, True, dispatcher, MONDAY, {"reason": "情况属实"})
    await sweep(town)
    assert await waits(look, ticket)


async def test_a_ticket_corrected_to_a_tip_off_waits_and_one_corrected_from_it_goes(town: Town, look: "Look") -> None:
    ticket = await build.opened(town)
    await correct(town, ticket, Kind.TIP_OFF)
    await sweep(town)
    assert await waits(look, ticket)
    await correct(town, ticket, Kind.COMPLAINT)
    await sweep(town)
    assert (await look.ticket(ticket.ticket_id)).lead_unit_id == town.unit("水务局")
    assert await look.alarms(ticket) == []


async def test_what_no_row_fits_waits_as_a_tip_off_once_corrected_to_one(town: Town, look: "Look") -> None:
    ticket = await build.opened(town, matter_id=None, body="说不清楚的一件事。")
    await sweep(town)
    await correct(town, ticket, Kind.TIP_OFF)
    await sweep(town)
    assert await waits(look, ticket)


async def test_a_tip_off_waits_after_an_unmerge_and_after_details(town: Town, look: "Look") -> None:
    target, ticket = await build.dispatched(town), await build.opened(town, kind=Kind.TIP_OFF)
    case, dispatcher = (town.context, ticket.ticket_id), town.actor("dispatcher")
    await first_contact.merge_ticket(*case, target.number, dispatcher, MONDAY)
    await correction.unmerge_ticket(*case, dispatcher, MONDAY, WHY)
    await sweep(town)
    assert await waits(look, ticket)
    await first_contact.ask_details(*case, town.actor("operator"), MONDAY, {"missing": "时间和地点"})
    await first_contact.add_details(*case, COMPLAINANT, MONDAY, {"text": "上周五，在办事大厅。"})
    await sweep(town)
    assert await waits(look, ticket)


async def test_a_tip_off_given_to_the_suggested_unit_takes_its_matter_and_pace(
    town: Town, look: "Look", pool: "asyncpg.Pool"
) -> None:
    async with pool.acquire() as conn:
        row = CatalogueRow(town.unit("水务局"), "danger", None, ("排污",))
        await rows.add_catalogue_row(conn, build.REGION, row, MONDAY)
    await town.context.refresh(TUESDAY, force=True)
    ticket = await build.opened(town, kind=Kind.TIP_OFF, matter_id=None, body="有人夜里向河里排污，有毒。")
    await sweep(town)
    sent = await send(town, ticket)
    assert (sent.matter_id, sent.pace, sent.handling_class) == ("danger", Pace.LIFE, HandlingClass.URGENT)
    assert await look.due(ticket, "sign") == MONDAY + timedelta(minutes=15)
    other = await build.opened(town, kind=Kind.TIP_OFF, matter_id=None, body="有人夜里向河里排污，有毒。")
    assert (await send(town, other, "教育局")).matter_id is None


async def test_other_kinds_go_by_the_catalogue_as_before(town: Town, look: "Look") -> None:
    kinds = [Kind.COMPLAINT, Kind.HELP, Kind.INQUIRY, Kind.SUGGESTION]
    tickets = [await build.opened(town, kind=kind) for kind in kinds]
    assert await sweep(town) == len(kinds)
    leads = [(await look.ticket(ticket.ticket_id)).lead_unit_id for ticket in tickets]
    assert leads == [town.unit("水务局")] * len(kinds)
