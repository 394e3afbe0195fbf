"""Who is slow gets a sentence and holds up nobody else."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator

import asyncpg
import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from channels.app import POOL_SIZE, build_app
from channels.web import forms, timeouts
from channels.web.timeouts import TooBusy, TooSlow, wait_without_end, while_reading
from hotline import log
from hotline.config import Settings
from tests.build import Town
from tests.channels.edges.conftest import holdings

HALF = b"POST /file HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\nbody="


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience of a moment."""
    monkeypatch.setattr(timeouts, "ANSWER_S", 0.05)
    monkeypatch.setattr(forms, "TEXT_S", 0.05)


async def test_half_a_form_is_answered_and_writes_nothing(
    server: TestServer, pool: asyncpg.Pool, at_once: None
) -> None:
    before = await holdings(pool)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(HALF)
    told = await reader.readuntil(b"</html>")
    writer.close()
    assert told.startswith(b"HTTP/1.1 408")
    assert TooSlow().sentence in told.decode()
    assert await holdings(pool) == before


async def test_client_that_goes_away_in_the_middle_is_no_fault_of_ours(server: TestServer) -> None:
    stream = io.StringIO()
    log.configure("json", "info", stream)
    for head in (HALF, HALF.replace(b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x")):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(head)
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()
        del reader
    async with ClientSession() as http:
        await http.get(server.make_url("/healthz"))
    assert "request_failed" not in stream.getvalue()
    assert "Traceback" not in stream.getvalue()


async def test_slow_clients_hold_no_connection_of_the_database(server: TestServer) -> None:
    slow = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(POOL_SIZE + 4)]
    for _, writer in slow:
        writer.write(HALF)
    async with ClientSession() as http, asyncio.timeout(20):
        answer = await http.get(server.make_url("/healthz"))
        assert answer.status == 200
    for _, writer in slow:
        writer.close()


async def test_head_that_never_ends_is_cut_off(settings: Settings, town: Town) -> None:
    runner = web.AppRunner(build_app(settings), keepalive_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    reader, writer = await asyncio.open_connection(*runner.addresses[0])
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    async with asyncio.timeout(20):
        assert await reader.read() == b""
    writer.close()
    await runner.cleanup()


async def test_handler_that_takes_too_long_is_stopped(
    server: TestServer, monkeypatch: pytest.MonkeyPatch, at_once: None
) -> None:
    async def hang(*_given: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("hotline.actions.region.context.RegionContext.ping", hang)
    async with ClientSession() as http, asyncio.timeout(20):
        answer = await http.get(server.make_url("/healthz"))
        assert answer.status == 503
        assert await answer.text() == TooBusy().sentence


@pytest.fixture
async def bare() -> AsyncIterator[TestServer]:
    """Handlers that read slowly or never end, under the same patience."""

    async def late(request: web.Request) -> web.Response:
        async with timeouts.answer_in_time(request):
            async with while_reading(request, 20):
                await asyncio.sleep(0.2)
            return web.Response(text="read")

    async def stream(request: web.Request) -> web.Response:
        async with timeouts.answer_in_time(request):
            wait_without_end(request)
            await asyncio.sleep(0.2)
            return web.Response(text="still open")

    app = web.Application()
    app.router.add_get("/late", late)
    app.router.add_get("/stream", stream)
    async with TestServer(app) as running:
        yield running


@pytest.mark.parametrize(("path", "told"), [("/late", "read"), ("/stream", "still open")])
async def test_reading_and_streams_do_not_count(bare: TestServer, at_once: None, path: str, told: str) -> None:
    async with ClientSession() as http:
        answer = await http.get(bare.make_url(path))
        assert (answer.status, await answer.text()) == (200, told)
