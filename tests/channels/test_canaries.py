"""Values of people planted on tickets of every kind; each role walks all it can reach, and no sign of them is found.

Beside the pages: documents, attachments, the log, and what is told to parties. Who may see a person after a reason given
does see them, so that this eye is known to see.
"""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID
from zlib import crc32

import asyncpg
import pytest
import structlog
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from channels.app import build_app
from channels.web.forms import Upload
from channels.web.uploads import keep_files, ready_files
from hotline.actions.accounts.recusal import recuse
from hotline.actions.brief import publication
from hotline.actions.dispatch import handover
from hotline.actions.intake import first_contact, opening
from hotline.actions.intake.attachments import add_files
from hotline.actions.messaging.delivery import deliver_due
from hotline.actions.supervision import tiers
from hotline.clock import MovedClock
from hotline.config import Settings
from hotline.domain.accounts.permissions import ROWS, Right, Rows, may
from hotline.domain.enums import Channel, Kind
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt
from hotline.domain.privacy.visibility import may_reveal, reads_words
from hotline.domain.tickets.ticket import COMPLAINANT, Ticket
from tests.build import (
    MONDAY,
    NEXT_MONDAY,
    OUTSIDERS,
    PASSWORD,
    PEOPLE,
    WEDNESDAY,
    Town,
    a_county,
    a_filing,
    add_outsiders,
    held,
    owed,
)
from tests.channels.canaries import Canary, Told, a_canary, links_in, readable, told_by
from tests.channels.desk.conftest import find
from tests.pictures import a_png

NOON = NEXT_MONDAY + timedelta(hours=4)
WEEK = "2026-11-23"
LOGINS = (*(login for login, _, _ in PEOPLE), *(login for login, _ in OUTSIDERS))
STARTS = ("/", "/file", "/progress", "/login", "/me", "/desk", "/desk/notices", "/desk/leave", "/console", "/console/dispatch",
          "/console/calls", "/console/alarms", "/console/undelivered", "/supervision", "/cards", "/briefs", f"/briefs/{WEEK}",
          f"/briefs/{WEEK}.docx", "/admin", "/admin/accounts", "/admin/account-events", "/admin/policy", "/admin/assessment",
          "/admin/looks", "/nowhere")  # fmt: skip
# Where a ticket's own words stand for whoever reads them; everywhere else nobody is shown a number of anybody.
OF_TICKETS = ("/tickets/", "/console/dispatch", "/console/calls", "/console/undelivered")


@dataclass(frozen=True, slots=True)
class Planted:
    """A ticket with its canary, its query code, and the units that have it."""

    ticket: Ticket
    canary: Canary
    unit: str
    code: str = ""
    attachment_id: UUID | None = None
    letters: tuple[UUID, ...] = ()


@dataclass(slots=True)
class World:
    """The county, its planted tickets, and everybody at a browser."""

    town: Town
    server: TestServer
    tickets: dict[str, Planted]
    browsers: dict[str, ClientSession] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def leads(self, login: str, kind: str) -> bool:
        """Whether this person's unit, or one below it, leads the ticket."""
        actor = self.town.people.get(login, COMPLAINANT)
        return self.town.unit(self.tickets[kind].unit) in self.town.context.county.scope(actor)

    def shown(self, login: str, kind: str) -> bool:
        """Whether the ticket stands in this person's rows."""
        if login not in self.town.people or kind == "recused":
            return False
        actor = self.town.actor(login)
        if ROWS[actor.role] is Rows.OWN_UNIT:
            assists = kind == "assisted" and login in ("school", "county_head")
            return self.leads(login, kind) or assists
        return ROWS[actor.role] is Rows.ALL

    def reads(self, login: str, kind: str) -> bool:
        """Whether this person reads the ticket's words as they were written."""
        return self.shown(login, kind) and reads_words(
            self.town.actor(login), self.tickets[kind].ticket, leads=self.leads(login, kind)
        )

    def hidden(self, login: str, where: str) -> Iterator[tuple[str, str]]:
        """(kind, value): what no answer at this address shows to this person."""
        for kind, planted in self.tickets.items():
            if not (self.reads(login, kind) and where.startswith(OF_TICKETS)):
                yield from ((kind, value) for value in (*planted.canary.sealed.values(), planted.canary.told))

    def faults(self, login: str, where: str, answer: Told) -> list[str]:
        """What this answer shows too much, a line each."""
        return [
            f"{login or 'nobody'} is shown {value} of {kind} on {where}"
            for kind, value in self.hidden(login, where)
            if answer.shows(value)
        ]


async def plant(town: Town, settings: Settings, pool: asyncpg.Pool, number: int, unit: str, **given: Any) -> Planted:
    canary = a_canary(number)
    assisting = given.pop("assisting", ())
    filing = a_filing(**{**canary.sealed, "body": canary.body(f"第{number}桩"), **given})
    opened = await opening.open_ticket(town.context, filing, COMPLAINANT, MONDAY)
    dispatcher, ticket_id = town.actor("dispatcher"), opened.ticket.ticket_id
    task = (
        {"assisting": [town.unit(name) for name in assisting], "task": f"核实后回电{canary.told}"} if assisting else {}
    )
    ticket = await handover.dispatch_ticket(town.context, ticket_id, town.unit(unit), dispatcher, MONDAY, **task)
    await add_things(town, settings, ticket, canary)
    return await found(pool, ticket, canary, unit, opened.query_code)


async def add_things(town: Town, settings: Settings, ticket: Ticket, canary: Canary) -> None:
    """A picture, a word added, and a tier with its letter."""
    kept = await keep_files(settings.files_dir, await ready_files([Upload(f"{canary.name}{canary.told}.png", a_png())]))
    await add_files(town.context, ticket.ticket_id, kept, COMPLAINANT, MONDAY)
    await tiers.supervise_ticket(town.context, ticket.ticket_id, town.actor("supervisor"), MONDAY)


async def found(pool: asyncpg.Pool, ticket: Ticket, canary: Canary, unit: str, code: str) -> Planted:
    files = await pool.fetchval("select attachment_id from attachment where ticket_id = $1", ticket.ticket_id)
    rows = await pool.fetch("select letter_id from letter where ticket_id = $1", ticket.ticket_id)
    return Planted(ticket, canary, unit, code, files, tuple(row["letter_id"] for row in rows))


async def plant_all(town: Town, settings: Settings, pool: asyncpg.Pool) -> dict[str, Planted]:
    kinds: dict[str, tuple[str, dict[str, Any]]] = {
        "own": ("水务局", {}), "below": ("东湖水厂", {}), "other": ("教育局", {}),
        "confidential": ("水务局", {"confidential": True, "place": a_canary(3).address}),
        "tip-off": ("水务局", {"kind": Kind.TIP_OFF, "place": a_canary(4).address}),
        "accused": ("教育局", {"accused_unit_id": town.unit("水务局")}), "recused": ("水务局", {}), "merged": ("教育局", {}),
        "assisted": ("水务局", {"assisting": ("教育局",)}), "website": ("水务局", {"channel": Channel.WEBSITE}),
    }  # fmt: skip
    tickets = {
        kind: await plant(town, settings, pool, number, unit, **given)
        for number, (kind, (unit, given)) in enumerate(kinds.items())
    }
    tickets["interviewed"] = await interviewed(town, pool, len(kinds))
    dispatcher, own = town.actor("dispatcher"), tickets["own"].ticket
    await first_contact.merge_ticket(town.context, tickets["merged"].ticket.ticket_id, own.number, dispatcher, MONDAY)
    for login in sorted(LOGINS, key=lambda login: login == "dispatcher"):
        await recuse(town.context, tickets["recused"].ticket.ticket_id, login, "有利害关系", dispatcher, MONDAY)
    return tickets


async def interviewed(town: Town, pool: asyncpg.Pool, number: int) -> Planted:
    """A confidential matter whose unit wrote down more than it should have known: minutes, cause and reply with numbers."""
    canary = a_canary(number)
    ticket = await owed(
        town, MONDAY, confidential=True, **{**canary.sealed, "body": canary.body("约谈"), "place": canary.address}
    )
    told = f"与{canary.name}（{canary.told}）在{canary.address}当面核对。"
    await held(town, ticket, WEDNESDAY, minutes=told)
    return await found(pool, ticket, canary, "水务局", "")


async def take(_message: Outgoing) -> Receipt:
    return Receipt(Delivery.DELIVERED)


async def log_in(world: World, login: str, stack: AsyncExitStack) -> None:
    browser: Any = ClientSession(base_url=world.server.make_url("/"), cookie_jar=CookieJar(unsafe=True))
    world.browsers[login] = await stack.enter_async_context(browser)
    if login in world.town.people:
        form = {"login": login, "password": PASSWORD}
        async with browser.post("/login", data=form, allow_redirects=False) as answer:
            assert answer.status == 303
        async with browser.get("/me") as answer:
            world.tokens[login] = find(r'name="csrf" value="([^"]+)"', await answer.text())


@pytest.fixture
async def world(settings: Settings, pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    caplog.set_level(logging.DEBUG)
    town = await a_county(pool)
    await add_outsiders(town, pool)
    tickets = await plant_all(town, settings, pool)
    await town.context.refresh(NOON, force=True)
    await publication.compile_brief(town.context, NOON)
    await pool.execute("update brief set state = 'issued'")
    await deliver_due(town.context, take, NOON, 1000)
    async with TestServer(build_app(settings, MovedClock(NOON))) as server, AsyncExitStack() as stack:
        world = World(town, server, tickets)
        listen(world.log)
        for login in ("", *LOGINS):
            await log_in(world, login, stack)
        yield world


def listen(lines: list[str]) -> None:
    """Every event as it is logged, before anything is hidden in it."""

    def keep(_logger: Any, _name: str, event: Any) -> Any:
        lines.append(json.dumps(event, ensure_ascii=False, default=str))
        raise structlog.DropEvent

    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.format_exc_info, keep]
    )


async def read(world: World, login: str, path: str) -> str:
    async with world.browsers[login].get(path, allow_redirects=False) as answer:
        text = readable(await answer.read())
        return f"{text}\n{unquote(str(dict(answer.headers)))}"


def seeds(world: World) -> Iterator[str]:
    """Where a walk begins: every bench, and the address of everything planted, whether anything leads there or not."""
    yield from STARTS
    for planted in world.tickets.values():
        base = f"/tickets/{planted.ticket.ticket_id}"
        yield from (base, f"{base}/recusal", f"{base}/hold", f"{base}/files/{planted.attachment_id}")
        yield from (f"/letters/{letter_id}.docx" for letter_id in planted.letters)
        yield f"/console/caller?phone={planted.canary.phone}"
        yield f"/console/caller?phone={planted.canary.told}"
        yield f"/admin/looks?number={planted.ticket.number}"


def worth_a_walk(login: str, link: str) -> bool:
    """A list asks for itself again and again; one figure's list, one drawn page is like another: each role reads some."""
    if "/figures/" in link or link.endswith(".pdf"):
        return crc32(f"{login}{link}".encode()) % 10 == 0
    return not link.startswith("/static/") and "seen=" not in link


async def walk(world: World, login: str) -> tuple[list[str], int]:
    """Everything this person reaches by links and forms that ask: what was shown too much, and how many answers there were."""
    waiting, known, faults = deque(seeds(world)), set(seeds(world)), []
    while waiting:
        path = waiting.popleft()
        text = await read(world, login, path)
        # Whoever searches for a number knows it.
        faults += [fault for fault in world.faults(login, path, told_by(text)) if fault.split()[3] not in path]
        for link in links_in(text):
            if link not in known and worth_a_walk(login, link):
                known.add(link)
                waiting.append(link)
    return faults, len(known)


async def test_no_role_finds_a_planted_value_anywhere_it_can_go(world: World, caplog: pytest.LogCaptureFixture) -> None:
    faults: list[str] = []
    for login in ("", *(login for login in LOGINS if login != "supervisor2")):
        found, answers = await walk(world, login)
        faults += found
        assert answers >= len(set(seeds(world)))
    assert not faults, "\n".join(sorted(set(faults)))
    assert len(world.log) > 1000
    lines = told_by(
        "\n".join([*world.log, *(record.getMessage() for record in caplog.records if record.name != "aiohttp.access")])
    )
    shown = [value for one in world.tickets.values() for value in (*one.canary.sealed.values(), one.canary.told)]
    assert [value for value in shown if lines.shows(value)] == []


async def test_who_may_know_the_person_does_after_a_reason_and_nobody_else(world: World, pool: asyncpg.Pool) -> None:
    faults = []
    for login in LOGINS:
        actor = world.town.actor(login)
        for kind, planted in world.tickets.items():
            allowed = world.shown(login, kind) and may_reveal(actor, planted.ticket, leads=world.leads(login, kind))
            form = {"csrf": world.tokens[login], "reason": "电话核实情况"}
            path = f"/tickets/{planted.ticket.ticket_id}/reveal"
            async with world.browsers[login].post(path, data=form, headers={"HX-Request": "true"}) as answer:
                told = told_by(await answer.text())
            seen = {what for what, value in planted.canary.sealed.items() if told.shows(value)}
            if seen != (set(planted.canary.sealed) if allowed else set()):
                faults.append(f"{login} reveals {sorted(seen)} of {kind}, allowed: {allowed}")
    assert not faults, "\n".join(faults)
    kept = await pool.fetchval("select count(*) from view_log where what = 'reveal'")
    assert kept == sum(
        world.shown(login, kind) and may_reveal(world.town.actor(login), one.ticket, leads=world.leads(login, kind))
        for login in LOGINS for kind, one in world.tickets.items()
    )  # fmt: skip


async def test_number_alone_leads_to_no_confidential_ticket(world: World) -> None:
    for login in ("operator", "dispatcher"):
        for kind, planted in world.tickets.items():
            text = await read(world, login, f"/console/caller?phone={planted.canary.phone}")
            listed = not planted.ticket.confidential and kind != "recused"
            assert (planted.ticket.number in text) is listed, (login, kind)
            assert (str(planted.ticket.ticket_id) in text) is listed, (login, kind)


async def test_words_are_read_whole_by_whom_they_are_for(world: World) -> None:
    """The walk sees: on each ticket's own page the number stands for whoever reads its words, and for nobody else."""
    for login in LOGINS:
        for kind, planted in world.tickets.items():
            told = told_by(await read(world, login, f"/tickets/{planted.ticket.ticket_id}"))
            assert told.shows(planted.canary.told) is world.reads(login, kind), (login, kind)


async def test_person_reads_the_own_matter_with_the_code_and_nothing_without(world: World) -> None:
    for kind, planted in world.tickets.items():
        if not planted.code:
            continue
        for code, lets_in in ((planted.code, True), ("000000", False), ("", False)):
            form = {"number": planted.ticket.number, "code": code}
            async with world.browsers[""].post("/progress", data=form) as answer:
                told = told_by(await answer.text())
            assert told.shows(planted.canary.told) is lets_in, (kind, code)
            others = [one for name, one in world.tickets.items() if name != kind]
            assert not [one for one in others if told.shows(one.canary.told) or told.shows(one.canary.name)], (
                kind,
                code,
            )


async def test_person_behind_the_own_copy_alone_is_in_it(world: World) -> None:
    """A person's export holds that person and nobody else; no role but the dispatcher takes one."""
    for login in LOGINS:
        path = f"/tickets/{world.tickets['own'].ticket.ticket_id}/copy/person"
        form = {"csrf": world.tokens[login], "reason": "本人申请"}
        async with world.browsers[login].post(path, data=form) as answer:
            told = told_by(readable(await answer.read()))
        assert told.shows(world.tickets["own"].canary.phone) is may(
            world.town.actor(login).role, Right.EXPORT_PERSON
        ), login
        others = [one.canary for kind, one in world.tickets.items() if kind != "own"]
        assert not [one for one in others if told.shows(one.phone) or told.shows(one.name)], login


async def test_nothing_that_is_told_names_anybody(world: World, pool: asyncpg.Pool) -> None:
    rows = await pool.fetch("select recipient, kind, payload::text as payload from outbox")
    alarms = await pool.fetch("select 'alarm' as recipient, kind, details::text as payload from alarm")
    assert len(rows) > 20
    for row in (*rows, *alarms):
        told = told_by(row["payload"])
        for planted in world.tickets.values():
            for value in (*planted.canary.sealed.values(), planted.canary.told):
                assert not told.shows(value), (row["recipient"], row["kind"])
