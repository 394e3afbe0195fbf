"""回避: whoever has an interest in a ticket neither sees nor acts on it, and is told nothing of it."""

from __future__ import annotations

import pytest

from hotline.actions import attachments, handling, lookup
from hotline.actions.recusal import list_recusals, recuse
from hotline.domain.errors import Missing, NotAllowed, NotFound
from hotline.domain.lifecycle import State
from tests.build import MONDAY, TUESDAY, Town, dispatched, signed

REASON = "诉求人是本人亲属"


async def test_who_recused_neither_sees_nor_acts(town: Town) -> None:
    ticket = await signed(town)
    water = town.actor("water")
    await recuse(town.office, ticket.ticket_id, "", REASON, water, TUESDAY)
    with pytest.raises(NotFound):
        await lookup.read_ticket(town.office, ticket.ticket_id, water, TUESDAY)
    with pytest.raises(NotFound):
        await handling.comment_ticket(town.office, ticket.ticket_id, water, TUESDAY, {"text": "x"})
    with pytest.raises(NotFound):
        await attachments.add_files(town.office, ticket.ticket_id, [], water, TUESDAY)
    rows, counts = await lookup.list_inbox(town.office, water, list(State))
    assert (rows, counts) == ([], {})
    assert await lookup.list_notices(town.office, water, TUESDAY) == []


async def test_colleagues_go_on_and_see_who_stays_away(town: Town) -> None:
    ticket = await signed(town)
    await recuse(town.office, ticket.ticket_id, "", REASON, town.actor("water"), TUESDAY)
    head = town.actor("water_head")
    dossier = await lookup.read_ticket(town.office, ticket.ticket_id, head, TUESDAY)
    assert dossier.ticket.handler_id is None
    told = await list_recusals(town.office, ticket.ticket_id, head)
    assert [(row["login"], row["reason"]) for row in told] == [("water", REASON)]


async def test_office_with_every_ticket_in_its_rows_is_no_exception(town: Town) -> None:
    ticket, other = await dispatched(town), await dispatched(town)
    operator = town.actor("operator")
    await recuse(town.office, ticket.ticket_id, "operator", REASON, town.actor("dispatcher"), MONDAY)
    with pytest.raises(NotFound):
        await lookup.reveal_person(town.office, ticket.ticket_id, operator, MONDAY, "回访")
    rows, _ = await lookup.list_inbox(town.office, operator, list(State))
    assert [row["ticket_id"] for row in rows] == [other.ticket_id]


async def test_nobody_but_a_dispatcher_names_somebody_else(town: Town) -> None:
    ticket = await dispatched(town)
    with pytest.raises(NotAllowed):
        await recuse(town.office, ticket.ticket_id, "water_head", REASON, town.actor("water"), MONDAY)
    with pytest.raises(NotFound):
        await recuse(town.office, ticket.ticket_id, "", REASON, town.actor("school"), MONDAY)
    with pytest.raises(NotAllowed):
        await recuse(town.office, ticket.ticket_id, "", REASON, town.actor("admin"), MONDAY)
    with pytest.raises(Missing):
        await recuse(town.office, ticket.ticket_id, "", "  ", town.actor("water"), MONDAY)
