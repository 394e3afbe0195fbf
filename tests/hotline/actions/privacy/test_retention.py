"""What has been kept long enough goes at night, and nothing else ever changes history."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from hotline.actions.handling import unit_work
from hotline.actions.intake import attachments, conversation, first_contact
from hotline.actions.intake.attachments import KeptFile
from hotline.actions.privacy import key_rotation, retention
from hotline.actions.privacy.access_log import chain_entries, verify_chain
from hotline.actions.search import case_view, ticket_lists
from hotline.actions.supervision import tiers
from hotline.domain.enums import Channel
from hotline.domain.messaging.message import Incoming
from hotline.domain.policy.retention_periods import Kept
from hotline.domain.privacy.personal_numbers import COLUMN_NAMES
from hotline.domain.tickets.ticket import COMPLAINANT, Ticket
from hotline.store.privacy.retention import GONE
from tests import build
from tests.build import MONDAY, TUESDAY, Town
from tests.hotline.actions.conftest import Look

PLANTED = "请打13812345678找欧阳小明"
KNOWN = {"name": "欧阳小明", "phone": "13812345678", "identity": "11010519491231002X", "address": "前进村7号"}


def night(days: int) -> datetime:
    """03:00 local, so many days after MONDAY."""
    return MONDAY + timedelta(days=days, hours=-6)


async def sweep(town: Town, now: datetime, dropped: list[bytes] | None = None) -> int:
    gone: list[bytes] = [] if dropped is None else dropped
    total = 0
    while done := await retention.purge(town.context, gone.append, now, 2):
        total += done
    return total


async def closed(town: Town, now: datetime = MONDAY, **given: Any) -> Ticket:
    ticket = await build.opened(town, now, **{"body": PLANTED, "place": "欧阳小明家", **KNOWN, **given})
    await unit_work.comment_ticket(town.context, ticket.ticket_id, town.actor("operator"), now, {"text": PLANTED})
    given_answer = {"answer": f"已答复。{PLANTED}"}
    return await first_contact.answer_ticket(town.context, ticket.ticket_id, town.actor("operator"), now, given_answer)


async def everything(pool: asyncpg.Pool, ticket: Ticket) -> str:
    """All that the database holds about a ticket, as text."""
    tables = ("ticket", "ticket_event", "complainant", "attachment", "outbox", "callback", "interview", "instruction")
    found = []
    for table in tables:
        key = "complainant_id" if table == "complainant" else "ticket_id"
        rows = await pool.fetch(f"select * from {table} where {key} = $1", ticket.ticket_id)
        found += [str(dict(row)) for row in rows]
    return "\n".join(found)


async def test_person_goes_first_and_the_words_later(town: Town, look: Look) -> None:
    pool, ticket = town.context.pool, await closed(town)
    assert await sweep(town, night(1094)) == 0
    assert await sweep(town, night(1100)) == 1
    row = await pool.fetchrow("select * from complainant")
    assert {name: row[name] for name in row.keys() if name.endswith("_sealed")} == dict.fromkeys(  # noqa: SIM118
        ("name_sealed", "phone_sealed", "identity_sealed", "address_sealed", "wechat_sealed")
    )
    assert await ticket_lists.list_caller(town.context, KNOWN["phone"], town.actor("operator"), night(1100)) == []
    assert (await look.ticket(ticket.ticket_id)).body == PLANTED
    assert await sweep(town, night(1830)) >= 1
    kept = await everything(pool, ticket)
    assert [trace for trace in (*KNOWN.values(), "已答复") if trace in kept] == []
    assert (await look.ticket(ticket.ticket_id)).body == GONE


async def test_figures_dates_and_history_stay(town: Town, look: Look) -> None:
    ticket = await closed(town)
    before = await look.events(ticket)
    await sweep(town, night(1830))
    after = await look.ticket(ticket.ticket_id)
    assert await look.events(ticket) == before == ["open", "comment", "answer"]
    assert (after.number, after.state, after.kind, after.matter_id) == (
        ticket.number,
        "closed",
        ticket.kind,
        ticket.matter_id,
    )
    assert after.closed_at == ticket.closed_at
    case_file = await case_view.read_ticket(town.context, ticket.ticket_id, town.actor("operator"), night(1831))
    assert case_file.person.name == case_file.person.phone == ""


@pytest.mark.parametrize("hold", ["open", "supervised", "instructed", "merged", "quiet_too_short"])
async def test_what_still_goes_on_is_held_back(town: Town, look: Look, hold: str) -> None:
    context, pool = town.context, town.context.pool
    if hold == "open":
        ticket = await build.signed(town, **KNOWN)
    elif hold == "merged":
        other, ticket = await build.opened(town), await build.opened(town, **KNOWN)
        await first_contact.merge_ticket(context, ticket.ticket_id, other.number, town.actor("dispatcher"), MONDAY)
    elif hold == "instructed":
        ticket = await build.signed(town, **KNOWN)
        day, leader = build.moment("2026-12-01").date(), town.actor("leader")
        await tiers.instruct_ticket(context, ticket.ticket_id, day, leader, MONDAY, {"text": "速办"})
        await first_contact.withdraw_ticket(context, ticket.ticket_id, COMPLAINANT, TUESDAY, {"reason": "不办了"})
    else:
        ticket = await closed(town)
        if hold == "supervised":
            await pool.execute(
                "insert into supervision (region_id, supervision_id, ticket_id, cycle, tier, reason, opened_at, due_at) "
                "values (1, gen_random_uuid(), $1, 1, 1, 'mark', $2, $2)", ticket.ticket_id, MONDAY,
            )  # fmt: skip
        else:
            await unit_work.comment_ticket(context, ticket.ticket_id, COMPLAINANT, night(1000), {"text": "仍有异议"})
    await sweep(town, night(1900))
    assert await pool.fetchval("select name_sealed from complainant where complainant_id = $1", ticket.ticket_id)
    report = await pool.fetchrow("select * from retention_report where kind = 'persons'")
    assert report["held"] == (0 if hold in ("open", "quiet_too_short") else 1)


async def test_nothing_is_let_go_by_day(town: Town) -> None:
    await closed(town)
    assert await sweep(town, MONDAY + timedelta(days=2000)) == 0


async def test_second_sweep_of_a_night_and_the_next_night_change_nothing(town: Town) -> None:
    for number in range(5):
        await closed(town, client_key=f"filing-{number:04d}")
    assert await sweep(town, night(1100)) == 5
    assert await sweep(town, night(1100)) == 0
    assert await sweep(town, night(1101)) == 0
    rows = await town.context.pool.fetch(
        "select night, erased, finished_at from retention_report where kind = 'persons' order by night"
    )
    assert [(row["erased"], row["finished_at"] is not None) for row in rows] == [(5, True), (0, True)]


@pytest.mark.parametrize(
    "change",
    [
        "update ticket_event set public_text = 'x'",
        "update ticket_event set public_text = null, details = '{}'",
        "update ticket_event set role = 'system'",
        "delete from ticket_event",
        "update view_log set reason = 'x'",
        "delete from view_log",
    ],
)
async def test_history_of_a_kept_ticket_cannot_be_changed(town: Town, change: str) -> None:
    ticket = await closed(town)
    await case_view.reveal_person(town.context, ticket.ticket_id, town.actor("operator"), MONDAY, "核实")
    await chain_entries(town.context, MONDAY, 100)
    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        await build.owner_of(town).execute(change)


@pytest.mark.parametrize(
    "change",
    [
        "update ticket_event set public_text = '另一句话'",
        'update ticket_event set details = \'{"text": "另一句话"}\'',
        "update ticket_event set role = 'system', public_text = null",
        "update ticket_event set at = at + interval '1 day'",
        "delete from ticket_event",
    ],
)
async def test_even_an_erased_ticket_gets_no_other_history(town: Town, change: str) -> None:
    await closed(town)
    await sweep(town, night(1900))
    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        await build.owner_of(town).execute(change)


async def test_looks_go_from_the_oldest_on_and_the_chain_still_verifies(town: Town) -> None:
    ticket, operator, context = await closed(town), town.actor("operator"), town.context
    for days in (0, 1, 900):
        at = MONDAY + timedelta(days=days)
        await case_view.reveal_person(context, ticket.ticket_id, operator, at, "核实")
        await chain_entries(context, at, 100)
    now = night(1100)
    await sweep(town, now)
    assert await context.pool.fetchval("select count(*) from view_log where what = 'reveal'") == 1
    verdict = await verify_chain(context, now, now - timedelta(days=183))
    assert verdict.faults == ()


async def test_files_go_with_the_words_unless_another_ticket_keeps_them(town: Town) -> None:
    shared, own = bytes(32), bytes(range(32))
    first, second = await closed(town, client_key="filing-1"), await build.opened(town)
    for ticket, digest in ((first, shared), (first, own), (second, shared)):
        kept = KeptFile("欧阳小明.jpg", "image/jpeg", 9, digest)
        await attachments.add_files(town.context, ticket.ticket_id, [kept], COMPLAINANT, MONDAY)
    dropped: list[bytes] = []
    await sweep(town, night(1900), dropped)
    assert dropped == [own]
    names = await town.context.pool.fetch("select file_name from attachment where ticket_id = $1", first.ticket_id)
    assert {row["file_name"] for row in names} == {GONE}


async def test_drafts_messages_sessions_and_notices_go_too(town: Town) -> None:
    context = town.context

    async def answer(_conn: Any, _turn: conversation.ConversationState) -> tuple[str, conversation.ConversationState]:
        return "请说", conversation.ConversationState("more", {"body": PLANTED})

    await conversation.take_turn(context, Incoming("wechat", "1", "oPerson", MONDAY, "text", "你好"), MONDAY, answer)
    await closed(town, channel=Channel.WECHAT, wechat="oPerson")
    account = town.actor("operator").account_id
    await context.pool.execute(
        "insert into session (region_id, token_hash, account_id, opened_at, seen_at) values (1, '\\x00', $1, $2, $2)",
        account, MONDAY,
    )  # fmt: skip
    await context.pool.execute("update outbox set state = 'sent'")
    assert await sweep(town, night(32)) == 2
    assert await sweep(town, night(400)) == 2
    for table in ("conversation", "inbound_message", "session", "outbox"):
        assert await context.pool.fetchval(f"select count(*) from {table}") == 0


async def test_erased_person_is_not_found_again_by_a_new_finding_key(town: Town) -> None:
    await closed(town)
    await sweep(town, night(1100))
    assert await key_rotation.rehash_all(town.context) == 0


async def test_every_sealed_column_of_a_person_is_told_in_the_assessment(town: Town) -> None:
    listed = await retention.list_personal(town.context, _administrator(town))
    named = {(one.table, one.column) for one in listed}
    sealed = await town.context.pool.fetch(
        "select table_name, column_name from information_schema.columns where column_name like '%\\_sealed' and table_schema = 'public'"
    )
    of_staff = {("unit", "duty_phone_sealed"), ("second_factor", "secret_sealed")}
    assert {(row["table_name"], row["column_name"]) for row in sealed} - of_staff <= named
    assert {one.kept for one in listed} == set(Kept)
    assert all(one.purpose for one in listed)


async def test_every_personal_column_has_a_name_and_no_name_is_left_over(town: Town) -> None:
    listed = await retention.list_personal(town.context, _administrator(town))
    assert {(one.table, one.column) for one in listed} == set(COLUMN_NAMES)
    assert all(one.name == COLUMN_NAMES[one.table, one.column] for one in listed)


def _administrator(town: Town) -> Any:
    return town.actor("admin")
