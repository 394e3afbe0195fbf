"""Counting in a real Valkey, by several processes, and alone while it is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
import redis

from hotline.domain.policy.rate_limits import RateLimit
from hotline.rate_limiter import Cost, RateLimiter
from tests.build import MONDAY

HOUR = RateLimit(5, 3_600_000)
NOT_AT_ALL = timedelta(0)


@pytest.fixture
async def meters(valkey_url: str) -> AsyncIterator[tuple[RateLimiter, RateLimiter]]:
    """Two processes' meters on one Valkey."""
    async with AsyncExitStack() as stack:
        both = RateLimiter(valkey_url), RateLimiter(valkey_url)
        for one in both:
            stack.push_async_callback(one.close)
        yield both


@pytest.fixture
async def alone() -> AsyncIterator[RateLimiter]:
    """A meter whose Valkey is away."""
    one = RateLimiter("redis://127.0.0.1:1/0")
    yield one
    await one.close()


async def test_two_processes_count_together(meters: tuple[RateLimiter, RateLimiter]) -> None:
    told = [await meters[turn % 2].charge([Cost("a", HOUR)], MONDAY) for turn in range(6)]
    assert told[:5] == [NOT_AT_ALL] * 5
    assert told[5] == timedelta(minutes=12)


async def test_of_a_crowd_at_one_moment_just_the_count_passes(meters: tuple[RateLimiter, RateLimiter]) -> None:
    told = await asyncio.gather(*(meters[turn % 2].charge([Cost("a", HOUR)], MONDAY) for turn in range(200)))
    assert sum(wait == NOT_AT_ALL for wait in told) == 5


async def test_span_later_all_may_come_again(meters: tuple[RateLimiter, RateLimiter]) -> None:
    for _ in range(9):
        await meters[0].charge([Cost("a", HOUR)], MONDAY)
    later = MONDAY + timedelta(hours=1)
    told = [await meters[0].charge([Cost("a", HOUR)], later) for _ in range(6)]
    assert [wait == NOT_AT_ALL for wait in told] == [True] * 5 + [False]


@pytest.mark.parametrize("which", ["together", "alone"])
async def test_one_full_bucket_charges_no_other(
    meters: tuple[RateLimiter, RateLimiter], alone: RateLimiter, which: str
) -> None:
    meter = meters[0] if which == "together" else alone
    once = RateLimit(1, 60_000)
    assert await meter.charge([Cost("full", once)], MONDAY) == NOT_AT_ALL
    for _ in range(9):
        assert await meter.charge([Cost("other", HOUR), Cost("full", once)], MONDAY) > NOT_AT_ALL
    assert await meter.charge([Cost("other", HOUR)], MONDAY) == NOT_AT_ALL


@pytest.mark.parametrize("which", ["together", "alone"])
async def test_cost_counts(meters: tuple[RateLimiter, RateLimiter], alone: RateLimiter, which: str) -> None:
    meter = meters[0] if which == "together" else alone
    assert await meter.charge([Cost("a", HOUR, 4)], MONDAY) == NOT_AT_ALL
    assert await meter.charge([Cost("a", HOUR, 2)], MONDAY) == timedelta(minutes=12)
    assert await meter.charge([Cost("a", HOUR, 1)], MONDAY) == NOT_AT_ALL


async def test_without_valkey_a_process_counts_alone(alone: RateLimiter) -> None:
    told = [await alone.charge([Cost("a", HOUR)], MONDAY) for _ in range(6)]
    assert told[:5] == [NOT_AT_ALL] * 5
    assert told[5] == timedelta(minutes=12)


async def test_empty_buckets_are_forgotten(meters: tuple[RateLimiter, RateLimiter], valkey_url: str) -> None:
    await meters[0].charge([Cost("a", RateLimit(1000, 1_000))], MONDAY)
    await asyncio.sleep(0.05)
    client = redis.Redis.from_url(valkey_url)
    assert client.keys() == []
    client.close()


async def test_nothing_to_charge_asks_nobody(alone: RateLimiter) -> None:
    assert await alone.charge([], MONDAY) == NOT_AT_ALL
