"""The application as a whole: what every answer carries, what the log says, and how faults are told."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.app import build_app
from hotline import log
from hotline.actions.region.context import RegionContext
from hotline.clock import MovedClock
from hotline.config import Settings
from hotline.domain.errors import RehearsalDatabase
from tests.build import MONDAY, PASSWORD, Town, a_county, signed
from tests.channels.desk.conftest import find

Client = TestClient[Any, Any]
PERSONAL = ("13800138000", "王小明", "水费比上月多了三倍", "summer-rain")


@pytest.fixture
async def town(pool: asyncpg.Pool, settings: Settings) -> Town:
    return await a_county(pool)


@pytest.fixture
async def client(settings: Settings, town: Town) -> AsyncIterator[Client]:
    async with TestClient(TestServer(build_app(settings, MovedClock(MONDAY)))) as opened:
        yield opened


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the process writes to its log, as JSON lines."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setattr("sys.stderr", stream)
    log.configure("json", "info")
    return stream


def requests(stream: io.StringIO) -> list[dict[str, Any]]:
    told = [json.loads(line) for line in stream.getvalue().splitlines() if line.startswith("{")]
    return [line for line in told if line.get("event") == "request"]


async def _log_in(client: Client, login: str = "water") -> str:
    answer = await client.post("/login", data={"login": login, "password": PASSWORD})
    return find(r'name="csrf" value="([^"]+)"', await answer.text())


async def test_one_line_a_request_and_nothing_personal_in_it(client: Client, town: Town, lines: io.StringIO) -> None:
    ticket = await signed(town)
    csrf = await _log_in(client)
    lines.seek(0)
    lines.truncate()
    await client.get(f"/tickets/{ticket.ticket_id}?phone=13800138000")
    await client.post(
        f"/tickets/{ticket.ticket_id}/reveal", data={"csrf": csrf, "reason": "找王小明，13800138000"}
    )  # fmt: skip
    told = requests(lines)
    assert [(line["method"], line["route"], line["status"]) for line in told] == [
        ("GET", "/tickets/{ticket_id}", 200),
        ("POST", "/tickets/{ticket_id}/reveal", 200),
    ]
    assert all(isinstance(line["ms"], float) for line in told)
    assert not [secret for secret in PERSONAL if secret in lines.getvalue()]


async def test_fault_is_told_by_number_without_a_trace(
    client: Client, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(self: RegionContext) -> None:
        raise ValueError("13800138000")

    monkeypatch.setattr(RegionContext, "ping", fail)
    answer = await client.get("/healthz")
    text = await answer.text()
    assert answer.status == 500
    assert "Traceback" not in text
    assert "13800138000" not in text
    assert answer.headers["X-Request-Id"] in lines.getvalue()


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/login", 200), ("/nowhere", 404), ("/healthz", 200), ("/desk", 200)]
)
async def test_every_answer_carries_the_guarding_headers(client: Client, path: str, status: int) -> None:
    answer = await client.get(path)
    assert answer.status == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("POST", "/desk", 405), ("DELETE", "/login", 405), ("POST", "/login", 400)],
)
async def test_wrong_request_gets_a_sentence(client: Client, method: str, path: str, status: int) -> None:
    answer = await client.request(method, path, data=b"\xff\xfe", headers={"Content-Type": "application/json"})
    text = await answer.text()
    assert answer.status == status
    assert find(r"<h1>([^<]+)</h1>", text)
    assert "Traceback" not in text


@pytest.mark.parametrize(
    "body", [b"\xff\xfe\x00", b"login=%FF%FE&password=x", b"login=" + b"a" * 70_000, b"&&&===", b"login=%00"]
)
async def test_undecodable_form_is_no_fault_of_ours(client: Client, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post("/login", data=body, headers=headers)
    assert 400 <= answer.status < 500


@pytest.mark.parametrize(
    "body",
    [
        b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\nwat',
        b"--x\r\nX-Long: " + b"a" * 20_000 + b"\r\n\r\n",
        b"--x\r\n" + b"A: b\r\n" * 2_000,
        b"no boundary at all",
        b"",
    ],
    ids=["cut", "long header", "many headers", "no boundary", "empty"],
)
async def test_broken_multipart_is_no_fault_of_ours(client: Client, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await client.post("/login", data=body, headers=headers)
    assert 400 <= answer.status < 500


async def test_script_of_the_kit_is_served_for_a_day(client: Client) -> None:
    answer = await client.get("/static/vendor/htmx.js")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, max-age=86400"


async def test_real_clock_refuses_a_rehearsal_database(settings: Settings, town: Town, pool: asyncpg.Pool) -> None:
    await pool.execute("update region set rehearsal_now = $1", MONDAY)
    runner = web.AppRunner(build_app(settings))
    with pytest.raises(RehearsalDatabase):
        await runner.setup()
    await runner.cleanup()
