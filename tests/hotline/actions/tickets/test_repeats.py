"""The same form sent again, or by two hands at once: one effect, one answer."""

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from hotline.actions.callback import verdicts
from hotline.actions.dispatch import handover
from hotline.actions.handling import unit_work
from hotline.actions.intake import first_contact, opening
from hotline.domain.callback import Answers
from hotline.domain.enums import Verdict
from hotline.domain.errors import WrongState
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import COMPLAINANT
from tests import build
from tests.build import MONDAY, TUESDAY, Town, a_filing

if TYPE_CHECKING:
    from tests.hotline.actions.conftest import Look


async def count(pool: asyncpg.Pool, table: str) -> int:
    return int(await pool.fetchval(f"select count(*) from {table}"))


@pytest.mark.case("T35")
async def test_a_filing_sent_again_gets_the_first_number_and_code(town: Town, pool: asyncpg.Pool) -> None:
    filing = a_filing()
    first = await opening.open_ticket(town.context, filing, COMPLAINANT, MONDAY)
    again = await opening.open_ticket(town.context, filing, COMPLAINANT, TUESDAY)
    assert (again.ticket, again.query_code) == (first.ticket, first.query_code)
    assert (first.repeated, again.repeated) == (False, True)
    assert {table: await count(pool, table) for table in ("ticket", "complainant", "ticket_event", "deadline")} == {
        "ticket": 1, "complainant": 1, "ticket_event": 1, "deadline": 1,
    }  # fmt: skip


@pytest.mark.case("T35")
async def test_parallel_filings_with_one_key_open_one_ticket(town: Town, pool: asyncpg.Pool) -> None:
    filing = a_filing()
    answers = await asyncio.gather(*(opening.open_ticket(town.context, filing, COMPLAINANT, MONDAY) for _ in range(12)))
    assert len({(one.ticket.number, one.query_code) for one in answers}) == 1
    assert [one.repeated for one in answers].count(False) == 1
    assert await count(pool, "ticket") == 1


async def test_after_a_repeat_was_undone_no_number_is_given_twice(town: Town, pool: asyncpg.Pool) -> None:
    filing = a_filing()
    await asyncio.gather(*(opening.open_ticket(town.context, filing, COMPLAINANT, MONDAY) for _ in range(5)))
    fresh = await build.an_office(pool)
    offices = [town.context, fresh] * 60
    opened = await asyncio.gather(
        *(opening.open_ticket(context, a_filing(), COMPLAINANT, MONDAY) for context in offices)
    )
    assert len({one.ticket.number for one in opened}) == len(offices)


@pytest.mark.case("P27")
async def test_the_number_carries_the_local_day(town: Town) -> None:
    ticket = await build.opened(town, build.moment("2026-11-24", "00:30"))
    assert ticket.number.startswith("20261124-")


async def test_a_form_sent_again_is_written_once_and_answered_the_same(town: Town, look: "Look") -> None:
    ticket = await build.dispatched(town)
    context, handler = town.context, town.actor("water")
    first = await unit_work.sign_ticket(context, ticket.ticket_id, handler, MONDAY, "form-sign-1")
    again = await unit_work.sign_ticket(context, ticket.ticket_id, handler, TUESDAY, "form-sign-1")
    assert first == again
    assert (await look.events(ticket)).count("sign") == 1
    with pytest.raises(WrongState):
        await unit_work.sign_ticket(context, ticket.ticket_id, handler, MONDAY, "form-sign-2")


async def test_a_comment_clicked_twice_at_once_stands_once(town: Town, look: "Look") -> None:
    ticket = await build.dispatched(town)
    await asyncio.gather(
        *(
            unit_work.comment_ticket(
                town.context, ticket.ticket_id, COMPLAINANT, MONDAY, {"text": "又漏了"}, "form-comment"
            )
            for _ in range(6)
        )
    )
    assert (await look.events(ticket)).count("comment") == 1
    assert (await look.told(ticket))[f"unit:{town.unit('水务局')}", "commented"] == 1


async def test_an_unanswered_call_clicked_twice_counts_once(town: Town, look: "Look") -> None:
    ticket = await build.replied(town)
    for _ in range(2):
        await verdicts.record_no_answer(town.context, ticket.ticket_id, town.actor("operator"), MONDAY, "form-call-1")
    assert [row["state"] for row in await look.callbacks(ticket)] == ["no_answer_1"]
    assert (await look.events(ticket)).count("no_answer") == 1


async def test_a_rating_clicked_twice_at_once_decides_once(town: Town, look: "Look") -> None:
    ticket = await build.replied(town)
    answers = Answers(True, False, Verdict.DISSATISFIED)
    kept = await asyncio.gather(
        *(
            verdicts.record_callback(town.context, ticket.ticket_id, answers, COMPLAINANT, MONDAY, "form-rate")
            for _ in range(4)
        )
    )
    assert {(one.state, one.tier) for one in kept} == {(State.INTERVIEW_OWED, 1)}
    assert len(await look.letters(ticket)) == 1


async def test_two_people_deciding_at_once_one_wins_and_the_other_is_told(town: Town, look: "Look") -> None:
    ticket = await build.opened(town)
    unit, dispatcher = town.unit("水务局"), town.actor("dispatcher")
    results = await asyncio.gather(
        handover.dispatch_ticket(town.context, ticket.ticket_id, unit, dispatcher, MONDAY),
        first_contact.answer_ticket(
            town.context, ticket.ticket_id, town.actor("operator"), MONDAY, {"answer": "已答复"}
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, WrongState) for one in results) == 1
    assert len(await look.events(ticket)) == 2


@pytest.mark.case("T11")
async def test_two_sweeps_at_once_dispatch_a_ticket_once(town: Town, look: "Look") -> None:
    tickets = [await build.opened(town) for _ in range(5)]
    await asyncio.gather(*(handover.dispatch_received(town.context, MONDAY, 10) for _ in range(4)))
    for ticket in tickets:
        assert await look.events(ticket) == ["open", "dispatch"]
        assert (await look.told(ticket))[f"unit:{town.unit('水务局')}", "dispatched"] == 1
