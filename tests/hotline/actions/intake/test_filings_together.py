"""Filings that arrive together are written together, and nobody's fault becomes another's."""

import asyncio
from dataclasses import replace

import pytest

from hotline.actions.intake import opening
from hotline.domain.tickets.ticket import COMPLAINANT
from tests.build import MONDAY, a_filing
from tests.hotline.actions.conftest import Town


async def _count(town: Town, table: str) -> int:
    async with town.context.pool.acquire() as conn:
        return await conn.fetchval(f"select count(*) from {table}")


async def test_filings_that_arrive_together_are_all_kept_once(town: Town) -> None:
    filings = [a_filing() for _ in range(60)]
    opened = await asyncio.gather(
        *(opening.open_ticket(town.context, filing, COMPLAINANT, MONDAY) for filing in [*filings, *filings[:7]])
    )
    numbers = [one.ticket.number for one in opened]
    assert numbers[60:] == numbers[:7]
    # Of two that are sent at one moment either may be first; just one of them is.
    assert all(opened[place].repeated != opened[60 + place].repeated for place in range(7))
    assert not any(one.repeated for one in opened[7:60])
    assert len(set(numbers)) == 60
    for table in ("ticket", "complainant", "ticket_event", "deadline"):
        assert await _count(town, table) == 60


async def test_they_take_fewer_statements_than_filings(town: Town) -> None:
    sizes = []
    write = town.context._write_filed

    async def counted(filed):
        sizes.append(len(filed))
        return await write(filed)

    town.context.filings._handle = counted
    await asyncio.gather(*(opening.open_ticket(town.context, a_filing(), COMPLAINANT, MONDAY) for _ in range(40)))
    assert sum(sizes) == 40
    assert len(sizes) < 20


async def test_one_that_does_not_fit_fails_alone(town: Town) -> None:
    good, other, bad = [
        opening._compose(town.context, a_filing(), COMPLAINANT, MONDAY, await town.context.next_number(MONDAY))
        for _ in range(3)
    ]
    # Half a sign cannot be sent to the database; intake never lets one through, so it is slipped in behind it.
    bad = replace(bad, client_key="\ud800")
    submit = town.context.filings.submit
    results = await asyncio.gather(submit(good), submit(bad), submit(other), return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["NoneType", "DataError", "NoneType"]
    assert await _count(town, "ticket") == 2


async def test_a_lost_database_is_told_to_everybody_who_waits(town: Town) -> None:
    async def lost(_filed):
        raise ConnectionResetError

    town.context.filings._handle = lost
    results = await asyncio.gather(
        *(opening.open_ticket(town.context, a_filing(), COMPLAINANT, MONDAY) for _ in range(5)), return_exceptions=True
    )
    assert all(isinstance(result, ConnectionResetError) for result in results)


@pytest.mark.parametrize("count", [1, 3])
async def test_the_tray_is_empty_afterwards(town: Town, count: int) -> None:
    await asyncio.gather(*(opening.open_ticket(town.context, a_filing(), COMPLAINANT, MONDAY) for _ in range(count)))
    await asyncio.sleep(0)
    assert not town.context.filings._waiting
    assert not town.context.filings._running
