"""One tick of one job: swept dry, its heartbeat kept, told in one line; and twice is once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
import structlog
from structlog.testing import capture_logs

import workers.timetable
from hotline.actions.region.context import RegionContext
from hotline.domain.enums import Verdict
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt
from hotline.store.region import heartbeats
from hotline.store.tickets import records
from tests.build import MONDAY, NEXT_MONDAY, TUESDAY, Town, a_county, moment, opened, owed, rated, replied
from workers.timetable import TIMES, Sweep, run_job, sweeps


@pytest.fixture
async def town(pool: asyncpg.Pool) -> Town:
    return await a_county(pool)


@pytest.fixture(autouse=True)
def fresh_context() -> Iterator[None]:
    yield
    structlog.contextvars.clear_contextvars()


async def send_nothing(message: Outgoing) -> Receipt:
    raise AssertionError(f"nothing was to leave: {message.kind}")


def sweep_of(name: str) -> Sweep:
    return sweeps(send_nothing)[name]


async def beat_of(town: Town, job: str) -> Any:
    async with town.context.pool.acquire() as connection:
        return next(beat for beat in await heartbeats.list_heartbeats(connection, 1) if beat["job"] == job)


async def count(town: Town, table: str) -> int:
    async with town.context.pool.acquire() as connection:
        return int(await connection.fetchval(f"select count(*) from {table}"))


def giving(*answers: int) -> tuple[Sweep, list[int]]:
    """A sweep that gives these answers in turn, and the batches it was asked for."""
    waiting, asked = list(answers), []

    async def sweep(_office: RegionContext, _now: datetime, batch: int) -> int:
        asked.append(batch)
        return waiting.pop(0)

    return sweep, asked


def test_every_job_has_its_times_and_its_sweep() -> None:
    assert set(TIMES) == set(sweeps(send_nothing))


def test_every_job_module_is_on_timetable() -> None:
    found = {name.removesuffix("_due") for name in vars(workers.timetable) if name.endswith("_due")}
    assert found == set(TIMES)


@pytest.mark.parametrize("seconds", TIMES.values(), ids=TIMES)
def test_times_are_seconds_of_a_minute(seconds: frozenset[int]) -> None:
    assert seconds
    assert seconds <= set(range(60))


async def test_full_batch_is_followed_by_another(town: Town) -> None:
    sweep, asked = giving(5, 5, 2)
    assert await run_job(town.context, "dispatch", sweep, MONDAY, 5) == 12
    assert asked == [5, 5, 5]


async def test_half_batch_ends_the_tick(town: Town) -> None:
    sweep, asked = giving(3)
    assert await run_job(town.context, "dispatch", sweep, MONDAY, 5) == 3
    assert len(asked) == 1


async def test_nothing_due_is_said_by_heartbeat_alone(town: Town) -> None:
    sweep, _ = giving(0)
    with capture_logs() as lines:
        assert await run_job(town.context, "dispatch", sweep, MONDAY, 5) == 0
    assert lines == []
    beat = await beat_of(town, "dispatch")
    assert (beat["beat_at"], beat["handled"], beat["failed"]) == (MONDAY, 0, 0)


async def test_heartbeats_add_up(town: Town) -> None:
    for answer, now in ((3, MONDAY), (4, TUESDAY)):
        await run_job(town.context, "delivery", giving(answer)[0], now, 5)
    beat = await beat_of(town, "delivery")
    assert (beat["beat_at"], beat["handled"], beat["failed"]) == (TUESDAY, 7, 0)


async def test_work_is_told_in_one_line(town: Town) -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        await run_job(town.context, "callback", giving(5, 1)[0], MONDAY, 5)
    assert [(line["event"], line["job"], line["handled"]) for line in lines] == [("job", "callback", 6)]


async def test_failure_is_logged_counted_and_not_passed_on(town: Town) -> None:
    async def failing(_office: RegionContext, _now: datetime, _batch: int) -> int:
        raise RuntimeError("broken")

    with capture_logs() as lines:
        assert await run_job(town.context, "brief", failing, MONDAY, 5) == 0
    assert [(line["event"], line["log_level"]) for line in lines] == [("job_failed", "error")]
    assert (await beat_of(town, "brief"))["failed"] == 1


async def test_what_was_done_before_a_failure_counts(town: Town) -> None:
    sweep, _ = giving(5)

    async def failing_later(context: RegionContext, now: datetime, batch: int) -> int:
        return await sweep(context, now, batch)

    with capture_logs():
        assert await run_job(town.context, "dispatch", failing_later, MONDAY, 5) == 5
    beat = await beat_of(town, "dispatch")
    assert (beat["handled"], beat["failed"]) == (5, 1)


async def test_context_of_an_earlier_job_is_gone(town: Town) -> None:
    structlog.contextvars.bind_contextvars(ticket="an earlier one")
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        await run_job(town.context, "dispatch", giving(1)[0], MONDAY, 5)
    assert "ticket" not in lines[0]


async def test_received_tickets_are_dispatched_in_small_batches(town: Town) -> None:
    waiting = [await opened(town) for _ in range(5)]
    assert await run_job(town.context, "dispatch", sweep_of("dispatch"), MONDAY, 2) == 5
    async with town.context.pool.acquire() as connection:
        found = [await records.get_ticket(connection, 1, ticket.ticket_id) for ticket in waiting]
    assert {ticket.state for ticket in found if ticket} == {"dispatched"}


async def test_ticket_nobody_speaks_for_does_not_hold_the_sweep(town: Town) -> None:
    await opened(town, matter_id=None, body="一句谁也认不出的话", place="")
    assert await run_job(town.context, "dispatch", sweep_of("dispatch"), MONDAY, 1) == 1
    assert await count(town, "alarm") == 1
    assert await run_job(town.context, "dispatch", sweep_of("dispatch"), TUESDAY, 1) == 0


@pytest.mark.case("T1")
@pytest.mark.parametrize("job", [name for name in TIMES if name != "brief"])
async def test_sweep_done_twice_does_nothing_twice(town: Town, job: str) -> None:
    await opened(town)
    ticket = await replied(town)
    await rated(town, ticket, Verdict.DISSATISFIED, MONDAY)
    await replied(town)
    await owed(town)
    later = moment("2026-12-01", "10:00")
    await run_job(town.context, job, sweep_of(job), later, 3)
    before = [
        await count(town, table) for table in ("ticket_event", "outbox", "reminder", "letter", "alarm", "callback")
    ]
    await run_job(town.context, job, sweep_of(job), later, 3)
    after = [
        await count(town, table) for table in ("ticket_event", "outbox", "reminder", "letter", "alarm", "callback")
    ]
    assert after == before


async def test_brief_is_compiled_once(town: Town) -> None:
    await opened(town)
    seven = NEXT_MONDAY.replace(hour=23) - timedelta(days=1)
    assert await run_job(town.context, "brief", sweep_of("brief"), seven - timedelta(minutes=1), 10) == 0
    assert await run_job(town.context, "brief", sweep_of("brief"), seven, 10) == 1
    assert await run_job(town.context, "brief", sweep_of("brief"), seven, 10) == 0
    assert await count(town, "brief") == 1


async def test_desk_notices_are_settled_without_being_sent(town: Town) -> None:
    await opened(town)
    await run_job(town.context, "dispatch", sweep_of("dispatch"), MONDAY, 10)
    assert await run_job(town.context, "delivery", sweep_of("delivery"), MONDAY, 10) == 1
    async with town.context.pool.acquire() as connection:
        assert [row["state"] for row in await connection.fetch("select state from outbox")] == ["sent"]


async def test_message_to_wechat_leaves_once(town: Town) -> None:
    sent: list[Outgoing] = []

    async def send(message: Outgoing) -> Receipt:
        sent.append(message)
        return Receipt(Delivery.DELIVERED)

    await replied(town, channel="wechat", wechat="oBzJ0tqmvXcR2F5sYp1KwZ7aHdLe", phone="")
    deliver = sweeps(send)["delivery"]
    for _ in range(2):
        await run_job(town.context, "delivery", deliver, MONDAY, 10)
    assert [message.kind for message in sent] == ["replied"]
