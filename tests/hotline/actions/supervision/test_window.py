"""Reminders of a window exactly once, and the ladder of tiers, whenever and however often one looks."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest

from hotline.actions.dispatch import handover
from hotline.actions.handling import unit_work
from hotline.actions.tickets.due_steps import fire_due_deadlines
from hotline.domain.tickets.lifecycle import State
from hotline.store import policies
from hotline.store.supervision import tiers
from tests import build
from tests.build import FRIDAY, MONDAY, NEXT_MONDAY, TUESDAY, Town, moment

if TYPE_CHECKING:
    from tests.hotline.actions.conftest import Look

EXPIRY = moment("2026-11-30", "17:30")
STEPS = ["issued", "two_days", "one_day", "four_hours", "expiry"]


def of_rule(ledger: list[tuple[str, str, str]], rule: str) -> list[tuple[str, str]]:
    return [(step, state) for name, step, state in ledger if name == rule]


@pytest.mark.case("P9")
async def test_a_window_reminds_once_at_each_step_however_often_one_looks(town: Town, look: "Look") -> None:
    ticket = await build.owed(town)
    now = MONDAY
    while now <= EXPIRY:
        await fire_due_deadlines(town.context, now, 100)
        now += timedelta(hours=2)
    await look.sweep(EXPIRY)
    assert of_rule(await look.ledger(ticket), "interview") == [(step, "planned") for step in STEPS]
    reminders = [
        row
        for row in await look.outbox(ticket)
        if row["kind"] == "reminder" and row["payload"]["facts"].get("rule") == "interview"
    ]
    assert len(reminders) == len(STEPS)


@pytest.mark.case("T1", "T11")
async def test_two_sweeps_at_once_remind_once(town: Town, look: "Look") -> None:
    ticket = await build.owed(town)
    await asyncio.gather(*(fire_due_deadlines(town.context, EXPIRY, 100) for _ in range(5)))
    await look.sweep(EXPIRY)
    assert of_rule(await look.ledger(ticket), "interview").count(("expiry", "planned")) == 1
    assert [row["tier"] for row in await look.letters(ticket)] == [1, 2]


@pytest.mark.case("T5", "T10")
async def test_after_an_outage_the_latest_step_is_told_and_the_others_are_marked(town: Town, look: "Look") -> None:
    ticket = await build.owed(town)
    await look.sweep(EXPIRY - timedelta(minutes=1))
    assert of_rule(await look.ledger(ticket), "interview") == [
        *((step, "skipped") for step in STEPS[:3]), ("four_hours", "planned"),
    ]  # fmt: skip
    assert (await look.events(ticket)).count("remind") == 1


@pytest.mark.case("T10")
async def test_after_three_days_down_one_notice_for_each_tier_in_order(town: Town, look: "Look") -> None:
    ticket = await build.owed(town)
    late = EXPIRY + timedelta(days=3)
    await look.sweep(late)
    assert await look.ladder(ticket) == [(1, "dissatisfied", "next_tier"), (2, "interview_overdue", None)]
    planned = [line for line in await look.ledger(ticket) if line[2] == "planned"]
    assert planned == [("interview", "expiry", "planned"), ("tier2", "issued", "planned")]


@pytest.mark.case("P6")
async def test_all_three_tiers_are_reached_with_the_default_settings_and_the_third_stays(
    town: Town, look: "Look"
) -> None:
    ticket = await build.owed(town)
    await look.sweep_until(moment("2026-12-31"))
    kept = await look.ticket(ticket.ticket_id)
    assert (kept.tier, kept.state) == (3, State.INTERVIEW_OWED)
    assert [(tier, reason) for tier, reason, _ in await look.ladder(ticket)] == [
        (1, "dissatisfied"), (2, "interview_overdue"), (3, "tier2_overdue"),
    ]  # fmt: skip
    assert [(row["tier"], row["copy_to"] is not None) for row in await look.letters(ticket)] == [
        (1, False), (2, True), (3, True),
    ]  # fmt: skip
    assert await look.ticking(ticket) == ["tier3"]
    assert await look.due(ticket, "tier3") > moment("2026-12-31")
    expiries = of_rule(await look.ledger(ticket), "tier3").count(("expiry", "planned"))
    assert (await look.told(ticket))["role:leader", "tier3_overdue"] == expiries == 3


async def test_each_tier_tells_its_own_people(town: Town, look: "Look") -> None:
    ticket = await build.owed(town)
    await look.sweep_until(moment("2026-12-04"))
    told = await look.told(ticket)
    for role in ("supervisor", "inspector", "leader"):
        assert told[f"role:{role}", "escalated"] == 1


@pytest.mark.case("P3")
async def test_an_overdue_signature_climbs_all_the_way_though_a_person_comments(town: Town, look: "Look") -> None:
    ticket = await build.dispatched(town)
    await look.sweep(moment("2026-11-24", "17:30"))
    assert await look.ladder(ticket) == [(1, "sign_overdue", None)]
    await unit_work.comment_ticket(
        town.context, ticket.ticket_id, build.COMPLAINANT, moment("2026-11-25"), {"text": "没人理我"}
    )
    assert await look.due(ticket, "supervised") == moment("2026-11-27", "17:30")
    await look.sweep_until(moment("2026-12-03"))
    assert [tier for tier, _, _ in await look.ladder(ticket)] == [1, 2, 3]


@pytest.mark.case("P10")
async def test_a_limit_over_a_weekend_is_not_overdue_on_monday(town: Town, look: "Look") -> None:
    ticket = await build.signed(town, FRIDAY)
    await look.sweep_until(NEXT_MONDAY)
    assert (await look.ticket(ticket.ticket_id)).tier == 0
    assert await look.ledger(ticket) == []


@pytest.mark.case("P1")
async def test_every_overdue_ticket_is_reached_batch_by_batch(town: Town, look: "Look") -> None:
    tickets = [await build.dispatched(town) for _ in range(23)]
    late = moment("2026-11-24", "17:30")
    await look.sweep(late, batch=5)
    assert [(await look.ticket(one.ticket_id)).tier for one in tickets] == [1] * len(tickets)


@pytest.mark.case("P2")
async def test_tickets_at_the_top_do_not_hide_the_last_one(town: Town, look: "Look") -> None:
    top = [await build.dispatched(town) for _ in range(8)]
    await look.sweep_until(moment("2026-12-04"))
    assert {(await look.ticket(one.ticket_id)).tier for one in top} == {3}
    last = await build.dispatched(town, moment("2026-12-04", "10:00"))
    await look.sweep(moment("2026-12-31"), batch=3)
    assert (await look.ticket(last.ticket_id)).tier >= 1


@pytest.mark.case("P7")
async def test_the_same_unit_is_told_again_when_the_ticket_comes_back(town: Town, look: "Look") -> None:
    ticket = await build.dispatched(town)
    grounds = {"reason": "不属本单位", "basis": "三定方案"}
    await handover.return_ticket(town.context, ticket.ticket_id, town.actor("water"), MONDAY, grounds)
    await handover.rule_return(
        town.context, ticket.ticket_id, True, town.actor("dispatcher"), MONDAY, {"reason": "另派"}
    )
    await handover.dispatch_ticket(
        town.context, ticket.ticket_id, town.unit("水务局"), town.actor("dispatcher"), MONDAY
    )
    assert (await look.told(ticket))[f"unit:{town.unit('水务局')}", "dispatched"] == 2
    await look.sweep(moment("2026-11-24", "17:30"))
    assert ("sign", "expiry", "planned") in await look.ledger(ticket)


async def test_letters_are_numbered_without_gaps_though_one_is_undone(
    town: Town, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await build.owed(town)
    with monkeypatch.context() as patch:
        patch.setattr(tiers, "open_supervision", _refuse)
        _, failed = await fire_due_deadlines(town.context, EXPIRY, 100)
        assert len(failed) == 3
    await asyncio.gather(*(fire_due_deadlines(town.context, moment("2026-12-31"), 100) for _ in range(3)))
    numbers = await pool.fetch("select number from letter where kind = 'supervision_letter' order by number")
    assert [row["number"] for row in numbers] == list(range(1, 7))


async def _refuse(*_: object) -> None:
    raise RuntimeError("refused for the test")


async def test_a_new_year_begins_its_own_numbers(town: Town, look: "Look") -> None:
    await build.owed(town)
    second = await build.owed(town, moment("2027-01-04"))
    assert [(row["year"], row["number"]) for row in await look.letters(second)] == [(2027, 1)]


@pytest.mark.case("T20")
async def test_a_notice_never_leaves_outside_notice_hours_unless_urgent(town: Town, look: "Look") -> None:
    night = moment("2026-11-28", "23:00")
    calm = await build.dispatched(town, night)
    urgent = await build.dispatched(town, night, matter_id="water.outage")
    await look.sweep_until(night + timedelta(hours=3))
    assert {row["not_before"] for row in await look.outbox(calm)} == {moment("2026-11-30", "08:30")}
    assert {row["urgent"] for row in await look.outbox(urgent)} == {True}
    assert all(row["not_before"] == row["created_at"] for row in await look.outbox(urgent))
    assert (await look.ticket(urgent.ticket_id)).tier == 1


@pytest.mark.case("T5")
async def test_a_clock_set_back_repeats_nothing(town: Town, look: "Look") -> None:
    ticket = await build.owed(town)
    await look.sweep(moment("2026-11-27", "17:30"))
    before = await look.ledger(ticket), await look.told(ticket)
    for now in (TUESDAY, moment("2026-11-27", "16:30"), moment("2026-11-27", "17:30")):
        assert await look.sweep(now) == 0
    assert before == (await look.ledger(ticket), await look.told(ticket))


async def test_another_policy_holds_from_the_next_clock_on(town: Town, look: "Look", pool: asyncpg.Pool) -> None:
    before = await build.owed(town)
    async with pool.acquire() as conn:
        await policies.add_policy(conn, build.REGION, MONDAY, {"limits": {"interview": "2d"}}, "管理员")
    await town.context.refresh(MONDAY, force=True)
    after = await build.owed(town)
    assert await look.due(before, "interview") == EXPIRY
    assert await look.due(after, "interview") == moment("2026-11-25", "17:30")
