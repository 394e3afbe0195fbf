"""Changing keys on a full database while people file: nothing unreadable, nobody lost, no column forgotten."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hotline.actions.intake import conversation, first_contact, opening, own_tickets
from hotline.actions.privacy import key_rotation as deeds
from hotline.actions.region.context import RegionContext
from hotline.actions.search import case_view, ticket_lists
from hotline.crypto.keyring import Cipher, Digest, Keyring, KeySource, write_keyring
from hotline.crypto.vault import BrokenSeal, Vault
from hotline.domain.enums import Channel
from hotline.domain.messaging.message import Incoming
from hotline.domain.tickets.ticket import COMPLAINANT
from hotline.store.privacy import complainants
from hotline.store.privacy import key_rotation as store
from hotline.store.privacy.key_rotation import SealedColumn
from tests import build
from tests.build import MONDAY, REGION, Town

RING = Keyring.of(bytes(range(32)))
OPENID = "oPeople000000000000000000001"


@dataclass(frozen=True, slots=True)
class House:
    """A key file, and processes that follow it."""

    town: Town
    file: Path

    def process(self) -> RegionContext:
        """A door or worker of its own."""
        context = RegionContext(REGION, self.town.context.pool, Vault.open(KeySource(path=self.file)), area_code="0516")
        context._county = self.town.context.county
        return context

    def change(self, ring: Keyring) -> None:
        """The keys are changed."""
        write_keyring(self.file, ring)


@pytest.fixture
def house(town: Town, tmp_path: Path) -> House:
    write_keyring(tmp_path / "keys", RING)
    return House(town, tmp_path / "keys")


async def file_some(context: RegionContext, number: int, first: int = 0) -> list[opening.Opened]:
    filings = [
        build.a_filing(
            name=f"王{n}", phone=f"138{first + n:08d}", address=f"前进村{n}号", client_key=f"key-{first + n:06d}"
        )
        for n in range(number)
    ]
    return [await opening.open_ticket(context, filing, COMPLAINANT, MONDAY) for filing in filings]


def message(text: str, number: int) -> Incoming:
    return Incoming("wechat", str(number), OPENID, MONDAY, "text", text)


async def tell(context: RegionContext, text: str, number: int) -> str:
    """A message of a conversation that counts what it was told before."""

    async def answer(_conn: Any, turn: conversation.ConversationState) -> tuple[str, conversation.ConversationState]:
        told = [*turn.draft.get("told", []), text]
        return "、".join(told), conversation.ConversationState("more", {"told": told})

    return await conversation.take_turn(context, message(text, number), MONDAY, answer)


async def headers(context: RegionContext) -> set[int]:
    return set(await deeds.count_seals(context))


async def test_every_value_comes_under_the_new_key_and_reads_the_same(house: House) -> None:
    context = house.process()
    opened = await file_some(context, 20)
    await tell(context, "水管", 1)
    house.change(RING.with_seal(Cipher.SM4).newest())
    context.vault.refresh()
    turn = await deeds.reseal_all(context)
    assert (turn.resealed, turn.broken, turn.missed) == (20 * 3 + 2, 0, 0)
    assert await headers(context) == {context.vault.header}
    operator = house.town.actor("operator")
    seen = [await case_view.reveal_person(context, one.ticket.ticket_id, operator, MONDAY, "核实") for one in opened]
    assert [person.phone for person in seen] == [f"138{n:08d}" for n in range(20)]
    assert await tell(context, "漏水", 2) == "水管、漏水"


async def test_second_pass_changes_nothing(house: House) -> None:
    context = house.process()
    await file_some(context, 3)
    house.change(RING.with_seal(Cipher.AES).newest())
    context.vault.refresh()
    assert (await deeds.reseal_all(context)).resealed == 9
    assert await deeds.reseal_all(context) == deeds.RotationPass(0, 0, 0)


async def test_people_file_while_keys_change_and_old_processes_write_on(house: House) -> None:
    worker, late = house.process(), house.process()
    opened = await file_some(worker, 30)
    house.change(RING.with_seal(Cipher.SM4).newest())
    worker.vault.refresh()
    # `late` has not looked at the file: what it writes meanwhile is found by the following pass.
    during, turn = await asyncio.gather(file_some(late, 30, 100), deeds.reseal_all(worker))
    assert turn.broken == 0
    late.vault.refresh()
    while (await deeds.reseal_all(worker)).resealed:
        pass
    assert await headers(worker) == {worker.vault.header}
    operator = house.town.actor("operator")
    for one in (*opened, *during):
        person = await case_view.reveal_person(late, one.ticket.ticket_id, operator, MONDAY, "核实")
        assert person.phone.startswith("138")


async def test_killed_in_the_middle_it_is_taken_up_where_it_stopped(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = house.process()
    await file_some(context, 120)
    house.change(RING.with_seal(Cipher.SM4).newest())
    context.vault.refresh()
    monkeypatch.setattr(deeds, "BLOCKS", 1)
    stretches: list[int] = []

    def die(blocks: int) -> None:
        stretches.append(blocks)
        if len(stretches) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await deeds.reseal_all(context, die)
    before = await deeds.count_seals(context)
    assert set(before) == {1, context.vault.header}
    turn = await deeds.reseal_all(house.process())
    assert turn.resealed == before[1]
    assert await headers(context) == {context.vault.header}


async def test_value_changed_meanwhile_is_left_to_who_changed_it(house: House) -> None:
    context = house.process()
    [opened] = await file_some(context, 1)
    where = SealedColumn("complainant", "phone_sealed", 1)
    async with context.pool.acquire() as conn:
        [(place, before)] = await store.list_stale(conn, REGION, where, 2, 0, 1)
        await conn.execute(
            "update complainant set phone_sealed = $1", context.vault.seal("13900139000", "complainant.phone")
        )
        assert await store.replace_seals(conn, REGION, where, [(place, before, b"\x02" + bytes(40))]) == 0
        row = await complainants.get_complainant(conn, REGION, opened.ticket.ticket_id)
    assert row is not None
    assert context.vault.unseal(row["phone_sealed"], "complainant.phone") == "13900139000"


async def test_what_no_key_opens_is_told_and_left(house: House) -> None:
    context = house.process()
    await file_some(context, 2)
    async with context.pool.acquire() as conn:
        await conn.execute(
            "update complainant set name_sealed = $1 where name_sealed = (select min(name_sealed) from complainant)",
            bytes(40),
        )
    house.change(RING.with_seal(Cipher.AES).newest())
    context.vault.refresh()
    turn = await deeds.reseal_all(context)
    assert (turn.resealed, turn.broken) == (5, 1)


async def test_every_sealed_column_of_the_schema_is_listed(house: House, pool: asyncpg.Pool) -> None:
    context = house.process()
    async with pool.acquire() as conn:
        await conn.execute("create table late_comer (region_id smallint, secret_sealed bytea, plain bytea)")
        await conn.execute(
            "insert into late_comer values (1, $1, null), (1, null, null), (1, '', null)",
            context.vault.seal("x", "late_comer.secret"),
        )
        listed = {(one.table, one.column) for one in await store.list_sealed_columns(conn, REGION)}
        named = {
            (row["table_name"], row["column_name"])
            for row in await conn.fetch("select table_name, column_name from information_schema.columns where column_name like '%sealed'")
        }  # fmt: skip
    assert listed == named
    assert ("complainant", "identity_sealed") in listed
    house.change(RING.with_seal(Cipher.AES).newest())
    context.vault.refresh()
    assert (await deeds.reseal_all(context)).resealed == 1


@pytest.mark.parametrize("name", ["name", "contact_hash", "nothing_sealed", "name_sealed; drop table unit"])
async def test_only_sealed_columns_can_be_named(house: House, name: str) -> None:
    async with house.process().pool.acquire() as conn:
        with pytest.raises(Exception, match="no sealed column"):
            await store.count_seals(conn, REGION, SealedColumn("complainant", name, 1))


async def test_after_the_old_key_is_gone_everything_still_reads(house: House) -> None:
    context = house.process()
    [opened] = await file_some(context, 1)
    ring = RING.with_seal(Cipher.SM4).newest()
    house.change(ring)
    context.vault.refresh()
    await deeds.reseal_all(context)
    house.change(ring.without_seal(1))
    alone = house.process()
    person = await case_view.reveal_person(alone, opened.ticket.ticket_id, house.town.actor("operator"), MONDAY, "核实")
    assert person.name == "王0"
    with pytest.raises(BrokenSeal):
        alone.vault.unseal(Vault(RING).seal("x"))


async def found(context: RegionContext, phone: str, who: Any) -> int:
    return len(await ticket_lists.list_caller(context, phone, who, MONDAY))


async def test_with_a_new_finding_key_people_and_query_codes_are_found_before_during_and_after(house: House) -> None:
    context, operator = house.process(), house.town.actor("operator")
    opened = await file_some(context, 3)

    async def all_found(there: RegionContext) -> bool:
        codes = [await case_view.read_progress(there, one.ticket.number, one.query_code, MONDAY) for one in opened]
        return len(codes) == 3 and [await found(there, f"138{n:08d}", operator) for n in range(3)] == [1, 1, 1]

    ring = RING.with_find(Digest.SM3)
    house.change(ring.newest())
    context.vault.refresh()
    assert await all_found(context)
    assert await deeds.rehash_all(context) == 3
    assert await all_found(context)
    assert await deeds.rehash_all(context) == 0
    house.change(ring.newest().without_find(1))
    assert await all_found(house.process())


async def test_repeat_of_a_form_is_told_the_first_code_under_a_new_finding_key(house: House) -> None:
    context = house.process()
    filing = build.a_filing()
    first = await opening.open_ticket(context, filing, COMPLAINANT, MONDAY)
    house.change(RING.with_find(Digest.SHA256).newest())
    context.vault.refresh()
    for _ in range(2):
        again = await opening.open_ticket(context, filing, COMPLAINANT, MONDAY)
        assert (again.query_code, again.repeated) == (first.query_code, True)
        assert await own_tickets.filed_code(context, first.ticket.number, filing.client_key) == first.query_code
        await deeds.rehash_all(context)


async def test_wechat_person_keeps_conversation_and_tickets_under_a_new_finding_key(house: House) -> None:
    context = house.process()

    async def own(there: RegionContext) -> int:
        async with there.pool.acquire() as conn:
            return (await own_tickets.list_own_in(there, conn, message("", 0), MONDAY, 5))[1]

    await tell(context, "水管", 1)
    async with context.pool.acquire() as conn:
        filing = build.a_filing(channel=Channel.WECHAT, wechat=OPENID, phone="")
        await opening.open_own_in(context, conn, message("", 0), filing, MONDAY)
    ring = RING.with_find(Digest.SM3).newest()
    house.change(ring)
    context.vault.refresh()
    assert await own(context) == 1
    assert await tell(context, "漏水", 2) == "水管、漏水"
    assert await deeds.rehash_all(context) == 1
    house.change(ring.without_find(1))
    alone = house.process()
    assert await own(alone) == 1
    assert await tell(alone, "三天", 3) == "水管、漏水、三天"


async def test_office_takes_new_keys_at_its_minute(house: House) -> None:
    context = house.process()
    house.change(RING.with_seal(Cipher.SM4).newest())
    await context.refresh(MONDAY, force=True)
    assert context.vault.header == 2 | 0x80


async def test_unreadable_key_file_stops_nobody(house: House) -> None:
    context = house.process()
    house.file.write_text("nonsense", encoding="utf-8")
    await context.refresh(MONDAY, force=True)
    assert len(await file_some(context, 1)) == 1


async def test_values_of_every_column_in_use_are_opened_in_their_own_context(house: House) -> None:
    context, operator = house.process(), house.town.actor("operator")
    filing = build.a_filing(channel=Channel.WECHAT, wechat=OPENID, address="前进村1号")
    opened = await opening.open_ticket(context, filing, COMPLAINANT, MONDAY)
    await first_contact.answer_ticket(context, opened.ticket.ticket_id, operator, MONDAY, {"answer": "已修好"})
    await tell(context, "水管", 1)
    async with context.pool.acquire() as conn:
        filled = [
            where
            for where in await store.list_sealed_columns(conn, REGION)
            if await store.count_seals(conn, REGION, where)
        ]
    house.change(RING.with_seal(Cipher.SM4).newest())
    context.vault.refresh()
    assert {deeds.context_of(where) for where in filled} >= {"draft", "reply", "complainant.wechat", "complainant.name"}
    assert (await deeds.reseal_all(context)).broken == 0
