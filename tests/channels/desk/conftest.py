"""The office on a seeded county: people log in over real HTTP, each with a cookie of their own."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from channels.app import build_app
from hotline.clock import MovedClock
from hotline.config import Settings
from tests.build import MONDAY, PASSWORD, Town, a_county


class Worker:
    """Somebody of the office at a browser."""

    def __init__(self, http: ClientSession) -> None:
        self.http = http
        self.csrf = ""
        self._forms = 0

    async def log_in(self, login: str) -> None:
        """Log in and read the token of the forms from the first page."""
        async with self.http.post("/login", data={"login": login, "password": PASSWORD}) as answer:
            assert answer.status == 200, await answer.text()
            self.csrf = find(r'name="csrf" value="([^"]+)"', await answer.text())

    async def get(self, path: str, status: int = 200, headers: Mapping[str, str] | None = None) -> str:
        """A page; its status must be the one expected."""
        async with self.http.get(path, headers=headers, allow_redirects=False) as answer:
            text = await answer.text()
            assert answer.status == status, text
            return text

    async def send(self, path: str, **fields: str) -> tuple[int, str, str]:
        """Post a form of this session: status, where it leads, the page."""
        form = {"csrf": self.csrf} | fields
        async with self.http.post(path, data=form, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", ""), await answer.text()

    async def do(self, ticket_id: UUID, verb: str, **fields: str) -> tuple[int, str, str]:
        """A verb on a ticket with a client_key of its own."""
        self._forms += 1
        return await self.send(f"/tickets/{ticket_id}/{verb}", **{"client_key": f"{verb}-{self._forms}"} | fields)


LogIn = Callable[[str], Awaitable[Worker]]


def find(pattern: str, text: str) -> str:
    """The one group of a pattern that must be there."""
    found = re.search(pattern, text, re.DOTALL)
    assert found is not None, f"{pattern} not in {text[:2000]}"
    return found.group(1)


@pytest.fixture
async def town(pool: asyncpg.Pool, settings: Settings) -> Town:
    return await a_county(pool)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(MONDAY)


@pytest.fixture
async def server(settings: Settings, town: Town, clock: MovedClock) -> AsyncIterator[TestServer]:
    async with TestServer(build_app(settings, clock)) as running:
        yield running


@pytest.fixture
async def browser(server: TestServer) -> AsyncIterator[Callable[[], Awaitable[Worker]]]:
    """A browser nobody has logged in with yet."""
    async with AsyncExitStack() as stack:

        async def open_browser() -> Worker:
            session: Any = ClientSession(base_url=server.make_url("/"), cookie_jar=CookieJar(unsafe=True))
            return Worker(await stack.enter_async_context(session))

        yield open_browser


@pytest.fixture
async def log_in(browser: Callable[[], Awaitable[Worker]]) -> LogIn:
    """Somebody logs in by name."""
    known: dict[str, Worker] = {}

    async def enter(login: str) -> Worker:
        if login not in known:
            known[login] = await browser()
            await known[login].log_in(login)
        return known[login]

    return enter
