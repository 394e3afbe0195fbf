"""What the database shows when a query forgets whose it is: nothing, then the rows of whoever asks, and no person too many."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import hotline
from hotline.actions.dispatch.handover import dispatch_ticket
from hotline.actions.region.context import RegionContext
from hotline.actions.region.row_scope import (
    ALL,
    scope_of,
    scope_of_answers,
    scope_of_key,
    scope_of_number,
    scope_of_person,
    scope_of_ticket,
)
from hotline.actions.search.case_view import read_ticket
from hotline.db import NO_ROWS, acquire_scoped
from hotline.domain.enums import Kind
from hotline.domain.tickets.ticket import COMPLAINANT, SYSTEM, Ticket
from hotline.store.region.row_scope import open_scoped_pool, widen_scope
from tests.build import MONDAY, Town, a_county, a_filing, dispatched, opened, replied

HOUSE = {
    "region", "calendar_day", "calendar_notice", "policy", "matter", "catalogue", "number_series", "heartbeat", "unit",
    "account", "substitute", "session", "login_attempt", "former_password", "second_factor", "recovery_code",
    "account_event", "view_link", "view_head", "retention_report", "interview_room", "volunteer", "schema_migration",
}  # fmt: skip
OF_THE_MOMENT = {"login_attempt", "second_factor", "recovery_code", "former_password", "session"}
LET_GO = {"own_ticket", "outbox", "conversation", "inbound_message", "view_log"}
KINDS = (
    ALL, NO_ROWS, "unnamed - -", "units - {}", "ticket - {}", "number - x", "key - x", "person - 00", "own - -",
    "invited - -", "answers - {}", "filing - -", "house - -", "nonsense",
)  # fmt: skip


@pytest.fixture
async def town(pool: asyncpg.Pool) -> Town:
    return await a_county(pool)


@pytest.fixture
async def doors(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """The pool of the doors: nothing is shown unasked."""
    pool = await open_scoped_pool(database_url, max_size=2)
    yield pool
    await pool.close()


async def seen(doors: asyncpg.Pool, rows: str) -> set[str]:
    """The numbers of tickets a query without any condition finds."""
    async with acquire_scoped(doors, rows) as connection:
        return {row["number"] for row in await connection.fetch("select number from ticket")}


async def guarded_tables(pool: asyncpg.Pool) -> list[str]:
    rows = await pool.fetch(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relrowsecurity"
    )
    return sorted(row["relname"] for row in rows)


async def test_every_table_of_people_and_tickets_is_guarded(pool: asyncpg.Pool) -> None:
    rows = await pool.fetch(
        "select relname, relrowsecurity from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
    )
    open_tables = {row["relname"] for row in rows if not row["relrowsecurity"]}
    assert open_tables - HOUSE == set(), (
        "a table that belongs to a ticket wants a policy; one of the house stands in HOUSE"
    )
    policed = {row["tablename"] for row in await pool.fetch("select tablename from pg_policies")}
    assert {row["relname"] for row in rows if row["relrowsecurity"]} == policed


async def test_role_of_the_doors_owns_nothing_and_deletes_no_history(pool: asyncpg.Pool) -> None:
    owned = await pool.fetchval("select count(*) from pg_class where relowner = 'hotline_app'::regrole")
    role = await pool.fetchrow("select rolsuper, rolbypassrls, rolcanlogin from pg_roles where rolname = 'hotline_app'")
    may = await pool.fetch(
        "select relname, privilege_type from pg_class, aclexplode(relacl) "
        "where relnamespace = 'public'::regnamespace and grantee = 'hotline_app'::regrole and relkind = 'r'"
    )
    assert owned == 0
    assert tuple(role) == (False, False, False)
    assert {row["privilege_type"] for row in may} <= {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert {row["relname"] for row in may if row["privilege_type"] == "DELETE"} <= OF_THE_MOMENT | LET_GO
    changed = {row["relname"] for row in may if row["privilege_type"] == "UPDATE"}
    assert not changed & {"view_log", "view_link", "account_event", "recusal", "schema_migration"}


async def test_nothing_is_shown_to_who_did_not_ask(town: Town, doors: asyncpg.Pool, pool: asyncpg.Pool) -> None:
    await replied(town)
    await dispatched(town, kind=Kind.TIP_OFF)
    async with doors.acquire() as connection:
        shown = {
            table: await connection.fetchval(f"select count(*) from {table}") for table in await guarded_tables(pool)
        }
    assert {table: count for table, count in shown.items() if count} == {}


async def test_setting_of_one_borrower_is_not_the_next_ones(town: Town, doors: asyncpg.Pool) -> None:
    ticket = await opened(town)
    assert await seen(doors, ALL) == {ticket.number}
    async with doors.acquire() as connection:
        assert await connection.fetchval("select count(*) from ticket") == 0
    async with acquire_scoped(doors, ALL), doors.acquire() as other:
        assert await other.fetchval("select count(*) from ticket") == 0


async def test_wider_rows_end_with_their_transaction(town: Town, doors: asyncpg.Pool) -> None:
    await opened(town)
    async with acquire_scoped(doors, NO_ROWS) as connection:
        async with connection.transaction():
            await widen_scope(connection, ALL)
            assert await connection.fetchval("select count(*) from ticket") == 1
        assert await connection.fetchval("select count(*) from ticket") == 0
        with pytest.raises(ZeroDivisionError):
            async with connection.transaction():
                await widen_scope(connection, ALL)
                raise ZeroDivisionError
        assert await connection.fetchval("select count(*) from ticket") == 0


async def three(town: Town) -> Mapping[str, Ticket]:
    return {
        "water": await dispatched(town),
        "east": await dispatched(town, unit="东湖水厂"),
        "school": await dispatched(town, unit="教育局"),
        "fresh": await opened(town),
    }


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ("operator", {"water", "east", "school", "fresh"}),
        ("dispatcher", {"water", "east", "school", "fresh"}),
        ("leader", {"water", "east", "school", "fresh"}),
        ("water", {"water", "east"}),
        ("water_head", {"water", "east"}),
        ("east", {"east"}),
        ("school", {"school"}),
        ("town", set()),
        ("county_head", {"water", "east", "school"}),
        ("admin", set()),
    ],
)
async def test_role_finds_its_own_rows_without_a_condition(
    town: Town, doors: asyncpg.Pool, login: str, expected: set[str]
) -> None:
    tickets = await three(town)
    actor = town.actor(login)
    found = await seen(doors, scope_of(actor, town.context.county.scope(actor)))
    assert found == {tickets[name].number for name in expected}


async def test_rows_of_a_ticket_follow_the_ticket(town: Town, doors: asyncpg.Pool, pool: asyncpg.Pool) -> None:
    own, other = await replied(town), await dispatched(town, unit="教育局")
    water = town.actor("water")
    rows = scope_of(water, town.context.county.scope(water))
    tables = [
        row["relname"]
        for row in await pool.fetch(
            "select relname from pg_class c join pg_attribute a on a.attrelid = c.oid and attname = 'ticket_id' "
            "where relnamespace = 'public'::regnamespace and relkind = 'r'"
        )
    ]
    async with acquire_scoped(doors, rows) as connection:
        for table in tables:
            found = await connection.fetch(f"select distinct ticket_id from {table} where ticket_id is not null")
            assert {row["ticket_id"] for row in found} <= {own.ticket_id}, table
    assert await pool.fetchval("select count(*) from ticket_event where ticket_id = $1", other.ticket_id)


@pytest.mark.parametrize(("login", "named"), [("operator", 2), ("leader", 1), ("water", 1), ("admin", 0)])
async def test_person_behind_a_confidential_ticket_is_not_read(
    town: Town, doors: asyncpg.Pool, login: str, named: int
) -> None:
    await dispatched(town)
    await dispatched(town, confidential=True)
    actor = town.actor(login)
    async with acquire_scoped(doors, scope_of(actor, town.context.county.scope(actor))) as connection:
        assert await connection.fetchval("select count(*) from complainant") == named


@pytest.mark.parametrize(("login", "named"), [("water", 1), ("school", 0), ("county_head", 1), ("operator", 1)])
async def test_person_is_read_by_the_unit_that_leads_and_by_none_that_assists(
    town: Town, doors: asyncpg.Pool, login: str, named: int
) -> None:
    ticket = (await opened(town)).ticket_id
    await dispatch_ticket(
        town.context,
        ticket,
        town.unit("水务局"),
        town.actor("dispatcher"),
        MONDAY,
        assisting=[town.unit("教育局")],
        task="核实",
    )
    actor = town.actor(login)
    async with acquire_scoped(doors, scope_of(actor, town.context.county.scope(actor))) as connection:
        assert await connection.fetchval("select count(*) from ticket") == 1
        assert await connection.fetchval("select count(*) from complainant") == named


async def test_number_key_person_and_id_open_one_ticket_each(town: Town, doors: asyncpg.Pool) -> None:
    filing = a_filing()
    from hotline.actions.intake.opening import open_ticket

    one = (await open_ticket(town.context, filing, COMPLAINANT, MONDAY)).ticket
    await opened(town)
    assert await seen(doors, scope_of_number(one.number)) == {one.number}
    assert await seen(doors, scope_of_number("' or true")) == set()
    assert await seen(doors, scope_of_key(filing.client_key)) == {one.number}
    assert await seen(doors, scope_of_ticket(one.ticket_id)) == {one.number}
    assert await seen(doors, scope_of_person([b"somebody"])) == set()


async def test_of_a_ticket_gone_on_with_the_answers_alone_are_read(town: Town, doors: asyncpg.Pool) -> None:
    ticket = await replied(town)
    async with acquire_scoped(doors, scope_of_answers(ticket.ticket_id)) as connection:
        verbs = [row["verb"] for row in await connection.fetch("select verb from ticket_event")]
    assert verbs == ["reply"]


@pytest.mark.parametrize("rows", [kind for kind in KINDS if kind.split(" ")[0] not in ("all", "unnamed")])
async def test_who_sees_a_part_writes_no_ticket_of_others(town: Town, doors: asyncpg.Pool, rows: str) -> None:
    await opened(town)
    async with acquire_scoped(doors, rows) as connection:
        assert await connection.execute("update ticket set title = 'x'") == "UPDATE 0"
        assert await connection.execute("update outbox set state = 'done'") == "UPDATE 0"
        assert await connection.execute("update alarm set settled_at = now()") == "UPDATE 0"


@pytest.mark.parametrize("table", ["ticket_event", "view_log"])
async def test_history_is_beyond_the_doors(town: Town, doors: asyncpg.Pool, table: str) -> None:
    ticket = await opened(town)
    await read_ticket(town.context, ticket.ticket_id, town.actor("operator"), MONDAY)
    async with acquire_scoped(doors, ALL) as connection:
        for statement in (f"update {table} set at = now()", f"delete from {table}", f"truncate {table}"):
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.RaiseError)):
                await connection.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"alter table {table} disable row level security")


def test_connections_are_lent_by_the_office_alone() -> None:
    """`office.reading(whose)` and `office.writing(whose)` say whose rows; a pool says nothing."""
    root = Path(hotline.__file__).resolve().parent.parent
    lenders = {
        "hotline/db.py",
        "hotline/actions/region/context.py",
        "hotline/actions/region/unit_import.py",
        "hotline/actions/region/health.py",
    }
    lenders.add("hotline/actions/deadline/calendar.py")
    raw = [
        path.relative_to(root).as_posix()
        for package in ("hotline", "channels", "workers")
        for path in (root / package).rglob("*.py")
        if "pool.acquire(" in (text := path.read_text(encoding="utf-8")) or "transaction(office.pool)" in text
    ]
    assert set(raw) - lenders == set()


async def test_action_whose_condition_is_gone_shows_own_rows_still(town: Town) -> None:
    """The inbox asked as for those who see all, on a connection lent to a unit."""
    from hotline.store.tickets import lists

    tickets = await three(town)
    context: RegionContext = town.context
    states = ["received", "dispatched"]
    async with context.reading(town.actor("water")) as conn:
        rows: list[Any] = list(await lists.list_inbox(conn, context.region, None, states, 50, 0))
        counts = await lists.count_by_state(conn, context.region, None)
    assert {row["number"] for row in rows} == {tickets["water"].number, tickets["east"].number}
    assert counts == {"dispatched": 2}
    async with context.reading(SYSTEM) as conn:
        assert len(await lists.list_inbox(conn, context.region, None, states, 50, 0)) == 4
