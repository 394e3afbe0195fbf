"""Every form of every door: one that another site sent, or that lacks the session's token, changes nothing."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from uuid import UUID

import asyncpg
import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from channels.desk.admin.accounts import DEEDS as ACCOUNT_DEEDS
from channels.desk.ticket.handlers import HANDLERS
from channels.web.csrf_origin import ForeignForm
from channels.web.session import StaleForm
from hotline.config import Settings
from tests.build import PASSWORD, Town, signed
from tests.channels.desk.conftest import LogIn
from tests.channels.edges.conftest import holdings

FOREIGN = [
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Referer": "https://elsewhere.example/form"},
    {"Origin": "http://[broken"},
]
# A log-in has no session yet, the public has none at all, and WeChat signs each message.
WITHOUT_TOKEN = ("/login", "/wechat", "/file", "/progress")
BRIEF_STEPS = ("advice", "approve", "back", "issue", "read")
PEOPLE = (
    "operator",
    "dispatcher",
    "supervisor",
    "inspector",
    "leader",
    "water",
    "water_head",
    "admin",
    "guard",
    "auditor",
)
FILING = {"kind": "help", "body": "我家水费比上月多了三倍，水表没有动过，请查一查。", "client_key": "website-key-0001"}


def posted(app: web.Application) -> list[str]:
    """Every address of the application that takes a form, its parts in braces."""
    told = {r.resource.canonical for r in app.router.routes() if r.resource and r.method not in ("GET", "HEAD")}
    return sorted(told)


def filled(app: web.Application, ticket_id: UUID) -> list[str]:
    """The same with something real in each part, a line for each verb and step."""
    parts = {"ticket_id": [str(ticket_id)], "week": ["2026-11-16"], "step": BRIEF_STEPS, "verb": list(HANDLERS)}
    parts |= {"login": ["school"], "deed": list(ACCOUNT_DEEDS.rights)}
    lines = []
    for address in posted(app):
        names = re.findall(r"{(\w+)}", address)
        values = itertools.product(*(parts.get(name, [str(UUID(int=1))]) for name in names))
        lines += [address.format(**dict(zip(names, given, strict=True))) for given in values]
    return lines


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_form_of_another_site_is_refused_everywhere(
    server: TestServer, town: Town, log_in: LogIn, pool: asyncpg.Pool, headers: Mapping[str, str]
) -> None:
    ticket = await signed(town)
    water, before = await log_in("water"), await holdings(pool)
    for address in filled(server.app, ticket.ticket_id):
        form = {**FILING, "csrf": water.csrf, "login": "water", "password": PASSWORD}
        async with water.http.post(address, data=form, headers=headers, allow_redirects=False) as answer:
            assert answer.status == 403, address
            assert ForeignForm().sentence in await answer.text()
    assert await holdings(pool) == before


@pytest.mark.parametrize("token", ["", "wrong", "of another"])
async def test_office_form_without_its_token_changes_nothing(
    server: TestServer, town: Town, log_in: LogIn, pool: asyncpg.Pool, token: str
) -> None:
    ticket = await signed(town)
    others = (await log_in("school")).csrf
    people = [await log_in(login) for login in PEOPLE]
    before = await holdings(pool)
    sent = {"": {}, "wrong": {"csrf": "0" * 64}, "of another": {"csrf": others}}[token]
    addresses = [line for line in filled(server.app, ticket.ticket_id) if not line.startswith(WITHOUT_TOKEN)]
    assert len(addresses) > len(HANDLERS)
    for address in addresses:
        told = set()
        for person in people:
            form = {**sent, "client_key": "k", "verdict": "satisfied"}
            async with person.http.post(address, data=form, allow_redirects=False) as answer:
                assert answer.status in (403, 404), (address, answer.status)
                told.add(StaleForm().sentence in await answer.text())
        assert True in told, f"{address} was refused for another reason by everybody"
    assert await holdings(pool) == before


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}], ids=str)
async def test_old_telephone_without_cookies_can_file(server: TestServer, headers: Mapping[str, str]) -> None:
    async with ClientSession() as http:
        answer = await http.post(server.make_url("/file"), data=FILING, headers=headers, allow_redirects=False)
        assert answer.status == 303
        assert "Set-Cookie" not in answer.headers


async def test_own_pages_may_send_behind_a_proxy_that_renames_the_host(settings: Settings, server: TestServer) -> None:
    async with ClientSession() as http:
        headers = {"Origin": settings.public_url}
        answer = await http.post(server.make_url("/file"), data=FILING, headers=headers, allow_redirects=False)
        assert answer.status == 303
