"""A ticket's whole life on the real database: from filing to every way it may end."""

from datetime import timedelta

import asyncpg
import pytest_asyncio

from hotline.actions import interview
from hotline.domain.kinds import CloseReason, Verdict
from hotline.domain.lifecycle import State
from hotline.store import clocks, tickets
from tests import build
from tests.build import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, Town


@pytest_asyncio.fixture
async def town(pool: asyncpg.Pool) -> Town:
    return await build.a_county(pool)


async def test_whole_life_from_filing_to_verified_interview(town: Town) -> None:
    ticket = await build.dispatched(town)
    assert ticket.state is State.DISPATCHED
    ticket = await build.owed(town)
    assert (ticket.state, ticket.tier) == (State.INTERVIEW_OWED, 1)
    ticket = await build.held(town, ticket, TUESDAY)
    assert ticket.state is State.INTERVIEW_HELD
    ticket = await interview.verify_interview(
        town.office, ticket.ticket_id, Verdict.UNDERSTOOD, False, "", town.actor("inspector"), WEDNESDAY
    )
    assert (ticket.state, ticket.close_reason) == (State.CLOSED, CloseReason.UNDERSTOOD)
