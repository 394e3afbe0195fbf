"""Nothing ends silently: nobody to receive, nobody to act, nobody to dispatch to, a ticket that cannot be handled."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from hotline.actions.dispatch import handover
from hotline.actions.handling import unit_work
from hotline.actions.supervision import tiers
from hotline.actions.tickets import due_steps
from hotline.actions.tickets.due_steps import fire_due_deadlines
from hotline.domain.dispatch.catalogue import CatalogueRow
from hotline.domain.tickets.lifecycle import State
from rehearsal.store import county as rows
from tests import build
from tests.build import MONDAY, TUESDAY, Town, moment
from tests.hotline.actions.conftest import Look

FULL_LADDER = moment("2026-12-10")


@pytest.mark.case("P5")
async def test_a_unit_without_people_sends_its_notices_upwards_with_an_alarm_each_time(town: Town, look: Look) -> None:
    ticket = await build.dispatched(town, unit="西湖水厂")
    told = await look.told(ticket)
    assert told[f"unit:{town.unit('水务局')}", "dispatched"] == 1
    assert await look.alarms(ticket) == ["nobody_to_receive"]
    await look.sweep_until(FULL_LADDER)
    reminders = [row for row in await look.outbox(ticket) if row["kind"] == "reminder"]
    assert {row["recipient"] for row in reminders} == {f"unit:{town.unit('水务局')}"}
    assert (await look.alarms(ticket)).count("nobody_to_receive") == 1 + len(reminders)
    assert (await look.ticket(ticket.ticket_id)).tier == 3


@pytest.mark.case("P5")
async def test_with_nobody_in_the_whole_branch_the_dispatcher_gets_it_and_tiers_are_not_skipped(
    pool: asyncpg.Pool,
) -> None:
    town = await build.a_county(pool, without=("town", "county_head"))
    look = Look(town)
    ticket = await build.dispatched(town, unit="前进村")
    assert (await look.told(ticket))["role:dispatcher", "dispatched"] == 1
    await look.sweep_until(FULL_LADDER)
    assert [tier for tier, _, _ in await look.ladder(ticket)] == [1, 2, 3]


@pytest.mark.case("P5")
@pytest.mark.parametrize("role", ["inspector", "leader"])
async def test_an_office_without_anybody_is_an_alarm_and_the_dispatcher_is_told(pool: asyncpg.Pool, role: str) -> None:
    town = await build.a_county(pool, without=(role,))
    look = Look(town)
    ticket = await build.owed(town)
    await look.sweep_until(FULL_LADDER)
    told = await look.told(ticket)
    assert told[f"role:{role}", "escalated"] == 0
    assert told["role:dispatcher", "escalated"] == 1
    assert "nobody_to_receive" in await look.alarms(ticket)
    assert [tier for tier, _, _ in await look.ladder(ticket)] == [1, 2, 3]


@pytest.mark.case("P4")
async def test_a_supervised_ticket_without_a_unit_raises_an_alarm_at_every_tier(town: Town, look: Look) -> None:
    ticket = await build.opened(town, matter_id=None)
    await tiers.supervise_ticket(town.context, ticket.ticket_id, town.actor("leader"), MONDAY)
    await look.sweep_until(FULL_LADDER)
    assert (await look.alarms(ticket)).count("nobody_to_supervise") == 3
    assert (await look.ticket(ticket.ticket_id)).tier == 3
    assert "tier3" in await look.ticking(ticket)


async def test_what_no_row_speaks_for_waits_for_a_dispatcher_and_hides_nobody(town: Town, look: Look) -> None:
    odd = [await build.opened(town, matter_id=None) for _ in range(4)]
    assert await handover.dispatch_received(town.context, MONDAY, 4) == 4
    plain = await build.opened(town)
    assert await handover.dispatch_received(town.context, MONDAY, 4) == 1
    assert (await look.ticket(plain.ticket_id)).state is State.DISPATCHED
    assert await look.alarms() == ["no_catalogue_row"] * len(odd)


async def test_an_alarm_dealt_with_in_vain_comes_back_and_one_that_helped_does_not(
    town: Town, look: Look, pool: asyncpg.Pool
) -> None:
    ticket = await build.opened(town, matter_id=None, body="路灯坏了三天")
    await handover.dispatch_received(town.context, MONDAY, 10)
    await look.settle_alarms(MONDAY)
    await handover.dispatch_received(town.context, MONDAY + timedelta(minutes=1), 10)
    assert await look.alarms(ticket) == ["no_catalogue_row"]
    async with pool.acquire() as conn:
        row = CatalogueRow(town.unit("永安镇"), None, None, ("路灯",))
        await rows.add_catalogue_row(conn, build.REGION, row, MONDAY)
    await town.context.refresh(TUESDAY, force=True)
    await look.settle_alarms(TUESDAY)
    await handover.dispatch_received(town.context, TUESDAY, 10)
    assert (await look.ticket(ticket.ticket_id)).lead_unit_id == town.unit("永安镇")
    assert await look.alarms(ticket) == []


async def test_what_the_hotline_leaves_undone_comes_back_window_after_window(town: Town, look: Look) -> None:
    ticket = await build.opened(town)
    overdue = moment("2026-11-23", "11:00")
    await look.sweep(overdue)
    assert (await look.alarms(ticket), await look.clocks(ticket)) == (["dispatch_overdue"], {"dispatch": "missed"})
    await look.sweep_until(moment("2026-11-25"))
    assert await look.alarms(ticket) == ["dispatch_overdue"]
    await look.settle_alarms(moment("2026-11-25"))
    await look.sweep_until(moment("2026-11-25", "17:00"))
    assert await look.alarms(ticket) == ["dispatch_overdue"]
    await handover.dispatch_received(town.context, moment("2026-11-25", "17:00"), 10)
    assert await look.alarms(ticket) == []
    assert "dispatch" not in await look.ticking(ticket)


async def test_an_overdue_callback_is_the_hotlines_alarm_and_no_tier_of_the_unit(town: Town, look: Look) -> None:
    ticket = await build.replied(town)
    await look.sweep_until(moment("2026-12-20"))
    kept = await look.ticket(ticket.ticket_id)
    assert (kept.tier, kept.state, await look.alarms(ticket)) == (0, State.REPLIED, ["callback_overdue"])


def poison(monkeypatch: pytest.MonkeyPatch, ticket_id: object) -> None:
    """Make every clock of one ticket fail."""
    healthy = due_steps.due

    def due(ticket: Any, *rest: Any) -> Any:
        if ticket.ticket_id == ticket_id:
            raise RuntimeError("poisoned for the test")
        return healthy(ticket, *rest)

    monkeypatch.setattr(due_steps, "due", due)


@pytest.mark.case("T9")
async def test_a_poisoned_ticket_stops_nobody_and_is_shown(
    town: Town, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, *good = [await build.dispatched(town) for _ in range(4)]
    poison(monkeypatch, bad.ticket_id)
    late = moment("2026-11-24", "17:30")
    failed = []
    for _ in range(12):
        handled, now_failed = await fire_due_deadlines(town.context, late, 1)
        failed += now_failed
        if not handled:
            break
    assert failed == [bad.ticket_id]
    assert [(await look.ticket(one.ticket_id)).tier for one in good] == [1, 1, 1]
    assert await look.alarms(bad) == ["clock_failed"]
    assert (await look.ticket(bad.ticket_id)).tier == 0


async def test_a_poisoned_ticket_is_tried_again_ten_minutes_later(
    town: Town, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = await build.dispatched(town)
    late = moment("2026-11-24", "17:30")
    with monkeypatch.context() as patch:
        poison(patch, bad.ticket_id)
        await fire_due_deadlines(town.context, late, 10)
    assert await look.sweep(late + timedelta(minutes=9)) == 0
    assert await look.sweep(late + timedelta(minutes=10)) > 0
    assert (await look.ticket(bad.ticket_id)).tier == 1


async def test_people_go_on_working_on_a_ticket_whose_clocks_fail(
    town: Town, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = await build.dispatched(town)
    late = moment("2026-11-24", "17:30")
    poison(monkeypatch, bad.ticket_id)
    await fire_due_deadlines(town.context, late, 10)
    signed = await unit_work.sign_ticket(town.context, bad.ticket_id, town.actor("water"), late)
    assert signed.state is State.SIGNED


@pytest.mark.case("T9")
async def test_a_ticket_that_cannot_be_dispatched_is_left_to_a_dispatcher(
    town: Town, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = await build.opened(town), await build.opened(town)
    healthy = handover.catalogue.choose_row

    def choose(catalogue: Any, ticket: Any, excluded: Any) -> Any:
        if ticket.ticket_id == bad.ticket_id:
            raise RuntimeError("poisoned for the test")
        return healthy(catalogue, ticket, excluded)

    monkeypatch.setattr(handover.catalogue, "choose_row", choose)
    await handover.dispatch_received(town.context, MONDAY, 10)
    assert (await look.ticket(good.ticket_id)).state is State.DISPATCHED
    assert await look.alarms(bad) == ["dispatch_failed"]
    assert await handover.dispatch_received(town.context, MONDAY, 10) == 0
    await handover.dispatch_ticket(town.context, bad.ticket_id, town.unit("水务局"), town.actor("dispatcher"), MONDAY)
    assert await look.alarms(bad) == []
