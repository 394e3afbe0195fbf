"""While somebody is away their substitute reads what is for them, both are recorded, and nothing ends silently."""

from datetime import datetime, timedelta

import asyncpg
import pytest

from hotline.actions.accounts import leave
from hotline.actions.dispatch import handover, joint
from hotline.actions.handling import unit_work
from hotline.actions.messaging import inbox
from hotline.actions.messaging.delivery import deliver_due
from hotline.actions.search import case_view
from hotline.db import transaction
from hotline.domain.enums import Role
from hotline.domain.errors import LeaveOverlaps, Malformed, NotAllowed, NotFound, UnfitSubstitute
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt
from hotline.domain.tickets.ticket import Ticket
from hotline.store.accounts import staff
from tests import build
from tests.build import FRIDAY, MONDAY, NEXT_MONDAY, REGION, THURSDAY, TUESDAY, Town, moment
from tests.hotline.actions.conftest import Look, Row

A_DAY_LEFT = moment("2026-11-27", "17:30")


async def away(
    town: Town, login: str, substitute: str | None = None, since: datetime = MONDAY, until: datetime = NEXT_MONDAY
) -> None:
    """`login` is on leave for the week, entered by the system administrator."""
    stand_in = town.actor(substitute).account_id if substitute else None
    account_id = town.actor(login).account_id
    assert account_id is not None
    await leave.enter_leave(town.context, account_id, since, until, stand_in, town.actor("admin"), MONDAY)


async def reminded(look: Look, ticket: Ticket) -> list[Row]:
    return [row for row in await look.outbox(ticket) if row["kind"] == "reminder"]


def person(town: Town, login: str) -> str:
    return f"account:{town.actor(login).account_id}"


async def test_who_signed_is_reminded_on_the_way_and_the_whole_unit_at_the_end(town: Town, look: Look) -> None:
    ticket = await build.signed(town)
    await look.sweep_until(moment("2026-11-30", "17:30"))
    told = [row["recipient"] for row in await reminded(look, ticket)]
    assert told[:2] == [person(town, "water"), f"unit:{town.unit('水务局')}"]


async def test_a_ticket_signed_by_the_head_stays_with_the_desk_until_somebody_is_named(town: Town, look: Look) -> None:
    ticket = await build.dispatched(town)
    head = town.actor("water_head")
    signed = await unit_work.sign_ticket(town.context, ticket.ticket_id, head, MONDAY)
    assert signed.handler_id is None
    water = town.actor("water").account_id
    assert water is not None
    named = await unit_work.assign_ticket(town.context, ticket.ticket_id, water, head, MONDAY)
    assert named.handler_id == water
    assert (await look.told(ticket))[person(town, "water"), "assigned"] == 1


async def test_nobody_of_another_unit_is_put_in_charge(town: Town) -> None:
    ticket = await build.signed(town)
    school = town.actor("school").account_id
    assert school is not None
    with pytest.raises(Malformed):
        await unit_work.assign_ticket(town.context, ticket.ticket_id, school, town.actor("water_head"), MONDAY)


async def test_a_redispatch_takes_the_person_in_charge_off(town: Town) -> None:
    ticket = await build.signed(town)
    assert ticket.handler_id == town.actor("water").account_id
    moved = await handover.dispatch_ticket(
        town.context, ticket.ticket_id, town.unit("教育局"), town.actor("dispatcher"), MONDAY, "归口办理"
    )
    assert moved.handler_id is None


@pytest.mark.case("T24")
async def test_a_substitute_gets_the_reminder_and_the_ledger_names_both(town: Town, look: Look) -> None:
    ticket = await build.signed(town)
    await away(town, "water", "water_head", TUESDAY)
    await look.sweep(A_DAY_LEFT)
    (told,) = await reminded(look, ticket)
    water = town.actor("water").account_id
    assert (told["recipient"], told["instead_of"]) == (person(town, "water_head"), water)
    case_file = await case_view.read_ticket(town.context, ticket.ticket_id, town.actor("dispatcher"), FRIDAY)
    (line,) = [row for row in case_file.reminders if row["rule"] == "reply"]
    assert (line["recipient_name"], line["instead_name"]) == ("water_head同志", "water同志")
    assert await look.alarms(ticket) == []


@pytest.mark.case("T24")
async def test_back_from_leave_the_person_is_told_again(town: Town, look: Look) -> None:
    ticket = await build.signed(town)
    await away(town, "water", "water_head", MONDAY, THURSDAY)
    await look.sweep(A_DAY_LEFT)
    assert [row["recipient"] for row in await reminded(look, ticket)] == [person(town, "water")]


@pytest.mark.case("P5")
@pytest.mark.parametrize("alone", ["nobody stands in", "the substitute is away too"])
async def test_with_nobody_standing_in_the_desk_gets_it_with_an_alarm_each_time(
    town: Town, look: Look, alone: str
) -> None:
    tickets = [await build.signed(town), await build.signed(town)]
    both = alone == "the substitute is away too"
    await away(town, "water", "water_head" if both else None)
    if both:
        await away(town, "water_head", None)
    await look.sweep(A_DAY_LEFT)
    for ticket in tickets:
        (told,) = await reminded(look, ticket)
        desk = "阳光县人民政府" if both else "水务局"
        assert (told["recipient"], told["instead_of"]) == (
            f"unit:{town.unit(desk)}",
            town.actor("water").account_id,
        )
        assert await look.alarms(ticket) == ["nobody_to_receive"]


async def test_somebody_who_left_is_read_by_the_desk_with_an_alarm(town: Town, look: Look, pool: asyncpg.Pool) -> None:
    ticket = await build.signed(town)
    await pool.execute("update account set active = false where region_id = $1 and login = 'water'", REGION)
    await look.sweep(A_DAY_LEFT)
    (told,) = await reminded(look, ticket)
    assert told["recipient"] == f"unit:{town.unit('水务局')}"
    assert await look.alarms(ticket) == ["nobody_to_receive"]


@pytest.mark.case("P5")
async def test_a_unit_all_of_whose_people_are_away_counts_as_empty_while_they_are(town: Town, look: Look) -> None:
    await away(town, "school", None, TUESDAY, FRIDAY)
    before = await build.dispatched(town, MONDAY, "教育局")
    during = await build.dispatched(town, THURSDAY, "教育局")
    after = await build.dispatched(town, NEXT_MONDAY, "教育局")
    above, own = f"unit:{town.unit('阳光县人民政府')}", f"unit:{town.unit('教育局')}"
    assert [(await look.told(one))[own, "dispatched"] for one in (before, during, after)] == [1, 0, 1]
    assert (await look.told(during))[above, "dispatched"] == 1
    assert [await look.alarms(one) for one in (before, during, after)] == [[], ["nobody_to_receive"], []]


async def test_a_unit_for_whom_the_one_above_stands_in_keeps_its_desk(town: Town, look: Look) -> None:
    await away(town, "east", "water")
    ticket = await build.dispatched(town, MONDAY, "东湖水厂")
    assert (await look.told(ticket))[f"unit:{town.unit('东湖水厂')}", "dispatched"] == 1
    assert await look.alarms(ticket) == []
    await deliver_due(town.context, _write, MONDAY, 100)
    (notice,) = await inbox.list_notices(town.context, town.actor("water"), MONDAY)
    assert (notice["ticket_id"], notice["stands_for"]) == (ticket.ticket_id, "east同志")
    await inbox.settle_notice(town.context, notice["outbox_id"], town.actor("water"), MONDAY)
    assert await inbox.list_notices(town.context, town.actor("water"), MONDAY) == []


async def test_an_office_all_of_whose_people_are_away_sends_to_the_dispatcher_with_an_alarm(
    town: Town, look: Look
) -> None:
    await away(town, "supervisor", "supervisor2")
    ticket = await build.owed(town)
    assert (await look.told(ticket))["role:supervisor", "escalated"] == 1
    await away(town, "supervisor2", None)
    other = await build.owed(town)
    assert (await look.told(other))["role:dispatcher", "escalated"] == 1
    assert "nobody_to_receive" in await look.alarms(other)


@pytest.mark.case("T24")
async def test_a_substitute_reads_the_notices_only_while_the_leave_lasts(town: Town, look: Look) -> None:
    ticket = await build.signed(town)
    await away(town, "water", "water_head", TUESDAY, FRIDAY)
    await look.sweep(A_DAY_LEFT)
    await deliver_due(town.context, _write, A_DAY_LEFT, 100)
    assert {row["stands_for"] for row in await inbox.list_notices(town.context, town.actor("water_head"), FRIDAY)} == {
        ""
    }
    mine = await inbox.list_notices(town.context, town.actor("water"), A_DAY_LEFT)
    assert (ticket.ticket_id, "reminder") in {(row["ticket_id"], row["kind"]) for row in mine}


@pytest.mark.case("T21")
async def test_forty_tickets_of_one_person_fold_into_one_message(town: Town, look: Look) -> None:
    for _ in range(40):
        await build.signed(town)
    await look.sweep(A_DAY_LEFT)
    await deliver_due(town.context, _write, NEXT_MONDAY, 1000)
    async with town.context.pool.acquire() as conn:
        rows = await conn.fetch("select * from outbox where region_id = $1 and kind = 'reminder'", REGION)
    assert len(rows) == 40
    assert {row["recipient"] for row in rows} == {person(town, "water")}
    assert [row["fold_id"] for row in rows].count(None) == 1
    assert len({row["fold_id"] or row["outbox_id"] for row in rows}) == 1


@pytest.mark.parametrize(
    ("login", "other", "actor", "refused"),
    [
        ("water", "school", "water", UnfitSubstitute),
        ("water", "east", "water", UnfitSubstitute),
        ("school", None, "water_head", NotAllowed),
        ("inspector", "supervisor", "inspector", UnfitSubstitute),
        ("water_head", None, "water", NotAllowed),
    ],
    ids=["elsewhere", "below", "foreign head", "other office", "colleague"],
)
async def test_what_would_widen_anybodys_rows_is_refused(
    town: Town, login: str, other: str | None, actor: str, refused: type[Exception]
) -> None:
    account_id = town.actor(login).account_id
    stand_in = town.actor(other).account_id if other else None
    assert account_id is not None
    with pytest.raises(refused):
        await leave.enter_leave(town.context, account_id, TUESDAY, FRIDAY, stand_in, town.actor(actor), MONDAY)
    assert await leave.list_leaves(town.context, town.actor("admin"), MONDAY) == []


async def test_leaves_do_not_overlap_and_whoever_is_away_stands_in_for_nobody(town: Town) -> None:
    await away(town, "water", None, TUESDAY, FRIDAY)
    with pytest.raises(LeaveOverlaps):
        await away(town, "water", None, THURSDAY, NEXT_MONDAY)
    await away(town, "water", None, FRIDAY, NEXT_MONDAY)
    with pytest.raises(UnfitSubstitute):
        await away(town, "water_head", "water", THURSDAY, FRIDAY)


async def test_a_leave_ends_early_and_may_be_entered_again(town: Town) -> None:
    water = town.actor("water")
    assert water.account_id is not None
    await away(town, "water", "water_head", TUESDAY, FRIDAY)
    await leave.end_leave(town.context, water.account_id, TUESDAY, water, MONDAY)
    assert await leave.list_leaves(town.context, water, MONDAY) == []
    await away(town, "water", None, TUESDAY, FRIDAY)
    await leave.end_leave(town.context, water.account_id, TUESDAY, town.actor("water_head"), THURSDAY)
    assert await leave.list_leaves(town.context, water, THURSDAY) == []
    with pytest.raises(NotFound):
        await leave.end_leave(town.context, water.account_id, TUESDAY, water, THURSDAY + timedelta(minutes=1))


async def test_everybody_is_listed_the_leaves_that_concern_them(town: Town) -> None:
    for login in ("water", "east", "school", "inspector"):
        await away(town, login, None, TUESDAY, FRIDAY)

    async def listed(login: str) -> set[str]:
        return {row["name"] for row in await leave.list_leaves(town.context, town.actor(login), MONDAY)}

    assert await listed("water") == {"water同志", "east同志"}
    assert await listed("east") == {"east同志"}
    assert await listed("inspector") == {"inspector同志"}
    assert await listed("dispatcher") == set()
    assert len(await listed("admin")) == 4


async def test_a_head_is_offered_the_own_people_and_who_may_stand_in(town: Town) -> None:
    choices = await leave.list_colleagues(town.context, town.actor("water_head"))
    assert {one.name for one in choices.people} == {"water同志", "water_head同志", "east同志"}
    assert {one.name for one in choices.substitutes} == {"water同志", "water_head同志", "county_head同志"}


async def test_a_substitute_who_moved_away_reads_nothing_more(town: Town, pool: asyncpg.Pool) -> None:
    await away(town, "east", "water")
    await build.dispatched(town, MONDAY, "东湖水厂")
    await deliver_due(town.context, _write, MONDAY, 100)
    async with transaction(pool) as conn:
        await staff.add_account(
            conn, REGION, "far", "far同志", Role.HANDLER.value, town.unit("教育局"), build.PASSWORD_HASH, MONDAY
        )
        far = await staff.get_account(conn, REGION, "far")
        assert far is not None
        await conn.execute("update substitute set substitute_id = $2 where region_id = $1", REGION, far["account_id"])
    actor = build.Actor(Role.HANDLER, far["account_id"], far["unit_id"], far["name"])
    assert await inbox.list_notices(town.context, actor, MONDAY) == []


async def _write(_message: Outgoing) -> Receipt:
    return Receipt(Delivery.DELIVERED)


async def test_two_notices_that_fall_back_on_the_same_desk_are_two(town: Town, look: Look) -> None:
    ticket = await build.signed(town)
    asked, given = [town.unit("教育局")], {"task": "一同核实"}
    await joint.invite_units(town.context, ticket.ticket_id, asked, town.actor("dispatcher"), MONDAY, given)
    for login in ("water", "water_head", "county_head"):
        await away(town, login)
    await look.sweep_until(A_DAY_LEFT)
    assert (await look.told(ticket))["role:dispatcher", "assist_overdue"] == 2
