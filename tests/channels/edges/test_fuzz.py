"""Every address, every field, every role, with what nobody should send: never a fault of ours, nothing half-written.

`pytest tests/channels/edges/test_fuzz.py --hypothesis-profile=long` sends twenty thousand.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import asyncpg
import pytest
from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, note
from hypothesis import settings as sized
from hypothesis import strategies as st
from yarl import URL

from channels.app import build_app
from channels.desk.ticket.handlers import HANDLERS
from channels.registry import CHANNELS
from hotline.clock import MovedClock
from hotline.config import Settings
from hotline.domain.policy.rate_limits import LimitedAction
from tests.build import EASY_LOG_IN, MONDAY, PEOPLE, PLAN, Town, a_county, opened, owed, replied, signed
from tests.channels.desk.conftest import Worker
from tests.channels.edges.conftest import holdings
from tests.pictures import a_bomb, a_jpeg, a_png

HERE = Path(__file__).resolve().parents[3] / "channels"
NAMES = sorted(
    {name for path in HERE.rglob("*.html") for name in re.findall(r'name="([a-z_]+)"', path.read_text("utf-8"))}
    | {
        name
        for path in HERE.rglob("*.py")
        for name in re.findall(
            r'(?:form\.\w+\(|fields\.get\(|query\.get\(|Field\()\s*"([a-z_]+)"', path.read_text("utf-8")
        )
    }
)
FINE: Mapping[str, str] = {
    "kind": "help", "body": "我家水费比上月多了三倍，水表没有动过。", "place": "前进村", "phone": "13800138000", "name": "王小明",
    "client_key": "website-key-0001", "reason": "回访核实情况", "text": "已约好上门时间", "verdict": "satisfied", "contacted": "yes",
    "solved": "yes", "meet_at": "2026-11-25T09:30", "until": "2026-12-15", "due_on": "2026-12-15", "agreed": "yes", "way": "dispatch",
    "act": "save", "based_on": "0", "number": "20261123-00001", "code": "000000", "login": "water", "password": "summer-rain",
    "role": "handler", "page": "1", "tier": "1", "month": "2026-11", "away_from": "2026-11-24", "away_until": "2026-11-25",
} | {name: str(value) for name, value in PLAN.items()}  # fmt: skip
ODD = (
    "", " ", "0", "-1", "9" * 400, "1e999", "NaN", "٣", "½", "2026-02-30", "9999-12-31", "0001-01-01T00:00", "2026-11-25T09:30+99:00",
    "2026-11-25T09:30+23:59", "1" * 4301, "0x10", "true", "[]", "{}", "null", "' or 1=1 --", "%00", "\x00", "a\x00b", "\ud83d", "\ufffd",
    "\u202e", "𠮷😀", "\r\n\r\nSet-Cookie: a=b", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "../../etc/passwd",
    "{{7*7}}", "<script>1</script>", "{0.__class__}", "%(x)s", "{", "长" * 12_001, "a" * 70_000, str(UUID(int=0)), str(UUID(int=1)),
    "A" * 100, "x" * 101, "[rates]\nx = 1", "a = [", "\ufeff", "＋８６１３８", "１２", "a,b", "1;2", "2026-W48",
)  # fmt: skip
HOSTILE = st.one_of(
    st.sampled_from(ODD),
    st.text(max_size=40),
    st.binary(max_size=12).map(lambda b: b.decode("utf-8", "surrogateescape")),
)
FILES = (
    (b"a.png", a_png()),
    (b"a.jpg", a_jpeg()),
    (b"b.png", a_bomb()),
    (b"", b""),
    (b"\xff\x00.png", b"MZ"),
    (b"a.docx", b"PK\x03\x04"),
)
# A wrong password is written down, and a factor to be bound has its secret made when its page is first looked at.
COUNTED = {
    path: {"account_event", "second_factor"} for path in ("/login", "/login/factor", "/me/factor", "/me/password")
}
HURRY = [
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
]


@dataclass(slots=True)
class Desk:
    """The application with somebody of each role at it, and things to act on."""

    server: TestServer
    pool: asyncpg.Pool
    people: Mapping[str, Worker]
    parts: Mapping[str, Sequence[str]]


@pytest.fixture
async def desk(pool: asyncpg.Pool, settings: Settings) -> AsyncIterator[Desk]:
    town: Town = await a_county(pool)
    body = EASY_LOG_IN | {"rates": dict.fromkeys(LimitedAction, "off")}
    await pool.execute("update policy set body = $1", body)
    tickets = [await make(town, MONDAY) for make in (opened, signed, replied, owed)]
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TestServer(build_app(settings, MovedClock(MONDAY))))
        people = {}
        for login in ("", *(login for login, _, _ in PEOPLE)):
            http: Any = ClientSession(base_url=server.make_url("/"), cookie_jar=CookieJar(unsafe=True))
            people[login] = Worker(await stack.enter_async_context(http))
            if login:
                await people[login].log_in(login)
        ids = [str(ticket.ticket_id) for ticket in tickets]
        yield Desk(
            server, pool, people, {"ticket_id": ids, "login": ["water", "school"], "week": ["2026-11-16", "2026-11-23"]}
        )


def addresses(method: str) -> list[str]:
    """Every address of the doors for this method, with its parts in braces."""
    found = {
        route.path
        for channel in CHANNELS
        for route in channel.routes
        if isinstance(route, web.RouteDef) and route.method == method
    }
    return sorted(found)


def filled(draw: st.DataObject, path: str, parts: Mapping[str, Sequence[str]]) -> str:
    """The address with something real in each part, or something odd."""

    def fill(found: re.Match[str]) -> str:
        name, _, pattern = found[1].partition(":")
        real = [*parts.get(name, ()), *re.findall(r"[a-z_]{3,}", pattern)]
        chosen = draw.draw(
            st.one_of(st.sampled_from(real), st.sampled_from(real), HOSTILE)
            if real
            else st.one_of(st.just(str(UUID(int=1))), HOSTILE)
        )
        return quote(chosen[:300], safe="", errors="surrogateescape") if "\ud83d" not in chosen else "%ED%A0%BD"

    # A pattern of digits has braces of its own.
    return re.sub(r"{((?:[^{}]|{[^{}]*})+)}", fill, path)


def encoded(fields: Mapping[str, str]) -> bytes:
    return b"&".join(
        quote(name).encode()
        + b"="
        + quote(value.encode("utf-8", "surrogatepass" if "\ud83d" in value else "surrogateescape")).encode()
        for name, value in fields.items()
    )


def chosen_fields(draw: st.DataObject) -> dict[str, str]:
    fine = dict(FINE) if draw.draw(st.booleans()) else {}
    for name in draw.draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True)):
        fine[name] = draw.draw(HOSTILE)
    return fine


def in_parts(fields: Mapping[str, str], files: Sequence[tuple[bytes, bytes]]) -> bytes:
    body = b""
    for name, value in fields.items():
        told = value.encode("utf-8", "surrogatepass" if "\ud83d" in value else "surrogateescape")
        body += b'--x\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + told + b"\r\n"
    for name, content in files:
        body += (
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="' + name + b'"\r\n\r\n' + content + b"\r\n"
        )
    return body + b"--x--\r\n"


@sized(max_examples=sized.default.max_examples, suppress_health_check=HURRY)
@given(draw=st.data())
async def test_no_form_makes_a_fault_or_half_a_deed(desk: Desk, draw: st.DataObject) -> None:
    path = draw.draw(st.sampled_from(addresses("POST")))
    # Verbs are many and live at one address.
    path = draw.draw(st.sampled_from([path, "/tickets/{ticket_id}/{verb}"])) if path.startswith("/tickets") else path
    address = filled(draw, path, {**desk.parts, "verb": list(HANDLERS)})
    person = desk.people[draw.draw(st.sampled_from(sorted(desk.people)))]
    fields = {"csrf": person.csrf} | chosen_fields(draw)
    if draw.draw(st.booleans()):
        body, kind = encoded(fields), "application/x-www-form-urlencoded"
    else:
        files = draw.draw(st.lists(st.sampled_from(FILES), max_size=2))
        body, kind = in_parts(fields, files), "multipart/form-data; boundary=x"
    before = await holdings(desk.pool)
    if path == "/logout":
        return
    async with person.http.post(address, data=body, headers={"Content-Type": kind}, allow_redirects=False) as answer:
        text = await answer.text(errors="replace")
        note(f"{address} {answer.status} {fields}")
        assert answer.status < 500, text
        if answer.status >= 400:
            after = await holdings(desk.pool)
            assert {name for name in before if before[name] != after[name]} <= COUNTED.get(path, set())


@sized(max_examples=sized.default.max_examples, suppress_health_check=HURRY)
@given(draw=st.data())
async def test_no_question_makes_a_fault_or_writes(desk: Desk, draw: st.DataObject) -> None:
    address = filled(draw, draw.draw(st.sampled_from(addresses("GET"))), desk.parts)
    names = draw.draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True))
    query = encoded({name: draw.draw(HOSTILE)[:2000] for name in names}).decode()
    person = desk.people[draw.draw(st.sampled_from(sorted(desk.people)))]
    before = await holdings(desk.pool)
    async with person.http.get(
        URL(f"{desk.server.make_url('/')}"[:-1] + f"{address}?{query}", encoded=True), allow_redirects=False
    ) as answer:
        text = await answer.text(errors="replace")
        note(f"{address}?{query} {answer.status}")
        assert answer.status < 500, text
    after = await holdings(desk.pool)
    assert {name for name in before if before[name] != after[name]} <= COUNTED.get(address, set())
