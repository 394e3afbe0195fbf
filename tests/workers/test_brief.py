"""The brief's job: due, not due, done twice."""

import asyncpg
import pytest

from tests.build import MONDAY, Town, a_county, moment, opened
from workers.brief import brief_due


@pytest.fixture
async def town(pool: asyncpg.Pool) -> Town:
    return await a_county(pool)


async def test_nothing_is_due_before_monday_seven(town: Town) -> None:
    await opened(town, MONDAY)
    assert await brief_due(town.context, moment("2026-11-30", "06:59"), 10) == 0


async def test_a_week_is_compiled_once(town: Town) -> None:
    await opened(town, MONDAY)
    now = moment("2026-11-30", "07:00")
    assert [await brief_due(town.context, now, 10) for _ in range(2)] == [1, 0]
    async with town.context.pool.acquire() as conn:
        assert await conn.fetchval("select count(*) from brief") == 1
        assert await conn.fetchval("select last from number_series where series = 'brief'") == 1


async def test_a_batch_is_never_exceeded(town: Town) -> None:
    await opened(town, MONDAY)
    assert await brief_due(town.context, moment("2026-12-14", "07:00"), 2) == 2
    assert await brief_due(town.context, moment("2026-12-14", "07:00"), 2) == 1
