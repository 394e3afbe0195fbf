"""What every answer carries, what templates may hold, and how faults are told."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

import asyncpg
import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from channels.app import build_app
from channels.ui import rendering
from channels.web.security_headers import HEADERS, POLICY
from hotline import log
from hotline.actions.intake.attachments import add_files
from hotline.config import Settings
from tests.build import MONDAY, Town, signed
from tests.channels.desk.conftest import LogIn

TEMPLATES = sorted(path for path in (rendering.HERE / "templates").rglob("*") if path.is_file())
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\ssrc=)|\|\s*safe|autoescape\s+false|hx-on|Markup",
    re.IGNORECASE,
)
PATHS = ("/", "/file", "/progress", "/login", "/nowhere", "/healthz", "/static/tokens.css", "/static/vendor/htmx.js")


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_carries_every_header(server: TestServer, path: str) -> None:
    async with ClientSession() as http, http.get(server.make_url(path)) as answer:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert "Strict-Transport-Security" not in answer.headers
        assert ("no-store" in answer.headers.get("Cache-Control", "")) is not path.startswith("/static/")


async def test_https_is_asked_for_ever_after(settings: Settings, town: Town) -> None:
    secure = settings.model_copy(update={"public_url": "https://hotline.example"})
    async with TestServer(build_app(secure)) as running, ClientSession() as http:
        answer = await http.get(running.make_url("/"))
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_policy_lets_nothing_run_that_stands_in_a_page() -> None:
    assert POLICY.startswith("default-src 'none'")
    assert "unsafe" not in POLICY


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(rendering.HERE)))
def test_no_template_holds_script_style_or_unescaped_text(path: Path) -> None:
    assert not INLINE.findall(path.read_text("utf-8"))


def test_every_template_escapes() -> None:
    import aiohttp_jinja2
    from aiohttp import web

    app = web.Application()
    rendering.set_up(app)
    assert aiohttp_jinja2.get_env(app).autoescape is True


async def test_long_address_is_not_carried_through_the_log_in(server: TestServer) -> None:
    async with ClientSession() as http:
        for path, follows in (("/tickets/" + "a" * 500, True), ("/tickets/" + "长" * 600, False)):
            answer = await http.get(server.make_url(path), allow_redirects=False)
            assert answer.status == 303
            assert ("next=" in answer.headers["Location"]) is follows


async def test_what_is_not_http_tells_no_version(server: TestServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write("王小明 13800138000\r\n\r\n".encode())
    told = (await reader.read()).decode()
    writer.close()
    assert " 400 " in told
    assert "aiohttp" not in told
    assert "Python" not in told


async def test_what_is_not_http_leaves_no_words_in_the_log(server: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    log.configure("json", "info", stream)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write("GET /王小明 HTTP/1.1\r\nX-Name : 王小明\r\n\r\n".encode())
    await reader.read()
    writer.close()
    assert "王小明" not in stream.getvalue()
    assert "Traceback" not in stream.getvalue()


async def test_fault_with_a_persons_data_is_told_by_number_alone(
    town: Town, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_given: object, **_named: object) -> None:
        raise RuntimeError("DETAIL: Key (phone)=(13800138000) 身份证110101199003078515")

    ticket, water = await signed(town), await log_in("water")
    stream = io.StringIO()
    log.configure("json", "info", stream)
    monkeypatch.setattr("channels.desk.ticket.page.read_ticket", fail)
    async with water.http.get(f"/tickets/{ticket.ticket_id}") as answer:
        page = await answer.text()
        assert answer.status == 500
        assert answer.headers["X-Request-Id"] in page
        assert answer.headers["X-Request-Id"] in stream.getvalue()
    for told in (page, stream.getvalue()):
        assert "13800138000" not in told
        assert "110101199003078515" not in told
    assert "Traceback" not in page


async def test_file_of_a_ticket_can_run_nothing(
    town: Town, log_in: LogIn, settings: Settings, pool: asyncpg.Pool
) -> None:
    from channels.web.forms import Upload
    from channels.web.uploads import keep_files, ready_files

    ticket, water = await signed(town), await log_in("water")
    ready = await ready_files([Upload("说明.pdf", b"%PDF-1.4 <script>alert(1)</script>")])
    kept = await keep_files(settings.files_dir, ready)
    await add_files(town.context, ticket.ticket_id, kept, town.actor("water"), MONDAY)
    attachment_id = await pool.fetchval("select attachment_id from attachment")
    async with water.http.get(f"/tickets/{ticket.ticket_id}/files/{attachment_id}") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
