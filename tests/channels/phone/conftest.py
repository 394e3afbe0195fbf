"""The hotline's people at their screens, on a seeded county, on a Monday morning."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from aiohttp import ClientResponse, CookieJar
from aiohttp.test_utils import TestClient, TestServer

from channels.app import build_app
from hotline.clock import MovedClock
from hotline.config import Settings
from tests.build import MONDAY, PASSWORD, Town, a_county


@dataclass
class Seat:
    """Somebody logged in: pages are read, forms are sent with the token of the session."""

    client: TestClient[Any, Any]
    csrf: str = ""

    async def read(self, path: str, status: int = 200) -> str:
        """The page, which must answer with this status."""
        answer = await self.client.get(path, allow_redirects=False)
        html = await answer.text()
        assert answer.status == status, html
        return html

    async def send(self, path: str, **fields: str) -> ClientResponse:
        """A form sent; redirects are not followed."""
        return await self.client.post(path, data={"csrf": self.csrf} | fields, allow_redirects=False)


TakeSeat = Callable[[str], Awaitable[Seat]]


@pytest.fixture
async def town(pool: asyncpg.Pool, settings: Settings) -> Town:
    return await a_county(pool)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(MONDAY)


@pytest.fixture
async def take_seat(settings: Settings, town: Town, clock: MovedClock) -> AsyncIterator[TakeSeat]:
    """Log somebody in: `seat = await take_seat("operator")`."""
    clients: list[TestClient[Any, Any]] = []
    async with TestServer(build_app(settings, clock)) as server:

        async def take(login: str) -> Seat:
            client: TestClient[Any, Any] = TestClient(server, cookie_jar=CookieJar(unsafe=True))
            clients.append(client)
            answer = await client.post("/login", data={"login": login, "password": PASSWORD})
            token = re.search(r'name="csrf" value="([^"]+)"', await answer.text())
            assert token is not None
            return Seat(client, token.group(1))

        yield take
        for client in clients:
            await client.close()
