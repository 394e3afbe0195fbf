"""A wrong kind or matter, and a wrong merging, put right on the real database."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hotline.actions.dispatch import handover, joint
from hotline.actions.handling import correction, unit_work
from hotline.actions.intake import first_contact
from hotline.actions.supervision import tiers
from hotline.domain.enums import CloseReason, HandlingClass, Kind, Pace
from hotline.domain.errors import Malformed, NotAllowed, NotMerged, WrongState
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import Ticket
from hotline.store.tickets import history
from tests import build
from tests.build import MONDAY, TUESDAY, WEDNESDAY, Town, moment

if TYPE_CHECKING:
    from tests.hotline.actions.conftest import Look

WHY = {"reason": "听录音后更正"}


async def correct(
    town: Town, ticket: Ticket, kind: Kind, matter: str | None, now: datetime, login: str = "dispatcher"
) -> Ticket:
    return await correction.reclassify_ticket(town.context, ticket.ticket_id, kind, matter, town.actor(login), now, WHY)


async def details(town: Town, ticket: Ticket, verb: str) -> dict[str, Any]:
    async with town.context.pool.acquire() as conn:
        rows = await history.list_events(conn, town.context.region, ticket.ticket_id)
    return next(dict(row["details"]) for row in rows if row["verb"] == verb)


@pytest.mark.case("T15", "D8")
async def test_limits_are_reckoned_again_from_the_original_start(town: Town, look: "Look") -> None:
    ticket = await build.signed(town, kind=Kind.SUGGESTION)
    assert await look.due(ticket, "reply") == moment("2026-12-02", "17:30")
    ticket = await correct(town, ticket, Kind.COMPLAINT, None, WEDNESDAY)
    assert ticket.kind is Kind.COMPLAINT
    assert await look.ticket(ticket.ticket_id) == ticket
    assert await look.due(ticket, "reply") == moment("2026-11-30", "17:30")
    assert (await details(town, ticket, "reclassify"))["limits"] == [{
        "rule": "reply", "old_limit": "7d", "new_limit": "5d",
        "old_due": moment("2026-12-02", "17:30").isoformat(), "new_due": moment("2026-11-30", "17:30").isoformat(),
    }]  # fmt: skip


@pytest.mark.case("T15")
async def test_a_limit_that_would_be_past_counts_from_now_and_never_beyond_its_old_end(
    town: Town, look: "Look"
) -> None:
    ticket = await build.signed(town)
    late = moment("2026-11-26", "15:00")
    ticket = await correct(town, ticket, Kind.COMPLAINT, "danger", late)
    assert (ticket.pace, ticket.handling_class) == (Pace.LIFE, HandlingClass.URGENT)
    assert await look.due(ticket, "reply") == late + timedelta(hours=24)
    other = await build.signed(town)
    evening = moment("2026-11-30", "17:00")
    await correct(town, other, Kind.INQUIRY, None, evening)
    assert await look.due(other, "reply") == moment("2026-11-30", "17:30")


async def test_assisting_units_follow_the_corrected_limit(town: Town, look: "Look") -> None:
    ticket = await build.signed(town, kind=Kind.SUGGESTION)
    await joint.invite_units(
        town.context, ticket.ticket_id, [town.unit("教育局")], town.actor("dispatcher"), MONDAY, {"task": "核实"}
    )
    await correct(town, ticket, Kind.COMPLAINT, None, TUESDAY)
    assert await look.due(ticket, "assist") == moment("2026-11-27", "17:30")


async def test_an_extension_stays_on_top_of_the_corrected_limit(town: Town, look: "Look") -> None:
    ticket = await build.signed(town)
    await unit_work.ask_extension(town.context, ticket.ticket_id, town.actor("water"), MONDAY, WHY)
    await unit_work.decide_extension(town.context, ticket.ticket_id, True, town.actor("water_head"), MONDAY, WHY)
    await correct(town, ticket, Kind.SUGGESTION, None, TUESDAY)
    assert await look.due(ticket, "reply") == moment("2026-12-09", "17:30")


async def test_a_tip_off_is_confidential_and_stays_it(town: Town) -> None:
    ticket = await build.dispatched(town)
    assert (await correct(town, ticket, Kind.TIP_OFF, None, MONDAY)).confidential
    assert (await correct(town, ticket, Kind.COMPLAINT, None, MONDAY)).confidential


async def test_what_found_no_unit_goes_by_its_corrected_matter(town: Town, look: "Look") -> None:
    ticket = await build.opened(town, matter_id=None, body="说不清楚的一件事。")
    await handover.dispatch_received(town.context, MONDAY, 10)
    assert await look.alarms(ticket) == ["no_catalogue_row"]
    await correct(town, ticket, Kind.COMPLAINT, "school.fee", MONDAY, "operator")
    await handover.dispatch_received(town.context, MONDAY, 10)
    assert (await look.ticket(ticket.ticket_id)).lead_unit_id == town.unit("教育局")


async def test_a_correction_that_corrects_nothing_is_refused(town: Town) -> None:
    ticket = await build.dispatched(town)
    with pytest.raises(Malformed, match="没有改动"):
        await correct(town, ticket, Kind.COMPLAINT, "water.bill", MONDAY)
    with pytest.raises(Malformed, match="事项"):
        await correct(town, ticket, Kind.COMPLAINT, "no.such", MONDAY)
    with pytest.raises(NotAllowed):
        await correct(town, ticket, Kind.HELP, None, MONDAY, "water")
    ticket = await build.replied(town)
    with pytest.raises(WrongState):
        await correct(town, ticket, Kind.HELP, None, MONDAY)


async def merged(town: Town, ticket: Ticket, now: datetime = MONDAY) -> Ticket:
    target = await build.opened(town, now)
    return await first_contact.merge_ticket(
        town.context, ticket.ticket_id, target.number, town.actor("dispatcher"), now
    )


async def take_out(town: Town, ticket: Ticket, now: datetime) -> Ticket:
    return await correction.unmerge_ticket(town.context, ticket.ticket_id, town.actor("dispatcher"), now, WHY)


@pytest.mark.case("T25")
async def test_an_unmerged_ticket_stands_where_it_stood_with_clocks_from_now(town: Town, look: "Look") -> None:
    ticket = await merged(town, await build.signed(town))
    assert ticket.close_reason is CloseReason.MERGED
    ticket = await take_out(town, ticket, TUESDAY)
    assert (ticket.state, ticket.close_reason, ticket.merged_into, ticket.closed_at) == (
        State.SIGNED, None, None, None,
    )  # fmt: skip
    assert await look.ticking(ticket) == ["reply"]
    assert await look.due(ticket, "reply") == moment("2026-12-01", "17:30")
    assert (await look.told(ticket))[f"unit:{town.unit('水务局')}", "unmerged"] == 1
    assert (await build.reply(town, ticket, WEDNESDAY)).state is State.REPLIED


@pytest.mark.case("T25")
async def test_in_every_stage_an_unmerged_ticket_waits_for_something(town: Town, look: "Look") -> None:
    context, dispatcher = town.context, town.actor("dispatcher")
    received, waiting = await build.opened(town), await build.opened(town)
    await first_contact.ask_details(context, waiting.ticket_id, town.actor("operator"), MONDAY, {"missing": "水表号"})
    sent, returned = await build.dispatched(town), await build.dispatched(town)
    given = {"reason": "x", "basis": "x"}
    await handover.return_ticket(context, returned.ticket_id, town.actor("water"), MONDAY, given)
    wanted = {
        received: ["dispatch"], waiting: ["details"], sent: ["contact", "reply", "sign"],
        returned: ["contact", "reply", "ruling"],
    }  # fmt: skip
    for ticket, clocks in wanted.items():
        await merged(town, ticket)
        assert await look.ticking(await take_out(town, ticket, TUESDAY)) == clocks
    await handover.rule_return(context, returned.ticket_id, False, dispatcher, TUESDAY, given)


async def test_a_tier_in_force_before_the_merging_is_in_force_again(town: Town, look: "Look") -> None:
    ticket = await build.signed(town)
    await tiers.supervise_ticket(town.context, ticket.ticket_id, town.actor("supervisor"), MONDAY)
    ticket = await take_out(town, await merged(town, ticket), TUESDAY)
    assert await look.ladder(ticket) == [(1, "mark", "closed"), (1, "mark", None)]
    assert await look.ticking(ticket) == ["reply", "supervised"]


@pytest.mark.case("T25")
async def test_a_request_for_time_ends_with_the_merging_and_may_be_made_again(town: Town, look: "Look") -> None:
    ticket, water = await build.signed(town), town.actor("water")
    await unit_work.ask_extension(town.context, ticket.ticket_id, water, MONDAY, WHY)
    again = await take_out(town, await merged(town, ticket), TUESDAY)
    assert "extension" not in await look.ticking(again)
    asked = await unit_work.ask_extension(town.context, ticket.ticket_id, water, TUESDAY, WHY)
    assert "extension" in await look.ticking(asked)


async def test_only_what_was_merged_is_unmerged(town: Town) -> None:
    ticket = await build.opened(town)
    with pytest.raises(NotMerged):
        await take_out(town, ticket, MONDAY)
    given = {"answer": "按规定办理。"}
    await first_contact.answer_ticket(town.context, ticket.ticket_id, town.actor("operator"), MONDAY, given)
    with pytest.raises(NotMerged):
        await take_out(town, ticket, MONDAY)
