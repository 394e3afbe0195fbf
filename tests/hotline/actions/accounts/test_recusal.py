"""回避: whoever has an interest in a ticket neither sees nor acts on it, and is told nothing of it."""

from __future__ import annotations

from datetime import datetime

import pytest

from hotline.actions.accounts import leave
from hotline.actions.accounts.recusal import list_recusals, recuse
from hotline.actions.handling import unit_work
from hotline.actions.intake import attachments
from hotline.actions.messaging import inbox
from hotline.actions.messaging.delivery import deliver_due
from hotline.actions.search import case_view, ticket_lists
from hotline.actions.supervision import tiers
from hotline.domain.errors import Missing, NotAllowed, NotFound, Recused
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import COMPLAINANT, Ticket
from tests.build import MONDAY, NEXT_MONDAY, TUESDAY, Town, dispatched, moment, signed
from tests.hotline.actions.conftest import Look, Row

REASON = "诉求人是本人亲属"
A_DAY_LEFT = moment("2026-11-27", "17:30")


async def test_who_recused_neither_sees_nor_acts(town: Town) -> None:
    ticket = await signed(town)
    water = town.actor("water")
    await recuse(town.context, ticket.ticket_id, "", REASON, water, TUESDAY)
    with pytest.raises(NotFound):
        await case_view.read_ticket(town.context, ticket.ticket_id, water, TUESDAY)
    with pytest.raises(NotFound):
        await unit_work.comment_ticket(town.context, ticket.ticket_id, water, TUESDAY, {"text": "x"})
    with pytest.raises(NotFound):
        await attachments.add_files(town.context, ticket.ticket_id, [], water, TUESDAY)
    rows, counts = await ticket_lists.list_inbox(town.context, water, list(State))
    assert (rows, counts) == ([], {})
    assert await inbox.list_notices(town.context, water, TUESDAY) == []


async def test_colleagues_go_on_and_see_who_stays_away(town: Town) -> None:
    ticket = await signed(town)
    await recuse(town.context, ticket.ticket_id, "", REASON, town.actor("water"), TUESDAY)
    head = town.actor("water_head")
    case_file = await case_view.read_ticket(town.context, ticket.ticket_id, head, TUESDAY)
    assert case_file.ticket.handler_id is None
    told = await list_recusals(town.context, ticket.ticket_id, head)
    assert [(row["login"], row["reason"]) for row in told] == [("water", REASON)]


async def test_office_with_every_ticket_in_its_rows_is_no_exception(town: Town) -> None:
    ticket, other = await dispatched(town), await dispatched(town)
    operator = town.actor("operator")
    await recuse(town.context, ticket.ticket_id, "operator", REASON, town.actor("dispatcher"), MONDAY)
    with pytest.raises(NotFound):
        await case_view.reveal_person(town.context, ticket.ticket_id, operator, MONDAY, "回访")
    rows, _ = await ticket_lists.list_inbox(town.context, operator, list(State))
    assert [row["ticket_id"] for row in rows] == [other.ticket_id]


async def test_nobody_but_a_dispatcher_names_somebody_else(town: Town) -> None:
    ticket = await dispatched(town)
    with pytest.raises(NotAllowed):
        await recuse(town.context, ticket.ticket_id, "water_head", REASON, town.actor("water"), MONDAY)
    with pytest.raises(NotFound):
        await recuse(town.context, ticket.ticket_id, "", REASON, town.actor("school"), MONDAY)
    with pytest.raises(NotAllowed):
        await recuse(town.context, ticket.ticket_id, "", REASON, town.actor("admin"), MONDAY)
    with pytest.raises(Missing):
        await recuse(town.context, ticket.ticket_id, "", "  ", town.actor("water"), MONDAY)


async def told_to(town: Town, login: str, now: datetime) -> list[str]:
    """What this person's page of notices says."""
    await deliver_due(town.context, _write, now, 100)
    return [row["kind"] for row in await inbox.list_notices(town.context, town.actor(login), now)]


async def _write(message: Outgoing) -> Receipt:
    return Receipt(Delivery.DELIVERED)


def desk(town: Town, unit: str) -> str:
    return f"unit:{town.unit(unit)}"


async def stay_away(town: Town, ticket: Ticket, *logins: str) -> None:
    for login in logins:
        await recuse(town.context, ticket.ticket_id, login, REASON, town.actor("dispatcher"), MONDAY)


async def test_what_a_unit_is_told_is_read_by_its_others_alone(town: Town, look: Look) -> None:
    ticket = await dispatched(town)
    await stay_away(town, ticket, "water")
    await unit_work.comment_ticket(town.context, ticket.ticket_id, COMPLAINANT, MONDAY, {"text": "水还在漏"})
    assert await told_to(town, "water", MONDAY) == []
    assert sorted(await told_to(town, "water_head", MONDAY)) == ["commented", "dispatched"]
    assert await look.alarms(ticket) == []


async def test_a_unit_left_with_nobody_is_told_at_the_one_above_with_an_alarm(town: Town, look: Look) -> None:
    ticket = await dispatched(town)
    await stay_away(town, ticket, "water", "water_head")
    assert await look.alarms(ticket) == ["nobody_to_receive"]
    assert await told_to(town, "county_head", MONDAY) == ["dispatched"]
    await unit_work.comment_ticket(town.context, ticket.ticket_id, COMPLAINANT, MONDAY, {"text": "水还在漏"})
    assert {recipient for recipient, _ in await look.told(ticket)} == {desk(town, "阳光县人民政府")}
    assert await told_to(town, "water", MONDAY) == await told_to(town, "water_head", MONDAY) == []
    other = await dispatched(town)
    assert (await look.told(other))[desk(town, "水务局"), "dispatched"] == 1


async def test_what_lay_unread_on_the_persons_own_desk_goes_to_the_units(town: Town, look: Look) -> None:
    ticket = await signed(town)
    head, water = town.actor("water_head"), town.actor("water")
    assert water.account_id is not None
    await unit_work.assign_ticket(town.context, ticket.ticket_id, water.account_id, head, MONDAY)
    await look.sweep(A_DAY_LEFT)
    assert {f"account:{water.account_id}"} == {row["recipient"] for row in await unread(look, ticket)}
    await recuse(town.context, ticket.ticket_id, "", REASON, water, A_DAY_LEFT)
    assert {desk(town, "水务局")} == {row["recipient"] for row in await unread(look, ticket)}
    case_file = await case_view.read_ticket(town.context, ticket.ticket_id, town.actor("dispatcher"), A_DAY_LEFT)
    assert {row["recipient"] for row in case_file.reminders if row["state"] == "planned"} == {desk(town, "水务局")}
    assert await look.alarms(ticket) == []


async def unread(look: Look, ticket: Ticket) -> list[Row]:
    return [row for row in await look.outbox(ticket) if row["kind"] in ("assigned", "reminder")]


async def test_a_substitute_who_stays_away_reads_nothing_for_the_person_away(town: Town, look: Look) -> None:
    ticket = await signed(town)
    water, head = town.actor("water").account_id, town.actor("water_head").account_id
    assert water is not None
    await leave.enter_leave(town.context, water, MONDAY, NEXT_MONDAY, head, town.actor("admin"), MONDAY)
    await stay_away(town, ticket, "water_head")
    await look.sweep(A_DAY_LEFT)
    (reminder,) = [row for row in await look.outbox(ticket) if row["kind"] == "reminder"]
    assert (reminder["recipient"], reminder["instead_of"]) == (desk(town, "阳光县人民政府"), water)
    assert "nobody_to_receive" in await look.alarms(ticket)
    assert await told_to(town, "water_head", A_DAY_LEFT) == []


async def test_an_office_whose_one_person_stays_away_is_told_through_the_dispatcher(town: Town, look: Look) -> None:
    ticket = await dispatched(town)
    await stay_away(town, ticket, "inspector")
    await tiers.supervise_ticket(town.context, ticket.ticket_id, town.actor("supervisor"), MONDAY)
    await look.sweep_until(moment("2026-11-30", "18:00"))
    told = await look.told(ticket)
    assert told["role:inspector", "escalated"] == 0
    assert told["role:dispatcher", "escalated"] >= 1
    assert "nobody_to_receive" in await look.alarms(ticket)
    assert await told_to(town, "inspector", moment("2026-12-01")) == []


async def test_nobody_is_put_in_charge_of_a_ticket_they_stay_away_from(town: Town) -> None:
    ticket = await signed(town)
    water = town.actor("water").account_id
    assert water is not None
    await stay_away(town, ticket, "water")
    with pytest.raises(Recused, match="已回避"):
        await unit_work.assign_ticket(town.context, ticket.ticket_id, water, town.actor("water_head"), MONDAY)
