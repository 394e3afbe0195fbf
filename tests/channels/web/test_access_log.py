"""Every page that shows people's affairs leaves a row in the record of looks; a new one cannot be forgotten."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer
from docx import Document

from channels.app import build_app
from channels.registry import CHANNELS
from channels.web.access_log import KEPT, KEPT_BY_DEEDS, NO_LOOK
from channels.web.routes import Each, needs_of
from hotline.clock import MovedClock
from hotline.config import Settings
from hotline.domain.accounts.permissions import Right
from tests import build
from tests.build import MONDAY, PASSWORD, Town, a_county

GETS = [route for channel in CHANNELS for route in channel.routes if route.method == "GET"]
LISTS = [
    ("operator", "/console"), ("operator", "/console/calls"), ("operator", "/console/undelivered"), ("operator", "/console/caller?phone=13800138000"),
    ("dispatcher", "/console/dispatch"), ("dispatcher", "/console/alarms"), ("water", "/desk"),
    ("water", "/desk/notices"), ("supervisor", "/supervision"), ("water_head", "/cards"), ("leader", "/cards"),
]  # fmt: skip


@pytest.fixture
async def town(pool: asyncpg.Pool, settings: Settings) -> Town:
    return await a_county(pool)


@pytest.fixture
async def server(settings: Settings, town: Town) -> AsyncIterator[TestServer]:
    async with TestServer(build_app(settings, MovedClock(MONDAY))) as running:
        yield running


async def fetch(server: TestServer, login: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """A page as this person gets it."""
    async with ClientSession(server.make_url("/"), cookie_jar=CookieJar(unsafe=True)) as http:
        async with http.post("/login", data={"login": login, "password": PASSWORD}, allow_redirects=False) as entered:
            assert entered.status == 303
        async with http.get(path, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.read()


async def looks(town: Town) -> list[asyncpg.Record]:
    async with town.context.pool.acquire() as conn:
        await conn.execute("reset role")
        return await conn.fetch(
            "select v.*, a.login from view_log v left join account a using (account_id) order by view_id"
        )


@pytest.mark.parametrize("route", GETS, ids=lambda route: route.path)
def test_every_page_is_kept_or_has_nothing_to_keep(route: object) -> None:
    needs = needs_of(route)
    for right in needs.rights.values() if isinstance(needs, Each) else [needs]:
        if isinstance(right, Right):
            assert (right in KEPT) + (right in KEPT_BY_DEEDS) + (right in NO_LOOK) == 1, right


@pytest.mark.parametrize(("login", "path"), LISTS, ids=[path for _, path in LISTS])
async def test_a_list_leaves_one_row(town: Town, server: TestServer, login: str, path: str) -> None:
    await build.dispatched(town)
    status, _ = await fetch(server, login, path)
    assert status == 200
    rows = await looks(town)
    assert [(row["login"], row["address"]) for row in rows] == [(login, "127.0.0.1")]
    assert rows[0]["what"] == ("search" if "phone=" in path else "list")
    if rows[0]["what"] == "list":
        assert rows[0]["page"] == path


async def test_a_list_says_how_many_it_showed(town: Town, server: TestServer) -> None:
    for _ in range(3):
        await build.dispatched(town)
    await fetch(server, "water", "/desk")
    assert [row["shown"] for row in await looks(town)] == [3]


async def test_what_was_refused_or_not_found_is_no_look(town: Town, server: TestServer) -> None:
    assert (await fetch(server, "water", "/supervision"))[0] == 403
    assert (await fetch(server, "inspector", "/briefs/2020-01-06"))[0] == 404
    assert await looks(town) == []


async def test_a_letter_is_a_look_at_its_ticket_and_names_who_took_it_out(town: Town, server: TestServer) -> None:
    ticket = await build.owed(town)
    async with town.context.pool.acquire() as conn:
        await conn.execute("reset role")
        letter_id = await conn.fetchval("select letter_id from letter where ticket_id = $1 limit 1", ticket.ticket_id)
    status, content = await fetch(server, "water", f"/letters/{letter_id}.docx")
    assert status == 200
    row = (await looks(town))[-1]
    assert (row["what"], row["ticket_id"], row["login"]) == ("letter", ticket.ticket_id, "water")
    section = Document(io.BytesIO(content)).sections[0]
    for header in (section.header, section.even_page_header):
        assert "water同志 water 2026-11-23" in header.paragraphs[0].text


async def test_the_watermark_of_a_page_names_its_reader(town: Town, server: TestServer) -> None:
    _, page = await fetch(server, "water", "/desk")
    moment = (MONDAY + timedelta(0)).astimezone().strftime("%M")
    assert f"water同志 water 2026-11-23 09:{moment}</text>" in page.decode()
