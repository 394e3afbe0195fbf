"""The record of looks is a chain: whatever is done to it afterwards is found."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from hotline.actions.messaging.inbox import list_alarms
from hotline.actions.privacy.access_log import (
    Filter,
    chain_entries,
    list_entries,
    list_unusual,
    notify_unusual,
    settle_unusual,
    verify_chain,
)
from hotline.actions.search.case_view import read_ticket, reveal_person
from hotline.domain.enums import Role
from hotline.domain.errors import NotAllowed
from tests import build
from tests.build import MONDAY, Town

MINUTE = timedelta(minutes=1)
LATER = MONDAY + timedelta(hours=2)
LONG_AGO = MONDAY - timedelta(days=400)


@pytest_asyncio.fixture
async def looked(town: Town) -> AsyncIterator[Town]:
    """A town in which two tickets were looked at nine times, all of it linked."""
    for _ in range(2):
        ticket = await build.opened(town)
        for minute in range(4):
            await read_ticket(
                town.context, ticket.ticket_id, town.actor("operator"), MONDAY + minute * MINUTE, "10.0.0.7"
            )
    await reveal_person(town.context, ticket.ticket_id, town.actor("dispatcher"), MONDAY + 9 * MINUTE, "回拨核对")
    assert await chain_entries(town.context, MONDAY + 10 * MINUTE, 200) == 9
    yield town


async def faults(town: Town, witness: str = "", kept_since=LONG_AGO) -> list[str]:
    verdict = await verify_chain(town.context, LATER, kept_since, witness)
    return [fault.what for fault in verdict.faults]


async def tamper(town: Town, *statements: str) -> None:
    """What somebody with the whole database may do: triggers off, rows changed, triggers on."""
    async with build.owner_of(town).acquire() as conn:
        await conn.execute("reset role")
        await conn.execute("set session_replication_role = replica")
        for statement in statements:
            assert not (await conn.execute(statement)).endswith(" 0")
        await conn.execute("set session_replication_role = origin")


async def head(town: Town) -> str:
    return (await verify_chain(town.context, LATER, LONG_AGO)).head


async def test_an_untouched_record_is_whole(looked: Town) -> None:
    verdict = await verify_chain(looked.context, LATER, LONG_AGO)
    assert (verdict.links, verdict.faults, verdict.waiting) == (9, (), 0)
    assert verdict.head.startswith("9:")


@pytest.mark.parametrize("column", ["reason", "address", "what", "page"])
async def test_a_changed_row_is_found(looked: Town, column: str) -> None:
    await tamper(
        looked, f"update view_log set {column} = 'x' where view_id = (select view_id from view_link where seq = 4)"
    )
    assert await faults(looked) == ["第 4 环的记录被改动"]


async def test_a_look_put_in_another_persons_name_is_found(looked: Town) -> None:
    await tamper(looked, "update view_log set account_id = gen_random_uuid() where what = 'reveal'")
    assert await faults(looked) == ["第 9 环的记录被改动"]


async def test_a_deleted_row_is_found(looked: Town) -> None:
    await tamper(looked, "delete from view_log where view_id = (select view_id from view_link where seq = 5)")
    assert await faults(looked) == ["第 5 环的记录被删除"]


async def test_a_row_deleted_with_its_link_is_found(looked: Town) -> None:
    await tamper(
        looked,
        "delete from view_log where view_id = (select view_id from view_link where seq = 5)",
        "delete from view_link where seq = 5",
    )
    assert (await faults(looked))[0] == "第 5 环到第 5 环被删除"


async def test_the_end_cut_off_is_found(looked: Town) -> None:
    await tamper(
        looked,
        "delete from view_log where view_id in (select view_id from view_link where seq > 7)",
        "delete from view_link where seq > 7",
    )
    assert "末尾被删除" in (await faults(looked))[0]


async def test_the_end_cut_off_with_an_older_signed_end_is_found_by_a_witness(looked: Town) -> None:
    async with looked.context.pool.acquire() as conn:
        older = await conn.fetchrow("select seq, digest, signature from view_head")
    witnessed = await head(looked)
    ticket = await build.opened(looked)
    await read_ticket(looked.context, ticket.ticket_id, looked.actor("operator"), LATER - 30 * MINUTE)
    await chain_entries(looked.context, LATER - 29 * MINUTE, 200)
    newest = await head(looked)
    await tamper(
        looked,
        "delete from view_log where view_id in (select view_id from view_link where seq > 9)",
        "delete from view_link where seq > 9",
        f"update view_head set seq = {older['seq']}, digest = '\\x{older['digest'].hex()}', signature = '{older['signature']}'",
    )
    assert await faults(looked) == []
    assert await faults(looked, witnessed) == []
    assert await faults(looked, newest) == ["链上没有所给的旧链尾：记录被截短或者整个重做过"]


async def test_a_chain_made_anew_without_the_key_is_found(looked: Town) -> None:
    await tamper(
        looked,
        "delete from view_log where what = 'reveal'",
        "delete from view_link",
        "update view_head set seq = 0, digest = '', signature = ''",
    )
    # The forger knows how links are made, but signs with another key.
    genuine = looked.context.vault
    looked.context.vault = type(genuine)(bytes(32))
    await chain_entries(looked.context, LATER, 200)
    looked.context.vault = genuine
    assert await faults(looked) == ["链尾的签名不是本热线的：链被重做过"]


async def test_a_look_slipped_in_afterwards_is_found(looked: Town) -> None:
    at = (MONDAY + MINUTE).isoformat()
    await tamper(
        looked,
        "insert into view_log (region_id, view_id, at, what) "
        f"values (1, '01900000-0000-7000-8000-000000000001', '{at}', 'ticket')",
    )
    await chain_entries(looked.context, LATER, 200)
    assert await faults(looked) == ["1 条记录没有进入链：后台任务停了，或者是事后塞进去的"]


async def test_what_was_kept_long_enough_may_be_let_go(looked: Town) -> None:
    await tamper(looked, "delete from view_log where view_id in (select view_id from view_link where seq <= 3)")
    assert await faults(looked, kept_since=LATER) == []
    assert len(await faults(looked)) == 3
    await tamper(looked, "delete from view_log where view_id = (select view_id from view_link where seq = 6)")
    assert await faults(looked, kept_since=LATER) == ["第 6 环的记录被删除"]


async def test_two_workers_link_each_look_once(town: Town) -> None:
    ticket = await build.opened(town)
    for minute in range(30):
        await read_ticket(town.context, ticket.ticket_id, town.actor("operator"), MONDAY + minute * MINUTE)
    linked = await asyncio.gather(*(chain_entries(town.context, LATER, 7) for _ in range(8)))
    assert sum(linked) == 30
    assert await faults(town) == []


async def test_the_chain_itself_refuses_change(looked: Town) -> None:
    async with build.owner_of(looked).acquire() as conn:
        for statement in (
            "update view_link set digest = ''",
            "delete from view_link",
            "update view_log set reason = 'x'",
        ):
            with pytest.raises(asyncpg.PostgresError):
                await conn.execute(statement)


async def test_looks_wait_for_nobody_but_are_told_when_they_wait_too_long(town: Town) -> None:
    ticket = await build.opened(town)
    await read_ticket(town.context, ticket.ticket_id, town.actor("operator"), MONDAY)
    early = await verify_chain(town.context, MONDAY + 5 * MINUTE, LONG_AGO)
    late = await verify_chain(town.context, MONDAY + 11 * MINUTE, LONG_AGO)
    assert (early.waiting, late.waiting) == (0, 1)


def asked(**given) -> Filter:
    return Filter(MONDAY - timedelta(days=1), MONDAY + timedelta(days=1), **given)


async def test_the_audit_administrator_alone_reads_the_record(looked: Town) -> None:
    for person in looked.people.values():
        if person.role is not Role.AUDIT_ADMIN:
            with pytest.raises(NotAllowed):
                await list_entries(looked.context, asked(), person, LATER)
    assert await list_entries(looked.context, asked(), looked.actor("auditor"), LATER)


async def test_the_record_is_filtered_and_its_reading_is_recorded(looked: Town) -> None:
    auditor = looked.actor("auditor")
    reveals = await list_entries(looked.context, asked(what="reveal"), auditor, LATER)
    assert [(row["reason"], row["role"]) for row in reveals] == [("回拨核对", "dispatcher")]
    by_number = await list_entries(looked.context, asked(number=reveals[0]["number"]), auditor, LATER)
    assert len(by_number) == 5
    everything = await list_entries(looked.context, asked(), auditor, LATER)
    assert [row["what"] for row in everything[:3]] == ["record", "record", "reveal"]
    assert all("title" not in row and "body" not in row for row in everything)


async def test_many_reveals_in_an_hour_raise_one_alarm_for_the_audit_administrator(town: Town) -> None:
    ticket = await build.opened(town)
    for second in range(45):
        at = MONDAY + timedelta(seconds=second)
        await reveal_person(town.context, ticket.ticket_id, town.actor("operator"), at, "核对")
        if second in (18, 19, 25, 39, 44):
            await notify_unusual(town.context, at)
    auditor = town.actor("auditor")
    alarms = await list_unusual(town.context, auditor)
    assert [alarm["details"]["count"] for alarm in alarms] == [20, 40]
    assert await list_alarms(town.context, town.actor("dispatcher")) == []
    await settle_unusual(town.context, alarms[0]["alarm_id"], auditor, LATER)
    await notify_unusual(town.context, MONDAY + MINUTE)
    assert len(await list_unusual(town.context, auditor)) == 1


async def test_nobody_else_settles_it(town: Town) -> None:
    with pytest.raises(NotAllowed):
        await settle_unusual(town.context, UUID(int=1), town.actor("dispatcher"), LATER)
    with pytest.raises(NotAllowed):
        await list_unusual(town.context, town.actor("guard"))
