"""A stopped timetable raises an alarm by itself within ten minutes, once, and settles by itself."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from channels.phone.texts import alarm_text
from channels.scheduler_watch import JOB_NAMES, Watch
from hotline.actions.region.heartbeats import beat
from tests.build import MONDAY, Town, a_county
from workers.timetable import TIMES

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def town(pool: asyncpg.Pool) -> Town:
    return await a_county(pool)


async def all_beat(town: Town, at: datetime, *, but: str = "") -> None:
    for job in TIMES:
        if job != but:
            await beat(town.context, job, at, 0, 0)


async def alarms(pool: asyncpg.Pool) -> list[Any]:
    return list(await pool.fetch("select * from alarm where kind = 'timetable_stopped' and settled_at is null"))


async def look_until(watch: Watch, town: Town, start: datetime, minutes: int) -> datetime:
    for minute in range(minutes + 1):
        await watch.look(town.context, start + minute * MINUTE)
    return start + minutes * MINUTE


def test_every_job_of_the_timetable_is_watched() -> None:
    assert set(JOB_NAMES) == set(TIMES)


@pytest.mark.case("T12")
async def test_a_stop_is_noticed_within_ten_minutes_and_told_once(town: Town, pool: asyncpg.Pool) -> None:
    watch = Watch(tuple(TIMES))
    await all_beat(town, MONDAY)
    await look_until(watch, town, MONDAY, 8)
    assert await alarms(pool) == []
    end = await look_until(watch, town, MONDAY + 9 * MINUTE, 1)
    told = await alarms(pool)
    assert len(told) == 1
    assert told[0]["raised_at"] <= MONDAY + 10 * MINUTE
    await look_until(watch, town, end, 30)
    assert [row["raised_at"] for row in await alarms(pool)] == [told[0]["raised_at"]]
    what, todo = alarm_text(told[0]["kind"], told[0]["details"])
    assert "自动派单" in what
    assert "重启" in todo


async def test_a_stop_a_person_settled_is_not_told_again(town: Town, pool: asyncpg.Pool) -> None:
    watch = Watch(tuple(TIMES))
    await all_beat(town, MONDAY)
    end = await look_until(watch, town, MONDAY, 10)
    await pool.execute("update alarm set settled_at = $1", end)
    await look_until(watch, town, end, 20)
    assert await alarms(pool) == []


async def test_it_settles_when_the_timetable_runs_again_and_a_second_stop_is_told(
    town: Town, pool: asyncpg.Pool
) -> None:
    watch = Watch(tuple(TIMES))
    await all_beat(town, MONDAY)
    end = await look_until(watch, town, MONDAY, 12)
    await all_beat(town, end)
    await watch.look(town.context, end)
    assert await alarms(pool) == []
    await look_until(watch, town, end, 12)
    assert len(await alarms(pool)) == 1


async def test_one_silent_job_among_running_ones_is_told_by_name(town: Town, pool: asyncpg.Pool) -> None:
    watch = Watch(tuple(TIMES))
    await all_beat(town, MONDAY)
    for minute in range(12):
        await all_beat(town, MONDAY + minute * MINUTE, but="brief")
        await watch.look(town.context, MONDAY + minute * MINUTE)
    assert [row["details"]["jobs"] for row in await alarms(pool)] == [["编制专报"]]


async def test_a_timetable_never_started_is_told_too(town: Town, pool: asyncpg.Pool) -> None:
    await look_until(Watch(tuple(TIMES)), town, MONDAY, 10)
    assert len(await alarms(pool)) == 1


async def test_a_clock_that_jumps_an_hour_is_no_stop(town: Town, pool: asyncpg.Pool) -> None:
    watch = Watch(tuple(TIMES))
    for step in range(5):
        now = MONDAY + step * timedelta(hours=1)
        await watch.look(town.context, now)
        await all_beat(town, now)
    assert await alarms(pool) == []


async def test_several_doors_raise_one_alarm(town: Town, pool: asyncpg.Pool) -> None:
    await all_beat(town, MONDAY)
    for watch in (Watch(tuple(TIMES)), Watch(tuple(TIMES))):
        await look_until(watch, town, MONDAY, 11)
    assert len(await alarms(pool)) == 1
