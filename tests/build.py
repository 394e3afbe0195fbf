"""What tests stand on: a small county, its people, frozen moments, and a ticket taken to any stage of its life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from hotline.actions import interview
from hotline.actions.callback import verdicts as callbacks
from hotline.actions.dispatch import handover
from hotline.actions.handling import unit_work
from hotline.actions.intake import opening
from hotline.actions.region.context import RegionContext
from hotline.crypto.vault import Vault
from hotline.db import transaction
from hotline.domain.callback import Answers
from hotline.domain.dispatch.catalogue import CatalogueRow
from hotline.domain.enums import Channel, HandlingClass, Kind, Pace, Role, Verdict
from hotline.domain.intake import Filing
from hotline.domain.policy.limits import Policy
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import COMPLAINANT, Actor, Rules, Ticket
from hotline.holidays import china_calendar
from hotline.store.accounts import staff
from hotline.store.region import regions, unit_tree
from rehearsal.store import county as rows

REGION = 1
DOORS: dict[asyncpg.Pool, asyncpg.Pool] = {}
"""Pools of the role that owns nothing, by the owner's pool on the same database."""
ZONE = ZoneInfo("Asia/Shanghai")
# argon2id of "summer-rain" with the smallest cost: tests log in, they do not resist guessing.
PASSWORD = "summer-rain"
PASSWORD_HASH = "$argon2id$v=19$m=8,t=1,p=1$DmdYNxOyGrCWlQMvkd22Aw$ZSbsbnapuhtBKgu8+Q3V9QzS+XbmZwc6oTgru8d+UgI"


def moment(day: str, clock: str = "09:00") -> datetime:
    """A local moment such as ('2026-11-23', '09:00'), in UTC."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE).astimezone(UTC)


# A week without holidays.
MONDAY = moment("2026-11-23")
TUESDAY = moment("2026-11-24")
WEDNESDAY = moment("2026-11-25")
THURSDAY = moment("2026-11-26")
FRIDAY = moment("2026-11-27")
SATURDAY = moment("2026-11-28")
NEXT_MONDAY = moment("2026-11-30")

TREE: tuple[tuple[str, str | None, str, str, str | None], ...] = (
    ("阳光县人民政府", None, "县", "county", None),
    ("热线办公室", "阳光县人民政府", "县", "bureau", "hotline"),
    ("纪委纠风办", "阳光县人民政府", "县", "bureau", "discipline"),
    ("县领导办公室", "阳光县人民政府", "县", "bureau", "leadership"),
    ("水务局", "阳光县人民政府", "水务", "bureau", None),
    ("东湖水厂", "水务局", "水务", "station", None),
    ("西湖水厂", "水务局", "水务", "station", None),
    ("教育局", "阳光县人民政府", "教育", "bureau", None),
    ("永安镇", "阳光县人民政府", "永安", "town", None),
    ("前进村", "永安镇", "永安", "village", None),
)
PEOPLE: tuple[tuple[str, Role, str], ...] = (
    ("operator", Role.OPERATOR, "热线办公室"),
    ("dispatcher", Role.DISPATCHER, "热线办公室"),
    ("supervisor", Role.SUPERVISOR, "热线办公室"),
    ("supervisor2", Role.SUPERVISOR, "热线办公室"),
    ("inspector", Role.INSPECTOR, "纪委纠风办"),
    ("leader", Role.LEADER, "县领导办公室"),
    ("county_head", Role.UNIT_HEAD, "阳光县人民政府"),
    ("water", Role.HANDLER, "水务局"),
    ("water_head", Role.UNIT_HEAD, "水务局"),
    ("east", Role.HANDLER, "东湖水厂"),
    ("school", Role.HANDLER, "教育局"),
    ("town", Role.HANDLER, "永安镇"),
    ("admin", Role.SYSTEM_ADMIN, "热线办公室"),
    ("guard", Role.SECURITY_ADMIN, "热线办公室"),
    ("auditor", Role.AUDIT_ADMIN, "纪委纠风办"),
)
MATTERS = (
    ("water.bill", "城乡建设", "水费", "ordinary"),
    ("water.outage", "城乡建设", "停水", "utility"),
    ("school.fee", "教育", "收费", "ordinary"),
    ("danger", "公共安全", "险情", "life"),
)
CATALOGUE: tuple[tuple[str | None, str | None, tuple[str, ...], str], ...] = (
    ("water.bill", None, (), "水务局"),
    ("water.outage", None, (), "水务局"),
    ("danger", None, (), "水务局"),
    ("school.fee", None, (), "教育局"),
    (None, "前进村", (), "永安镇"),
)


@dataclass(slots=True)
class Town:
    """The seeded county with its office and its people by login."""

    context: RegionContext
    units: dict[str, UUID]
    people: dict[str, Actor]

    def unit(self, name: str) -> UUID:
        """The id of the unit with this name."""
        return self.units[name]

    def actor(self, login: str) -> Actor:
        """The person with this login."""
        return self.people[login]


# Tests of other things log in with the password alone, whatever the clock shows. Version 0: the first one saved is still 1.
EASY_LOG_IN = {"accounts": {"second_factor": [], "days": 0, "sessions": 20}}


def owner_of(town: Town) -> asyncpg.Pool:
    """The pool of whoever owns the tables of this town's database."""
    return next((owner for owner, doors in DOORS.items() if doors is town.context.pool), town.context.pool)


async def a_county(pool: asyncpg.Pool, region: int = REGION, *, without: tuple[str, ...] = ()) -> Town:
    """Seed the county of TREE and PEOPLE (but for logins in `without`) and open its office."""
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    units: dict[str, UUID] = {}
    async with transaction(pool) as conn:
        await regions.add_region(conn, region, "阳光县")
        for number, (name, parent, sector, level, context) in enumerate(TREE, 1):
            units[name] = UUID(int=region << 64 | number)
            above = units[parent] if parent else None
            await unit_tree.add_unit(conn, region, units[name], above, name, sector, level, context)
        await conn.execute(
            "insert into policy (region_id, version, valid_from, body, author) values ($1, 0, $2, $3, '')",
            region, long_ago, EASY_LOG_IN,
        )  # fmt: skip
        for login, role, unit in PEOPLE:
            if login not in without:
                await staff.add_account(
                    conn, region, login, f"{login}同志", role.value, units[unit], PASSWORD_HASH, long_ago
                )
        for matter in MATTERS:
            await rows.add_matter(conn, region, *matter)
        for matter_id, place, words, unit in CATALOGUE:
            await rows.add_catalogue_row(conn, region, CatalogueRow(units[unit], matter_id, place, words), long_ago)
    return Town(await an_office(pool, region), units, await _people(pool, region))


async def _people(pool: asyncpg.Pool, region: int) -> dict[str, Actor]:
    rows = await pool.fetch("select login, role, account_id, unit_id, name from account where region_id = $1", region)
    return {row["login"]: Actor(Role(row["role"]), row["account_id"], row["unit_id"], row["name"]) for row in rows}


OUTSIDERS = (("volunteer", Role.VOLUNTEER), ("agent", Role.AGENT), ("monitor", Role.MONITOR))


async def add_outsiders(town: Town, pool: asyncpg.Pool) -> None:
    """Those who log in and belong to no unit of the county."""
    async with pool.acquire() as conn:
        for login, role in OUTSIDERS:
            await staff.add_account(conn, REGION, login, f"{login}同志", role.value, None, PASSWORD_HASH, MONDAY)
            row = await staff.get_account(conn, REGION, login)
            assert row is not None
            town.people[login] = Actor(role, row["account_id"], None, row["name"])


async def an_office(pool: asyncpg.Pool, region: int = REGION, now: datetime = MONDAY) -> RegionContext:
    """The office of a seeded county, read once."""
    context = RegionContext(region, DOORS.get(pool, pool), Vault(bytes(range(32))), area_code="0516")
    await context.refresh(now, force=True)
    return context


RULES = Rules(Policy(), china_calendar())
UNIT, OTHER_UNIT, ACCUSED = (UUID(int=number) for number in (101, 102, 103))


def an_actor(role: Role, unit_id: UUID | None = None) -> Actor:
    """Somebody of this role, for rules that no database stands behind."""
    own = unit_id or (UNIT if role in (Role.HANDLER, Role.UNIT_HEAD) else None)
    return Actor(role, UUID(int=len(role) + 1000), own, role.value)


def a_ticket(**given: Any) -> Ticket:
    """A signed complaint received on MONDAY; every field may be given otherwise."""
    words: dict[str, Any] = {
        "ticket_id": UUID(int=1),
        "number": "20261123-00001",
        "channel": Channel.PHONE,
        "kind": Kind.COMPLAINT,
        "handling_class": HandlingClass.COMMITTED,
        "pace": Pace.ORDINARY,
        "confidential": False,
        "title": "水费",
        "body": "水费比上月多了三倍。",
        "place": "",
        "state": State.SIGNED,
        "received_at": MONDAY,
        "changed_at": MONDAY,
        "matter_id": "water.bill",
        "lead_unit_id": UNIT,
    }
    return Ticket(**words | given)


_keys = iter(range(10**9))


def a_filing(**given: Any) -> Filing:
    """A complaint about a water bill by telephone; every word may be given otherwise."""
    words: dict[str, Any] = {
        "client_key": f"form-{next(_keys):08d}",
        "channel": Channel.PHONE,
        "kind": Kind.COMPLAINT,
        "body": "水费比上月多了三倍，打电话没有人解释。",
        "matter_id": "water.bill",
        "name": "王小明",
        "phone": "13800138000",
    }
    return Filing(**words | given)


async def opened(town: Town, now: datetime = MONDAY, **given: Any) -> Ticket:
    """A ticket just received."""
    return (await opening.open_ticket(town.context, a_filing(**given), COMPLAINANT, now)).ticket


async def dispatched(town: Town, now: datetime = MONDAY, unit: str = "水务局", **given: Any) -> Ticket:
    """A ticket handed to a unit at once."""
    ticket = await opened(town, now, **given)
    dispatcher = town.actor("dispatcher")
    return await handover.dispatch_ticket(town.context, ticket.ticket_id, town.unit(unit), dispatcher, now)


async def signed(town: Town, now: datetime = MONDAY, **given: Any) -> Ticket:
    """A ticket signed by the water bureau, its person contacted."""
    ticket = await dispatched(town, now, **given)
    handler = town.actor("water")
    await unit_work.sign_ticket(town.context, ticket.ticket_id, handler, now)
    how = "relay" if ticket.confidential else "phone"
    return await unit_work.record_contact(
        town.context, ticket.ticket_id, handler, now, {"how": how, "text": "已说明情况"}
    )


async def replied(town: Town, now: datetime = MONDAY, **given: Any) -> Ticket:
    """A ticket answered by the water bureau."""
    ticket = await signed(town, now, **given)
    return await reply(town, ticket, now)


async def reply(town: Town, ticket: Ticket, now: datetime) -> Ticket:
    """The water bureau answers."""
    words = {"reply": "水表已更换，多收的已退还。", "facts": "现场核实水表故障。"}
    return await unit_work.reply_ticket(town.context, ticket.ticket_id, town.actor("water"), now, words)


async def rated(town: Town, ticket: Ticket, verdict: Verdict, now: datetime, *, at_fault: bool = False) -> Ticket:
    """An operator asked; the person was contacted."""
    answers = Answers(True, verdict is not Verdict.DISSATISFIED, verdict, answer_at_fault=at_fault)
    return await callbacks.record_callback(town.context, ticket.ticket_id, answers, town.actor("operator"), now)


async def owed(town: Town, now: datetime = MONDAY, **given: Any) -> Ticket:
    """A ticket whose person stayed dissatisfied: the interview is owed since `now`."""
    ticket = await replied(town, now, **given)
    return await rated(town, ticket, Verdict.DISSATISFIED, now)


PLAN = {
    "cause": "抄表员未入户",
    "solution": "重新核算并当面说明",
    "rules": "供水条例",
    "meet_where": "前进村村委会",
}
MINUTES = {
    "held_place": "village",
    "official": "水务局副局长",
    "minutes": "当面核对了近半年的读数。",
    "outcome": "explained",
    "person_verdict": "understood",
}


async def held(town: Town, ticket: Ticket, now: datetime, **minutes: Any) -> Ticket:
    """The interview planned an hour ahead and held by then; `now` is the moment after."""
    handler, context = town.actor("water"), town.context
    meet_at = now
    before = ticket.changed_at
    await interview.plan_interview(context, ticket.ticket_id, meet_at, handler, before, PLAN)
    return await interview.hold_interview(context, ticket.ticket_id, meet_at, None, handler, now, MINUTES | minutes)
