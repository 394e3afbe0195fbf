"""The brief through the real doors: pages, lists, docx, and each step of its way to the leaders."""

import re
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import asyncpg
import pytest
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestClient, TestServer
from docx import Document
from pypdf import PdfReader

from channels.app import build_app
from hotline.actions.brief import publication
from hotline.actions.handling import unit_work
from hotline.actions.supervision import tiers
from hotline.clock import MovedClock
from hotline.config import Settings
from hotline.documents import as_pdf
from hotline.domain.enums import Verdict
from tests.build import MONDAY, PASSWORD, TUESDAY, Town, a_county, held, moment, owed, rated, replied, signed
from tests.fonts import with_fonts

SEVEN = moment("2026-11-30", "07:00")
URL = "/briefs/2026-11-23"
Client = TestClient[Any, Any]


@pytest.fixture
async def town(pool: asyncpg.Pool) -> Town:
    return await a_county(pool)


@pytest.fixture
async def server(settings: Settings, town: Town) -> AsyncIterator[TestServer]:
    async with TestServer(build_app(settings, MovedClock(SEVEN))) as running:
        yield running


async def visitor(server: TestServer, login: str) -> Client:
    """Somebody logged in."""
    client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
    answer = await client.post("/login", data={"login": login, "password": PASSWORD}, allow_redirects=False)
    assert answer.status == 303
    return client


async def press(client: Client, step: str, **fields: str) -> int:
    """Send one of the page's forms with its csrf token; gives back the status."""
    html = await (await client.get(URL)).text()
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    data = {"csrf": found.group(1) if found else "", **fields}
    return (await client.post(f"{URL}/{step}", data=data, allow_redirects=False)).status


async def play(town: Town) -> None:
    await rated(town, await replied(town, MONDAY), Verdict.SATISFIED, TUESDAY)
    await held(town, await owed(town, MONDAY, phone="13700137003"), TUESDAY)
    ticket = await signed(town, MONDAY, phone="13700137004", title="水费<b>贵</b>了")
    await unit_work.comment_ticket(town.context, ticket.ticket_id, town.actor("water"), TUESDAY, {"text": "已到现场"})
    await tiers.supervise_ticket(town.context, ticket.ticket_id, town.actor("supervisor"), TUESDAY)
    assert await publication.compile_brief(town.context, SEVEN) is not None


async def test_every_figure_on_the_page_leads_to_a_list_as_long(town: Town, server: TestServer) -> None:
    await play(town)
    supervisor = await visitor(server, "supervisor")
    html = await (await supervisor.get(URL)).text()
    links = dict(re.findall(rf'href="({URL}/figures/[^"]+)">(\d+)<', html))
    assert len(links) > 60
    for href, value in links.items():
        listed = await supervisor.get(href)
        assert listed.status == 200, href
        assert (await listed.text()).count('<li class="ticket">') == int(value), href
    await supervisor.close()


async def test_a_long_list_is_turned_over_page_by_page(
    town: Town, server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.desk.brief.view.ON_A_PAGE", 2)
    await play(town)
    supervisor = await visitor(server, "supervisor")
    found = []
    for number in ("1", "2", "99", "x"):
        html = await (await supervisor.get(f"{URL}/figures/received?page={number}")).text()
        assert "受理：3 件" in html
        found.append((html.count('<li class="ticket">'), "?page=2" in html, "?page=1" in html))
    assert found == [(2, True, False), (1, False, True), (1, False, True), (2, True, False)]
    await supervisor.close()


async def test_the_first_lines_say_the_week(town: Town, server: TestServer) -> None:
    await play(town)
    supervisor = await visitor(server, "supervisor")
    html = await (await supervisor.get("/briefs")).text()
    lead = re.sub(r"<[^>]+>", "", html[html.index('<div class="lead">') : html.index("<h2>一、")])
    assert [line.strip() for line in lead.strip().splitlines()] == [
        "本周受理3件，办结1件。按时答复率100.0%，群众满意率50.0%；约谈1次，满意和理解率100.0%。"
        "没有纪委督办和领导督办事项；未办结2件。"
    ]  # fmt: skip
    assert html.count("<h1>") == 1
    assert "2026年第1期" in html
    await supervisor.close()


async def test_the_brief_goes_from_draft_to_confirmed(town: Town, server: TestServer) -> None:
    await play(town)
    supervisor, inspector, leader = [await visitor(server, who) for who in ("supervisor", "inspector", "leader")]
    assert (await leader.get(URL)).status == 404
    assert "还没有可以阅读的专报" in await (await leader.get("/briefs")).text()
    assert await press(supervisor, "advice", advice="一、公开水价。") == 303
    assert await press(supervisor, "approve") == 303
    assert await press(supervisor, "approve") == 303
    assert await press(inspector, "back") == 303
    assert await press(inspector, "issue") == 409
    assert await press(supervisor, "approve") == 303
    assert await press(inspector, "issue") == 303
    assert await press(leader, "read") == 303
    html = await (await leader.get(f"{URL}?done=read")).text()
    assert "已确认阅读。" in html
    assert "您已确认阅读本期专报" in html
    assert "一、公开水价。" in html
    assert "已阅：leader同志（11月30日 07:00）" in " ".join(re.sub(r"<[^>]+>", "", html).split())
    for client in (supervisor, inspector, leader):
        await client.close()


async def test_a_form_without_its_token_changes_nothing(town: Town, server: TestServer) -> None:
    await play(town)
    supervisor = await visitor(server, "supervisor")
    for token in ("", "wrong"):
        answer = await supervisor.post(f"{URL}/approve", data={"csrf": token}, allow_redirects=False)
        assert answer.status == 403
    assert "送审" in await (await supervisor.get(URL)).text()
    await supervisor.close()


@pytest.mark.parametrize(
    "path", ["/briefs", URL, f"{URL}.docx", f"{URL}/figures/received", "/letters/x.docx", "/letters/x.pdf"]
)
async def test_strangers_are_sent_to_the_log_in(server: TestServer, path: str) -> None:
    async with ClientSession() as somebody:
        answer = await somebody.get(server.make_url(path), allow_redirects=False)
    assert (answer.status, answer.headers["Location"].startswith("/login")) == (303, True)


@pytest.mark.parametrize(
    "path",
    ["/briefs/2026-11-16", "/briefs/2026-13-45", f"{URL}/figures/no.such", "/briefs/2026-11-16.docx",
     "/letters/no-id.docx", "/letters/00000000-0000-0000-0000-000000000000.docx"],
)  # fmt: skip
async def test_what_is_not_there_is_not_found(town: Town, server: TestServer, path: str) -> None:
    await play(town)
    supervisor = await visitor(server, "supervisor")
    assert (await supervisor.get(path)).status == 404
    await supervisor.close()


async def test_the_docx_says_what_the_page_says(town: Town, server: TestServer) -> None:
    await play(town)
    supervisor = await visitor(server, "supervisor")
    answer = await supervisor.get(f"{URL}.docx")
    assert answer.headers["Content-Disposition"].endswith("2026%E5%B9%B4%E7%AC%AC1%E6%9C%9F.docx")
    text = "\n".join(paragraph.text for paragraph in Document(BytesIO(await answer.read())).paragraphs)
    assert "本周受理3件，办结1件。" in text
    await supervisor.close()


@with_fonts
async def test_the_pdf_says_what_the_page_says_and_who_took_it(town: Town, server: TestServer) -> None:
    await play(town)
    supervisor = await visitor(server, "supervisor")
    assert f'href="{URL}.pdf"' in await (await supervisor.get(URL)).text()
    answer = await supervisor.get(f"{URL}.pdf")
    assert (answer.status, answer.content_type) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"].endswith("2026%E5%B9%B4%E7%AC%AC1%E6%9C%9F.pdf")
    pages = [page.extract_text() for page in PdfReader(BytesIO(await answer.read())).pages]
    assert "本周受理3件，办结1件。" in pages[0]
    assert all("supervisor" in page for page in pages)
    await supervisor.close()


async def test_without_fonts_the_pdf_is_refused_with_a_sentence(
    town: Town, server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play(town)
    supervisor = await visitor(server, "supervisor")
    monkeypatch.setattr(as_pdf, "_LIKES", dict.fromkeys(as_pdf._LIKES, ()))
    answer = await supervisor.get(f"{URL}.pdf")
    assert (answer.status, "请改下载 Word 文件" in await answer.text()) == (503, True)
    assert (await supervisor.get(f"{URL}.docx")).status == 200
    await supervisor.close()


async def test_a_unit_reads_its_own_letters_only(town: Town, server: TestServer) -> None:
    await play(town)
    async with town.context.pool.acquire() as conn:
        letter = await conn.fetchval(
            "select letter_id from letter where kind = 'supervision_letter' order by issued_at limit 1"
        )
    water, school = await visitor(server, "water"), await visitor(server, "school")
    answer = await water.get(f"/letters/{letter}.docx")
    text = "\n".join(paragraph.text for paragraph in Document(BytesIO(await answer.read())).paragraphs)
    assert "水务局：" in text
    assert "阳热督〔2026〕1号" in text
    assert (await school.get(f"/letters/{letter}.docx")).status == 404
    await water.close()
    await school.close()
