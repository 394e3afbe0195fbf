"""One run: people, timetable and adversary as the seed's dice say, then the database held against the reference."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random

import asyncpg

from hotline.db import transaction
from hotline.holidays import DayRow
from hotline.store.deadline import holidays
from rehearsal.adversary import Life
from tests import build
from tests.simulation import audit
from tests.simulation.house import House
from tests.simulation.numbering import numbered
from tests.simulation.people import act, file, go_on_leave
from tests.simulation.provider import Provider, listening
from tests.simulation.reference import days
from tests.simulation.run import Disagreement as Disagreement
from tests.simulation.run import Run
from tests.simulation.sight import read
from tests.simulation.ticks import JOBS, note_refusals, tell_job, tick, work

# A plain autumn, National Day with its make-up days, and the turn of the year.
SEASONS = tuple(datetime.fromisoformat(f"2026-{day}T08:00") for day in ("09-14", "09-28", "11-23", "12-17"))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def move_clock(run: Run) -> None:
    """Onwards: to what is due, by a little, by an hour at a jump, over an outage; now and then back."""
    kind = run.dice.choices(["due", "little", "hour", "outage", "back"], [50, 30, 10, 5, 5])[0]
    run.count[f"clock {kind}"] += 1
    following = run.next_moment()
    match kind:
        case "due" if following is not None:
            run.now = following
        case "hour":
            run.now += HOUR
        case "outage":
            run.now += timedelta(hours=run.dice.choice([9, 30, 74, 100]))
        case "back":
            run.now -= HOUR
        case _:
            run.now += timedelta(seconds=run.dice.randint(1, 3 * 3600))


async def live(run: Run, steps: int) -> None:
    """The whole run."""
    await file(run)
    run.high_water = run.now
    for _ in range(steps):
        move_clock(run)
        # People do not act before what they did: a clock set back is the timetable's trouble alone.
        for _ in range(run.dice.choice([0, 1, 1, 2, 3]) if run.now >= run.high_water else 0):
            await (file(run) if len(run.refs) < 5 and run.dice.random() < 0.25 else act(run))
            if run.dice.random() < 0.15:
                await go_on_leave(run)
        run.high_water = max(run.high_water, run.now)
        if run.dice.random() < 0.75:
            await tick(run)
    await settle_down(run)


async def settle_down(run: Run) -> None:
    """The adversary sleeps; a day later everything that can be told has been."""
    run.now = max(run.now, run.high_water)
    run.provider.faults = False
    for moment in (run.now, run.now + 10 * MINUTE, days.notice_from(run.now + 30 * HOUR)):
        run.now = moment
        await work(run, Life())
        for ref in run.refs.values():
            for job in JOBS:
                tell_job(run, ref, job)
        await note_refusals(run)


async def play(pool: asyncpg.Pool, region: int, seed: int, steps: int = 32) -> Counter[str]:
    """Play one seed in a region of its own; what happened, counted. Raises Disagreement."""
    with numbered(seed):
        return await _play(pool, region, seed, steps)


async def _play(pool: asyncpg.Pool, region: int, seed: int, steps: int) -> Counter[str]:
    dice = Random(seed)
    absent = frozenset(dice.choice([(), (), (), ("leader",), ("inspector",), ("leader", "inspector")]))
    town = await build.a_county(pool, region, without=tuple(absent))
    async with transaction(pool) as conn:
        row = DayRow(day=date(2027, 1, 1), working=False, shifts=None, name="元旦", source="测试")
        await holidays.add_calendar_day(conn, region, row, build.MONDAY - timedelta(days=900))
    await town.context.refresh(build.MONDAY, force=True)
    run = Run(seed, town, dice, dice.choice(SEASONS), House(absent), Provider(Random(dice.random())))
    with listening():
        await live(run, steps)
    found, rows = await read(town)
    run.compare(found, "at the end")
    audit.check(run, rows)
    return run.count
