"""Every address × every role × tickets of every kind: what the table of rights says, and no word of what is not shown.

A new address with a part nobody filled in below fails here, and so does one whose answer the table does not foretell.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer
from pypdf import PdfReader

from channels.app import build_app
from channels.registry import CHANNELS
from channels.web.forms import Upload
from channels.web.routes import Each, Open, needs_of
from channels.web.uploads import keep_files, ready_files
from hotline.actions.accounts.recusal import recuse
from hotline.actions.brief import publication
from hotline.actions.intake import first_contact
from hotline.actions.intake.attachments import add_files
from hotline.actions.supervision import tiers
from hotline.clock import MovedClock
from hotline.config import Settings
from hotline.domain.accounts.permissions import ROWS, Right, Rows, may
from hotline.domain.enums import Kind
from hotline.domain.privacy.visibility import shows_person
from hotline.domain.tickets.lifecycle import Verb
from hotline.domain.tickets.ticket import COMPLAINANT, Actor, Ticket
from tests.build import (
    MONDAY,
    NEXT_MONDAY,
    OUTSIDERS,
    PASSWORD,
    PEOPLE,
    Town,
    a_county,
    add_outsiders,
    dispatched,
)
from tests.channels.desk.conftest import find
from tests.fonts import HAS_FONTS
from tests.pictures import a_png

WEEK = "2026-11-23"
NOON = NEXT_MONDAY + timedelta(hours=4)
PNG = a_png()
LOGINS = (*(login for login, _, _ in PEOPLE), *(login for login, _ in OUTSIDERS))
ADDRESSES = [route for channel in CHANNELS for route in channel.routes]
PARTS = {
    "ticket_id", "attachment_id", "letter_id", "alarm_id", "outbox_id", "verb", "step", "week", "key", "colour", "login", "deed",
}  # fmt: skip


UNDELIVERED = """
insert into outbox (region_id, outbox_id, dedupe_key, channel, recipient, kind, ticket_id, payload, urgent, created_at,
    not_before, state)
values (1, $1::uuid, $1::uuid::text, 'wechat', 'ticket', 'replied', $2, jsonb_build_object('text', $3::text), false, $4, $4, 'refused')
"""


@dataclass(frozen=True, slots=True)
class Planted:
    """A ticket with words, a name and a number of its own, a file and a letter."""

    ticket: Ticket
    unit: str
    mark: int
    attachment_id: UUID
    letter_id: UUID | None
    confidential: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """What no page shows to whom the ticket is not shown."""
        return self.ticket.number, f"暗号{self.mark}号", str(self.ticket.ticket_id)

    @property
    def person(self) -> tuple[str, ...]:
        """What nobody is shown without a reason: name, number, and the digits of the number in free words."""
        return f"诸葛{self.mark}白", f"1390000{self.mark}", f"1381111{self.mark}"


@dataclass(slots=True)
class World:
    """The county with its planted tickets, and everybody at a browser."""

    town: Town
    tickets: dict[str, Planted]
    browsers: dict[str, ClientSession] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def actor(self, login: str) -> Actor:
        """Who logs in by this name."""
        return self.town.actor(login)

    def shown(self, login: str, kind: str) -> bool:
        """Whether the table puts this ticket into this person's rows."""
        actor, planted = self.actor(login), self.tickets[kind]
        if kind == "recused":
            return False
        match ROWS[actor.role]:
            case Rows.ALL:
                return True
            case Rows.OWN_UNIT:
                return self.town.unit(planted.unit) in self.town.context.county.scope(actor)
            case Rows.INVITED | Rows.OWN | Rows.NONE:
                return False

    def hidden_words(self, login: str) -> Iterator[str]:
        """What no answer to this person contains, whatever was asked for."""
        actor = self.actor(login)
        for kind, planted in self.tickets.items():
            *person, digits = planted.person
            yield from person
            if not self.shown(login, kind):
                yield from planted.words
            if not (self.shown(login, kind) and shows_person(actor, planted.ticket)):
                yield digits


async def plant(town: Town, settings: Settings, pool: asyncpg.Pool, mark: int, unit: str, **given: Any) -> Planted:
    words = {"name": f"诸葛{mark}白", "phone": f"1390000{mark}", "title": f"暗号{mark}号",
             "body": f"暗号{mark}号：请打1381111{mark}找我。"}  # fmt: skip
    ticket = await dispatched(town, MONDAY, unit=unit, **words | given)
    kept = await keep_files(settings.files_dir, await ready_files([Upload(f"附件{mark}.png", PNG)]))
    await add_files(town.context, ticket.ticket_id, kept, COMPLAINANT, MONDAY)
    await tiers.supervise_ticket(town.context, ticket.ticket_id, town.actor("supervisor"), MONDAY)
    await pool.execute(UNDELIVERED, uuid4(), ticket.ticket_id, f"暗号{mark}号：请打1381111{mark}找我。", MONDAY)
    row = await pool.fetchrow(
        "select (select attachment_id from attachment where ticket_id = $1) as attachment_id, "
        "(select letter_id from letter where ticket_id = $1) as letter_id",
        ticket.ticket_id,
    )
    return Planted(ticket, unit, mark, row["attachment_id"], row["letter_id"], ticket.confidential)


async def plant_all(town: Town, settings: Settings, pool: asyncpg.Pool) -> dict[str, Planted]:
    tickets = {
        "own": await plant(town, settings, pool, 5101, "水务局"),
        "below": await plant(town, settings, pool, 5202, "东湖水厂"),
        "other": await plant(town, settings, pool, 5303, "教育局"),
        "confidential": await plant(town, settings, pool, 5404, "水务局", confidential=True),
        "tip-off": await plant(town, settings, pool, 5505, "水务局", kind=Kind.TIP_OFF),
        "accused": await plant(town, settings, pool, 5606, "教育局", accused_unit_id=town.unit("水务局")),
        "recused": await plant(town, settings, pool, 5707, "水务局"),
        "merged": await plant(town, settings, pool, 5808, "教育局"),
    }
    dispatcher = town.actor("dispatcher")
    await first_contact.merge_ticket(
        town.context, tickets["merged"].ticket.ticket_id, tickets["own"].ticket.number, dispatcher, MONDAY
    )
    recused = tickets["recused"].ticket.ticket_id
    for login in sorted(LOGINS, key=lambda login: login == "dispatcher"):
        await recuse(town.context, recused, login, "有利害关系", dispatcher, MONDAY)
    return tickets


@pytest.fixture
async def world(settings: Settings, pool: asyncpg.Pool) -> AsyncIterator[World]:
    town = await a_county(pool)
    await add_outsiders(town, pool)
    tickets = await plant_all(town, settings, pool)
    await town.context.refresh(NOON, force=True)
    await publication.compile_brief(town.context, NOON)
    async with TestServer(build_app(settings, MovedClock(NOON))) as server, AsyncExitStack() as stack:
        world = World(town, tickets)
        for login in LOGINS:
            browser: Any = ClientSession(base_url=server.make_url("/"), cookie_jar=CookieJar(unsafe=True))
            world.browsers[login] = await stack.enter_async_context(browser)
            async with browser.post(
                "/login", data={"login": login, "password": PASSWORD}, allow_redirects=False
            ) as answer:
                assert answer.status == 303
            async with browser.get("/me") as answer:
                world.tokens[login] = find(r'name="csrf" value="([^"]+)"', await answer.text())
        yield world


def parts_of(path: str) -> list[str]:
    return re.findall(r"\{([a-z]\w*)", path)


def filled(path: str, given: dict[str, str]) -> str:
    """The address with its parts; a pattern in a part may hold braces of its own."""
    text = path
    for part in parts_of(path):
        start = text.index("{" + part)
        depth, end = 0, start
        while end < len(text):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
            if depth == 0:
                break
        text = text[:start] + given[part] + text[end:]
    return text


def readable(body: bytes) -> str:
    """What an answer says: its text, or the text of a document."""
    if body.startswith(b"%PDF"):
        pages = PdfReader(io.BytesIO(body)).pages
        return "".join(re.sub(r"\s|\u200b", "", page.extract_text()) for page in pages)
    if body[:2] != b"PK":
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as document:
        return "".join(
            document.read(name).decode("utf-8", "replace") for name in document.namelist() if name.endswith(".xml")
        )


def given_for(planted: Planted) -> dict[str, str]:
    return {
        "ticket_id": str(planted.ticket.ticket_id), "attachment_id": str(planted.attachment_id),
        "letter_id": str(planted.letter_id), "alarm_id": str(UUID(int=1)), "outbox_id": str(UUID(int=1)), "week": WEEK, "key": "received",
        "colour": "red", "login": "water", "verb": "sign", "step": "advice", "deed": "end",
    }  # fmt: skip


def test_every_part_of_an_address_is_filled_in_here() -> None:
    assert {part for route in ADDRESSES for part in parts_of(route.path)} <= PARTS


def expected(world: World, login: str, needs: Right | Verb | Open, kind: str | None) -> set[int]:
    """What the table foretells: 403 without the right, 404 outside the rows, else an answer or a way on."""
    if isinstance(needs, Open):
        return {200, 303, 400, 403, 404, 429}
    if not may(world.actor(login).role, needs):
        return {403}
    if kind is not None and not world.shown(login, kind):
        return {404}
    return {200, 303}


async def read(world: World, login: str, path: str) -> tuple[int, str]:
    async with world.browsers[login].get(path, allow_redirects=False) as answer:
        return answer.status, readable(await answer.read())


def faults_in(world: World, login: str, where: str, text: str) -> list[str]:
    told = set()
    if str(world.tickets["merged"].ticket.ticket_id) in where:
        # Whose ticket was merged is told the number it goes on under.
        told.add(world.tickets["own"].ticket.number)
    if may(world.actor(login).role, Right.READ_LOOKS) and where == "/admin/looks":
        # Who looked at which ticket is what the record is for; it names the ticket by number alone.
        told |= {planted.ticket.number for planted in world.tickets.values()}
    return [
        f"{login} reads {word} on {where}" for word in world.hidden_words(login) if word in text and word not in told
    ]


GETS = [route for route in ADDRESSES if route.method == "GET"]


async def test_every_page_shows_what_the_table_says_and_no_word_more(world: World) -> None:
    faults: list[str] = []
    for route, login in product(GETS, LOGINS):
        needs = needs_of(route)
        assert not isinstance(needs, Each)
        of_a_ticket = {"ticket_id", "letter_id"} & set(parts_of(route.path))
        for kind in world.tickets if of_a_ticket else ["own"]:
            path = filled(route.path, given_for(world.tickets[kind]))
            status, text = await read(world, login, path)
            foretold = expected(world, login, needs, kind if of_a_ticket else None)
            if "week" in parts_of(route.path) and may(world.actor(login).role, Right.LIST_FIGURE):
                # A draft is read by those who make it; the others hear that there is none.
                foretold |= {404}
            if path.endswith(".pdf") and not HAS_FONTS and 200 in foretold:
                foretold |= {503}
            if "colour" in parts_of(route.path) and may(world.actor(login).role, Right.READ_CARDS):
                foretold |= {404}
            if "verb" in parts_of(route.path) and may(world.actor(login).role, Right.READ_TICKET):
                # A reload leads back to the ticket's page, which answers as above.
                foretold = {303}
            if status not in foretold:
                faults.append(f"{login} GET {path} ({kind}): {status}, not {sorted(foretold)}")
            # The page that could not be shown may repeat its own address.
            text = text.replace(path, "")
            faults += faults_in(world, login, path, text)
    assert not faults, "\n".join(faults)


async def test_lists_counts_and_searches_obey_the_same_rows(world: World) -> None:
    faults: list[str] = []
    for login in LOGINS:
        for path in (
            "/desk?state=closed", "/desk?state=signed", "/desk?state=dispatched", "/desk?page=2", "/supervision?tier=1",
            f"/console/caller?phone={world.tickets['recused'].person[1]}", "/cards?month=2026-11",
        ):  # fmt: skip
            status, text = await read(world, login, path)
            assert status in (200, 403, 404), (login, path, status)
            faults += faults_in(world, login, path, text)
        if may(world.actor(login).role, Right.LIST_TICKETS):
            shown = [kind for kind in world.tickets if kind != "merged" and world.shown(login, kind)]
            _, text = await read(world, login, "/desk?state=dispatched")
            listed = {kind for kind, planted in world.tickets.items() if planted.ticket.number in text}
            assert listed == set(shown), login
            count = find(r'state=dispatched"[^>]*>[^<]*<[^>]*>\s*(\d+)', text) if shown else "0"
            assert int(count) == len(shown), login
    assert not faults, "\n".join(faults)


async def test_nothing_is_done_without_the_right_or_outside_the_rows(world: World, pool: asyncpg.Pool) -> None:
    posts = [
        (route, deed, right)
        for route in ADDRESSES
        if route.method == "POST" and not isinstance(needs_of(route), Open)
        for deed, right in _acts(route)
    ]
    before = await pool.fetchval("select string_agg(t::text, '|' order by ticket_id) from ticket t")
    faults: list[str] = []
    for (route, deed, right), login in product(posts, LOGINS):
        part = next((part for part in ("verb", "step", "deed") if part in parts_of(route.path)), "")
        kinds = world.tickets if "ticket_id" in parts_of(route.path) else ["own"]
        for kind in kinds:
            foretold = expected(world, login, right, kind if "ticket_id" in parts_of(route.path) else None)
            if foretold == {200, 303} or (foretold == {403} and kind != "own"):
                continue
            path = filled(route.path, given_for(world.tickets[kind]) | ({part: deed} if part else {}))
            form = {"csrf": world.tokens[login], "reason": "理由", "text": "内容", "unit": "教育局", "agreed": "yes"}
            async with world.browsers[login].post(path, data=form, allow_redirects=False) as answer:
                text = readable(await answer.read()).replace(path, "")
                missing = answer.status == 422 and foretold == {404}
                if answer.status not in foretold and not missing:
                    faults.append(f"{login} POST {path} ({kind}): {answer.status}, not {sorted(foretold)}")
                faults += faults_in(world, login, path, text)
    assert not faults, "\n".join(faults)
    assert await pool.fetchval("select string_agg(t::text, '|' order by ticket_id) from ticket t") == before


def _acts(route: web.RouteDef) -> list[tuple[str, Right | Verb]]:
    needs = needs_of(route)
    if isinstance(needs, Each):
        return list(needs.rights.items())
    assert not isinstance(needs, Open)
    return [("", needs)]
