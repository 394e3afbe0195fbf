"""The hot queries find their rows by the index made for them, on a database large enough to be tempted otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from bench.sweep import NOW, bulk_load
from hotline.actions.region.row_scope import ALL
from hotline.db import acquire_scoped
from hotline.domain.messaging.alarms import UNIT_WANTED
from hotline.store.queries import Queries, queries
from rehearsal.store.queries import queries as rehearsal_queries
from tests.build import REGION, Town, a_county

TICKETS = 30_000
WEEK = {"since": NOW + timedelta(days=21), "until": NOW + timedelta(days=28)}
LAST_YEAR = {"since": NOW - timedelta(days=365), "until": NOW - timedelta(days=358)}
BIG = {"ticket", "ticket_event", "deadline", "outbox", "callback", "complainant", "supervision", "reminder", "alarm"}
ONE = UUID(int=4711)
ASKED_BY_UNITS = {
    "inbox", "closed_of_units", "count_by_state", "lock_ticket", "events_of_ticket", "open_callback_of_ticket", "ticket_by_number",
}  # fmt: skip
MORE = """
update ticket set state = 'closed', closed_at = $1, close_reason = 'satisfied' where ticket_id < $2;
update deadline set state = 'met', next_at = null, next_step = null where ticket_id < $2;
update callback set done_at = $1, next_try_at = null, state = 'done' where ticket_id < $2;
update supervision set settled_at = $1 where ticket_id < $2;
update ticket set state = 'received', lead_unit_id = null where ticket_id >= $3;
update outbox set state = 'waiting' where ticket_id >= $3;
insert into alarm (region_id, alarm_id, dedupe_key, kind, ticket_id, details, raised_at, settled_at)
select region_id, gen_random_uuid(), ticket_id::text, 'reply_overdue', ticket_id, '{}', $1,
    case when ticket_id < $2 then $1::timestamptz end from ticket;
insert into reminder (region_id, reminder_id, ticket_id, cycle, rule, step, recipient, channel, planned_at, state)
select region_id, gen_random_uuid(), ticket_id, 1, 'sign', 'expiry', 'unit:x', 'desk', $1, 'sent' from ticket;
analyze
"""


@dataclass(frozen=True, slots=True)
class Hot:
    """A query of the hot path, what it is asked, and the indexes it must use (`a|b`: one of them)."""

    file: str
    name: str
    given: Mapping[str, Any]
    indexes: frozenset[str]
    generic: bool = True
    source: Queries = queries


def hot(file: str, name: str, indexes: str, *, generic: bool = True, source: Queries = queries, **given: Any) -> Hot:
    return Hot(file, name, {"region_id": REGION} | given, frozenset(indexes.split()), generic, source)


def hot_queries(unit: UUID) -> list[Hot]:
    return [
        hot("deadline.deadlines", "tickets_with_due_clocks", "deadline_due", now=NOW, batch=100),
        hot("deadline.deadlines", "due_clocks_of_ticket", "deadline_once|deadline_due", ticket_id=ONE, now=NOW),
        hot("clock", "next_moment", "deadline_due outbox_due callback_due", source=rehearsal_queries, after=NOW),
        hot("messaging.outbox", "claim_outbox", "outbox_due", now=NOW, quiet=False, batch=100),
        hot("messaging.outbox", "claim_outbox", "outbox_due", now=NOW, quiet=True, batch=100),
        hot("messaging.undelivered", "undelivered", "outbox_undelivered", batch=100),
        hot("messaging.outbox", "stuck_outbox", "outbox_stuck", before=NOW),
        hot("messaging.outbox", "drop_waiting", "outbox_of_ticket", ticket_id=ONE, reason="x"),
        hot(
            "messaging.alarms",
            "settle_alarms_of_ticket",
            "alarm_of_ticket",
            ticket_id=ONE,
            kinds=["reply_overdue"],
            at=NOW,
        ),
        hot("callbacks", "claim_callbacks", "callback_due", now=NOW, batch=100),
        hot("callbacks", "open_callback_of_ticket", "callback_region_id_ticket_id_round_key", ticket_id=ONE),
        hot(
            "tickets.records",
            "received_tickets",
            "ticket_open_by_state",
            until=NOW,
            alarms=list(UNIT_WANTED),
            batch=100,
        ),
        hot("tickets.records", "ticket_by_number", "ticket_region_id_number_key", number="bench-7"),
        hot("tickets.records", "lock_ticket", "ticket_pkey", ticket_id=ONE),
        hot("tickets.history", "events_of_ticket", "ticket_event_pkey", ticket_id=ONE),
        hot(
            "tickets.lists",
            "inbox",
            "ticket_of_unit",
            unit_ids=[unit],
            states=["dispatched", "signed"],
            batch=50,
            skip=0,
        ),
        hot(
            "tickets.lists",
            "inbox_of_all",
            "ticket_open_by_state|ticket_of_unit",
            states=["received"],
            batch=50,
            skip=0,
        ),
        hot(
            "tickets.lists",
            "closed_of_units",
            "ticket_closed_of_unit|ticket_by_close",
            unit_ids=[unit],
            batch=51,
            skip=0,
        ),
        hot("tickets.lists", "closed_of_all", "ticket_by_close", batch=51, skip=0),
        hot("tickets.lists", "count_by_state", "ticket_of_unit", unit_ids=[unit]),
        hot(
            "messaging.alarms",
            "settle_alarms_of_ticket",
            "alarm_of_ticket",
            ticket_id=ONE,
            kinds=["reply_overdue"],
            at=NOW,
        ),
        hot("callbacks", "claim_callbacks", "callback_due", now=NOW, batch=100),
        hot("callbacks", "open_callback_of_ticket", "callback_region_id_ticket_id_round_key", ticket_id=ONE),
        hot(
            "tickets.records",
            "received_tickets",
            "ticket_open_by_state",
            until=NOW,
            alarms=list(UNIT_WANTED),
            batch=100,
        ),
        hot("tickets.records", "ticket_by_number", "ticket_region_id_number_key", number="bench-7"),
        hot("tickets.records", "lock_ticket", "ticket_pkey", ticket_id=ONE),
        hot("tickets.history", "events_of_ticket", "ticket_event_pkey", ticket_id=ONE),
        hot(
            "tickets.lists",
            "inbox",
            "ticket_of_unit",
            unit_ids=[unit],
            states=["dispatched", "signed"],
            batch=50,
            skip=0,
        ),
        hot(
            "tickets.lists",
            "inbox_of_all",
            "ticket_open_by_state|ticket_of_unit",
            states=["received"],
            batch=50,
            skip=0,
        ),
        hot(
            "tickets.lists",
            "closed_of_units",
            "ticket_closed_of_unit|ticket_by_close",
            unit_ids=[unit],
            batch=51,
            skip=0,
        ),
        hot("tickets.lists", "closed_of_all", "ticket_by_close", batch=51, skip=0),
        hot("tickets.lists", "count_by_state", "ticket_of_unit", unit_ids=[unit]),
        hot(
            "tickets.lists",
            "tickets_of_person",
            "complainant_by_contact ticket_pkey",
            contact_hashes=[bytes(16), bytes(32)],
            batch=20,
        ),
        hot(
            "tickets.lists",
            "tickets_of_caller",
            "complainant_by_contact ticket_pkey",
            contact_hashes=[bytes(16), bytes(32)],
            batch=10,
        ),
        hot("tickets.lists", "supervised", "supervision_open", tiers=[3], batch=50, skip=0),
        hot("supervision.cards", "clocks_of_tickets", "deadline_once", ticket_ids=[ONE]),
        hot("supervision.cards", "raised_of_tickets", "supervision_of_ticket|supervision_open", ticket_ids=[ONE]),
        hot("dispatch.joint", "late_parts", "deadline_part_owed", now=NOW, batch=100),
        hot("dispatch.joint", "late_parts_of_tickets", "deadline_once|deadline_part_owed", ticket_ids=[ONE], now=NOW),
        hot("brief.facts", "parts_late_at", "deadline_part_missed|deadline_missed", at=NOW),
        hot("supervision.cards", "missed_clocks", "deadline_missed", since=NOW - timedelta(days=31), until=NOW),
        hot("supervision.cards", "raised_between", "supervision_by_opening", since=NOW - timedelta(days=31), until=NOW),
    ]


def brief_queries() -> list[Hot]:
    """What the pages of the brief ask, and what a week of it is made of."""
    until = WEEK["until"]
    asked = [
        hot("brief.publication", "figure_tickets", "ticket_pkey", brief_id=ONE, key="received"),
        hot("brief.facts", "clocks_in_week", "deadline_by_end", **LAST_YEAR),
        hot("brief.facts", "standing_at", "supervision_open supervision_by_settling", generic=False, at=until),
        hot("brief.facts", "supervised_at", "supervision_open supervision_by_settling", at=until),
    ]
    for week in (WEEK, LAST_YEAR):
        asked += [
            hot("brief.facts", "received_in_week", "ticket_by_receipt", **week),
            hot("brief.facts", "events_in_week", "ticket_event_by_time", **week),
            hot("brief.facts", "closed_in_week", "ticket_by_close", **week),
            hot("brief.facts", "clocks_in_week", "deadline_by_due|deadline_missed|deadline_part_missed", **week),
            hot("brief.facts", "callbacks_in_week", "callback_by_done", **week),
            hot("brief.facts", "interviews_in_week", "ticket_event_by_time", **week),
            hot("supervision.cards", "missed_clocks", "deadline_missed", **week),
            hot("supervision.cards", "raised_between", "supervision_by_opening", **week),
        ]
    return asked


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


async def faults(connection: asyncpg.Connection, query: Hot) -> list[str]:
    """What is wrong with the plan for these values, and with the one for any values."""
    space = attrgetter(query.file)(query.source)
    sql, order = getattr(space, query.name).sql, space.driver_adapter.var_sorted[query.name]
    named = await connection.fetchval(f"explain (format json) {sql}", *(query.given[name] for name in order))
    if not query.generic:
        return _against(query, "for these values", named)
    await connection.execute(f"set plan_cache_mode = force_generic_plan; prepare hot as {sql.strip().rstrip(';')}")
    anything = ", ".join("null" for _ in order)
    generic = await connection.fetchval(f"explain (format json) execute hot({anything})")
    await connection.execute("deallocate hot; reset plan_cache_mode")
    return _against(query, "for these values", named) + _against(query, "for any values", generic)


def _against(query: Hot, when: str, explained: Any) -> list[str]:
    plan = list(nodes((json.loads(explained) if isinstance(explained, str) else explained)[0]["Plan"]))
    used = {node["Index Name"] for node in plan if "Index Name" in node}
    scanned = {node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan"} & BIG
    told = [f"{query.name} {when}: reads all of {sorted(scanned)}"] if scanned else []
    missing = [index for index in query.indexes if used.isdisjoint(index.split("|"))]
    if missing:
        told.append(f"{query.name} {when}: uses {sorted(used)}, not {missing}")
    return told


async def a_big_town(pool: asyncpg.Pool) -> tuple[Town, list[UUID]]:
    town = await a_county(pool)
    units = [unit for name, unit in town.units.items() if name not in ("热线办公室", "纪委纠风办")]
    await bulk_load(pool, REGION, 1, TICKETS, units)
    async with pool.acquire() as connection:
        await enrich(connection)
    return town, units


@pytest.mark.case("P30")
async def test_the_brief_reads_its_week_and_nothing_of_the_years_around_it(pool: asyncpg.Pool) -> None:
    town, _ = await a_big_town(pool)
    async with acquire_scoped(town.context.pool, ALL) as connection:
        told = [line for query in brief_queries() for line in await faults(connection, query)]
    assert not told, "\n".join(told)


async def test_hot_queries_go_by_their_index(pool: asyncpg.Pool) -> None:
    town, units = await a_big_town(pool)
    told = []
    # The policies of rows stand in every plan: as the timetable asks, and as a unit does what a unit asks.
    for rows, asked in ((ALL, None), (f"units {ONE} {{{units[0]}}}", ASKED_BY_UNITS)):
        async with acquire_scoped(town.context.pool, rows) as connection:
            queries_asked = [query for query in hot_queries(units[0]) if asked is None or query.name in asked]
            told += [f"{rows[:5]}: {line}" for query in queries_asked for line in await faults(connection, query)]
    assert not told, "\n".join(told)


async def enrich(connection: asyncpg.Connection) -> None:
    """Nine tickets in ten are closed, a few wait to be dispatched, some notices wait."""
    closed, fresh = UUID(int=TICKETS * 9 // 10), UUID(int=TICKETS - 40)
    for statement in MORE.strip().split(";\n"):
        given = [value for mark, value in (("$1", NOW), ("$2", closed), ("$3", fresh)) if mark in statement]
        numbers = [mark for mark in ("$1", "$2", "$3") if mark in statement]
        for place, mark in enumerate(numbers, 1):
            statement = statement.replace(mark, f"${place}")
        await connection.execute(statement, *given)
