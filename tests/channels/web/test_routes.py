"""An address opens with its right or not at all."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.app import build_app
from channels.registry import CHANNELS
from channels.web.routes import Each, Open, Unguarded, check_routes, needs_of
from hotline.clock import MovedClock
from hotline.config import Settings
from hotline.domain.accounts.permissions import Right
from hotline.domain.tickets.lifecycle import Verb
from tests.build import MONDAY, a_county

ADDRESSES = [route for channel in CHANNELS for route in channel.routes]


def filled(path: str) -> str:
    """The address with something in each of its parts."""
    path = re.sub(r"\{week:[^/]*?\{4\}-[^/]*?\}(?=/|\.|$)", "2026-11-16", path)
    path = re.sub(r"\{\w+:(\w+)(\|[^}]*)?\}", r"\1", path)
    return re.sub(r"\{[^}]*\}", "0", path)


async def _nothing(_request: web.Request) -> web.Response:
    return web.Response()


@pytest.fixture
async def client(settings: Settings, pool: asyncpg.Pool) -> AsyncIterator[TestClient[Any, Any]]:
    await a_county(pool)
    async with TestClient(TestServer(build_app(settings, MovedClock(MONDAY)))) as opened:
        yield opened


def test_doors_refuse_an_address_without_a_right() -> None:
    app = web.Application()
    app.router.add_get("/forgotten", _nothing)
    with pytest.raises(Unguarded, match="/forgotten"):
        check_routes(app.router.routes())


@pytest.mark.parametrize("route", ADDRESSES, ids=lambda route: f"{route.method} {route.path}")
def test_every_address_has_its_right(route: web.RouteDef) -> None:
    needs = needs_of(route)
    rights = list(needs.rights.values()) if isinstance(needs, Each) else [needs]
    assert rights
    assert all(isinstance(right, Right | Verb | Open) for right in rights)


def test_every_right_of_a_page_is_used() -> None:
    used = {
        right for route in ADDRESSES if isinstance(needs := needs_of(route), Each) for right in needs.rights.values()
    }
    used |= {needs for route in ADDRESSES if isinstance(needs := needs_of(route), Right)}
    within = {Right.LIST_VERIFICATIONS, Right.READ_DRAFT}
    assert set(Right) - used == within


@pytest.mark.parametrize(
    "route",
    [route for route in ADDRESSES if not isinstance(needs_of(route), Open)],
    ids=lambda route: f"{route.method} {route.path}",
)
async def test_nobody_comes_in_without_logging_in(client: TestClient[Any, Any], route: web.RouteDef) -> None:
    answer = await client.request(route.method, filled(route.path), allow_redirects=False)
    assert answer.status == 303
    assert answer.headers["Location"].startswith("/login")


@pytest.mark.parametrize("address", ["/admin/accounts/%00", "/briefs/%00", "/tickets/%00", "/console/%00"])
async def test_an_address_with_nul_is_not_found(client: TestClient[Any, Any], address: str) -> None:
    async with client.get(address) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("address", ["/progress?number=%00&code=%00", "/login?next=%00", "/?%00=%00"])
async def test_a_question_with_nul_is_no_fault(client: TestClient[Any, Any], address: str) -> None:
    async with client.get(address) as answer:
        assert answer.status < 500
