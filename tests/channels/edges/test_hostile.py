"""Hostile words go in at the door and come out as words: on pages, in fragments, in letters and in the brief."""

from __future__ import annotations

import io
import re
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import Any

import asyncpg
import jinja2
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from docx import Document
from hypothesis import given
from hypothesis import settings as sized
from hypothesis import strategies as st

from channels.ui import rendering
from tests.build import Town
from tests.channels.desk.conftest import LogIn, find

MARK = "kanari"
HOSTILE = (
    f"<script>{MARK}()</script>",
    f'"><img src=x onerror={MARK}()>',
    f"' onmouseover='{MARK}()",
    f"{{{{ 7*7 }}}}{{% {MARK} %}}${{7*7}}",
    f"</textarea></title><svg/onload={MARK}()>",
    f"javascript:{MARK}()",
    f"\u202e{MARK}\u2066 ]]> <!-- {MARK} -->",
    f"&lt;script&gt;{MARK}&amp;",
)
GOES_TO = ("href", "src", "action", "formaction")
WORDS = "我家水费比上月多了三倍。" + " ".join(HOSTILE)


class Reader(HTMLParser):
    """Collects what a browser would run or load: elements and attributes that hold the mark."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            told = (value or "").strip().lower()
            runs = name.startswith("on") or name == "style" or (name in GOES_TO and told.startswith("javascript:"))
            if MARK in name or (MARK in told and runs):
                self.faults.append(f"{tag} {name}={value}")
        if tag in ("script", "svg", "img") and any(MARK in (value or "") or name == "onerror" for name, value in attrs):
            self.faults.append(tag)

    def handle_comment(self, data: str) -> None:
        if MARK in data:
            self.faults.append(f"comment {data}")

    def handle_data(self, data: str) -> None:
        if MARK in data and self.lasttag in ("script", "style") and self.rawdata.rfind("</", 0) < 0:
            self.faults.append(f"{self.lasttag} {data}")


def run_by(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader.faults + re.findall(rf"<script[^>]*>[^<]*{MARK}", page)


async def filed(server: TestServer) -> None:
    form = {
        "kind": "complaint", "body": WORDS, "place": HOSTILE[0], "name": f"<i onload={MARK}()>", "phone": "13800138000",
        "address": HOSTILE[4], "client_key": "website-key-0001", "matter_id": "water.bill",
    }  # fmt: skip
    async with ClientSession() as http:
        answer = await http.post(server.make_url("/file"), data=form, allow_redirects=False)
        assert answer.status == 303, find(r"notice-title\">([^<]+)", await answer.text())


async def test_words_of_a_filing_stay_words_for_everybody_who_reads_it(
    server: TestServer, town: Town, log_in: LogIn, pool: asyncpg.Pool
) -> None:
    await filed(server)
    ticket_id = await pool.fetchval("select ticket_id from ticket")
    dispatcher, operator = await log_in("dispatcher"), await log_in("operator")
    seen = [await dispatcher.get("/console/dispatch"), await operator.get("/console")]
    done = await dispatcher.do(ticket_id, "dispatch", unit=str(town.unit("水务局")))
    assert done[0] == 303, re.findall(r"(?s)role=.alert.*?</div>", done[2])
    water = await log_in("water")
    assert (await water.do(ticket_id, "sign"))[0] == 303
    assert (await water.do(ticket_id, "comment", text=WORDS))[0] == 303
    seen += [
        await water.get("/desk"),
        await water.get(f"/tickets/{ticket_id}"),
        await dispatcher.get(f"/tickets/{ticket_id}"),
    ]
    status, _, page = await operator.send(f"/tickets/{ticket_id}/reveal", reason="回访核实情况")
    assert status == 200
    seen.append(page)
    assert sum(MARK in page for page in seen) >= 4
    assert [fault for page in seen for fault in run_by(page)] == []
    # What looks like a template's own signs is not reckoned.
    assert "{{ 7*7 }}" in unescape(seen[-1])


async def test_refused_form_gives_words_back_as_words(server: TestServer) -> None:
    async with ClientSession() as http:
        form = {
            "kind": "nothing",
            "body": WORDS,
            "place": HOSTILE[1],
            "name": HOSTILE[2],
            "client_key": "website-key-0001",
        }
        page = await (await http.post(server.make_url("/file"), data=form)).text()
        assert HOSTILE[0] in unescape(page)
        assert run_by(page) == []
        for path in ("/progress?number=", "/file?kind=", "/login?next=/", "/nowhere/", "/?text="):
            for words in HOSTILE:
                answer = await http.get(
                    server.make_url(path.split("?")[0]), params={path.split("?")[-1].split("=")[0]: words}
                )
                assert run_by(await answer.text()) == []


@cache
def a_field() -> jinja2.Template:
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(rendering.HERE / "templates"), autoescape=True)
    env.globals["static"] = rendering.static
    return env.from_string("{% import 'components/pieces.html' as ui %}{{ ui.field('n', words, words) }}")


@sized(max_examples=60)
@given(st.text(alphabet=st.sampled_from("<>&\"'{}%$/\\=`\u202e\u2028 a"), max_size=60))
def test_template_shows_any_text_as_itself(words: str) -> None:
    shown = a_field().render(words=words)
    assert "<script" not in shown.lower().replace("&lt;", "")
    assert re.search(r'value="([^"]*)"', shown, re.DOTALL)
    value: Any = re.search(r'value="([^"]*)"', shown, re.DOTALL)
    assert unescape(value[1]) == words


def test_reader_finds_what_would_run() -> None:
    for words in HOSTILE[:2]:
        assert run_by(f'<p class="a">{words}</p><input value="{words}">') != []
    assert run_by('<p title="kanari">kanari()</p>') == []


async def test_letter_shows_hostile_words_as_words(
    server: TestServer, town: Town, log_in: LogIn, pool: asyncpg.Pool
) -> None:
    await filed(server)
    ticket_id = await pool.fetchval("select ticket_id from ticket")
    dispatcher, supervisor = await log_in("dispatcher"), await log_in("supervisor")
    done = await dispatcher.do(ticket_id, "dispatch", unit=str(town.unit("水务局")))
    assert done[0] == 303, re.findall(r"(?s)role=.alert.*?</div>", done[2])
    assert (await supervisor.do(ticket_id, "supervise", reason=HOSTILE[0]))[0] == 303
    page = await supervisor.get(f"/tickets/{ticket_id}")
    async with supervisor.http.get(find(r'href="(/letters/[^"]+)"', page)) as answer:
        told = Document(io.BytesIO(await answer.read()))
    words = " ".join(paragraph.text for paragraph in told.paragraphs)
    words += " ".join(cell.text for table in told.tables for row in table.rows for cell in row.cells)
    assert "水费比上月" in words
