"""The timetable in a run, in each of the ways a timetable may go wrong."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

from hotline.actions.region.context import RegionContext
from rehearsal.adversary import Killed, Life, StatementGate
from tests.simulation.forms import utc
from tests.simulation.reference.deeds import Reference
from tests.simulation.run import Run
from tests.simulation.sight import read
from workers.timetable import run_job, sweeps

JOBS = ("dispatch", "supervision", "callback", "delivery")


async def tick(run: Run) -> None:
    """The timetable looks, in one of the ways a timetable may go wrong."""
    kind = run.dice.choices(["clean", "twice", "killed", "abandoned", "two"], [40, 10, 20, 15, 15])[0]
    run.count[f"tick {kind}"] += 1
    if kind == "abandoned":
        await abandoned(run)
        return
    if kind == "killed":
        for _ in range(run.dice.randint(1, 3)):
            await work(run, run.a_fate(60))
    if kind == "two":
        await two_workers(run)
    # What one job makes due for an earlier one is done in the next round; after a crash nobody knows the round.
    for _ in range(1 if kind == "clean" else 2):
        await work(run, Life())
        for ref in run.refs.values():
            for job in JOBS:
                tell_job(run, ref, job)
    await note_refusals(run)


def tell_job(run: Run, ref: Reference, job: str) -> None:
    {
        "dispatch": ref.dispatch_by_catalogue, "supervision": ref.strike, "callback": ref.ask, "delivery": ref.deliver,
    }[job](run.now)  # fmt: skip


async def work(run: Run, life: Life, jobs: tuple[str, ...] = JOBS) -> str | None:
    """One worker goes through its jobs; gives back the job it died in."""
    batch = run.dice.choice([1, 2, 5, 100] if life.gate is None else [5, 100])
    run.provider.now = run.now
    for job in jobs:
        try:
            await run.in_life(life, lambda context, job=job: one_job(run, context, job, batch, life))
        except (Killed, ConnectionResetError):
            await note_orphans(run)
            return job
        if life.cut and life.fate and life.statements >= life.fate:
            await note_orphans(run)
            return job
    return None


async def one_job(run: Run, context: RegionContext, job: str, batch: int, life: Life) -> None:
    await run_job(context, job, sweeps(run.provider.send)[job], utc(run.now), batch)
    run.expect(life.cut or not life.faults, f"the job {job} failed: {life.faults}")


async def two_workers(run: Run) -> None:
    """Two workers at once, in different orders, each perhaps killed on the way."""
    gate = StatementGate(Random(run.dice.random()), run.town.context.pool)
    tasks = []
    for number in range(2):
        life = run.a_fate(80) if run.dice.random() < 0.5 else Life()
        life.gate, life.worker = gate, number
        jobs = tuple(run.dice.sample(JOBS, len(JOBS)))
        tasks.append(asyncio.create_task(work(run, life, jobs)))
    await gate.conduct(tasks)
    await asyncio.gather(*tasks)


async def abandoned(run: Run) -> None:
    """A worker dies and nobody starts another: each ticket was looked at wholly, or not at all."""
    died_in = await work(run, run.a_fate(40))
    await note_refusals(run)
    found, _ = await read(run.town)
    for job in JOBS:
        for ticket_id, ref in list(run.refs.items()):
            if job != died_in:
                tell_job(run, ref, job)
                continue
            if job == "delivery":
                # Batch by batch: some of a ticket's notices may have been told, others not.
                ref.deliver(run.now, told=Counter(found[ticket_id]["outbox"]))
                continue
            run.refs[ticket_id] = run.whichever(ref, lambda ref, job=job: tell_job(run, ref, job), found[ticket_id])
        if job == died_in:
            break
    run.compare(found, f"after a worker died in {died_in}")


async def note_refusals(run: Run) -> None:
    """What the provider would not carry goes on by telephone: the reference is told."""
    rows = await run.town.context.pool.fetch(
        "select outbox_id, ticket_id, kind from outbox where region_id = $1 and state = 'refused'", run.region
    )
    for row in rows:
        if row["outbox_id"] not in run.refused_before and row["kind"] == "callback":
            run.refs[row["ticket_id"]].invitation_refused(run.now)
        run.refused_before.add(row["outbox_id"])


async def note_orphans(run: Run) -> None:
    """Messages a dead worker had in hand: nobody knows whether they left."""
    rows = await run.town.context.pool.fetch(
        "select outbox_id from outbox where region_id = $1 and state = 'sending'", run.region
    )
    run.count["messages left in hand"] += len({row["outbox_id"] for row in rows} - run.orphans)
    run.orphans |= {row["outbox_id"] for row in rows}
