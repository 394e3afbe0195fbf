"""The public's browser on a seeded county, on a Monday morning."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aiohttp.test_utils import TestClient, TestServer

from channels.app import build_app
from hotline.clock import MovedClock
from hotline.config import Settings
from tests.build import MONDAY, Town, a_county


@pytest.fixture
async def town(pool: asyncpg.Pool, settings: Settings) -> Town:
    return await a_county(pool)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(MONDAY)


@pytest.fixture
async def public(settings: Settings, town: Town, clock: MovedClock) -> AsyncIterator[TestClient[Any, Any]]:
    """Somebody on the website, without a log-in."""
    async with TestClient(TestServer(build_app(settings, clock))) as client:
        yield client
