"""暂缓到期删除: a ticket is kept beyond its time until a day, or until somebody lifts it; nobody else's is."""

from __future__ import annotations

from datetime import date

import asyncpg
import pytest

from hotline.actions.accounts.recusal import recuse
from hotline.actions.privacy import retention, retention_hold
from hotline.actions.search import case_view
from hotline.domain.accounts.permissions import Right, may
from hotline.domain.enums import Role
from hotline.domain.errors import Malformed, Missing, NotAllowed, NotFound, TooLong, WrongState
from tests.build import MONDAY, TUESDAY, ZONE, Town, opened
from tests.hotline.actions.privacy.test_retention import KNOWN, PLANTED, closed, night, sweep

FAR = date(2033, 1, 1)
REASON = "行政复议，复议〔2026〕12号"


async def kept_numbers(town: Town, kind: str) -> int:
    """How many a night says it held back."""
    rows = await retention.list_reports(town.context, town.actor("auditor"))
    return next(int(row["held"]) for row in rows if row["kind"] == kind)


async def test_held_ticket_keeps_person_words_and_messages_while_its_neighbour_loses_them(
    town: Town, pool: asyncpg.Pool
) -> None:
    held, other = await closed(town), await closed(town)
    await retention_hold.hold_ticket(town.context, held.ticket_id, REASON, FAR, town.actor("inspector"), TUESDAY)
    await pool.execute(
        "insert into outbox (region_id, outbox_id, dedupe_key, channel, recipient, kind, ticket_id, payload, urgent, created_at, "
        "not_before, state) select 1, gen_random_uuid(), t.ticket_id::text, 'desk', 'role:operator', 'x', t.ticket_id, '{}', false, "
        "$1, $1, 'sent' from ticket t", MONDAY,
    )  # fmt: skip
    await sweep(town, night(1830))
    rows = {row["ticket_id"]: row for row in await pool.fetch("select * from ticket")}
    assert rows[held.ticket_id]["body"] == PLANTED
    assert rows[held.ticket_id]["person_erased_at"] is None
    assert rows[other.ticket_id]["words_erased_at"] is not None
    assert [row["ticket_id"] for row in await pool.fetch("select ticket_id from outbox")] == [held.ticket_id]
    person = await case_view.reveal_person(town.context, held.ticket_id, town.actor("operator"), night(1830), "复议")
    assert person.phone == KNOWN["phone"]
    assert (await kept_numbers(town, "persons"), await kept_numbers(town, "words")) == (1, 1)


async def test_after_its_last_day_or_once_lifted_the_ticket_goes(town: Town, pool: asyncpg.Pool) -> None:
    lapsing, lifted = await closed(town), await closed(town)
    inspector = town.actor("inspector")
    until = night(1830).astimezone(ZONE).date()
    await retention_hold.hold_ticket(town.context, lapsing.ticket_id, REASON, until, inspector, TUESDAY)
    await retention_hold.hold_ticket(town.context, lifted.ticket_id, REASON, FAR, inspector, TUESDAY)
    await sweep(town, night(1830))
    assert await pool.fetchval("select count(*) from ticket where person_erased_at is not null") == 0
    await retention_hold.lift_hold(town.context, lifted.ticket_id, town.actor("dispatcher"), night(1830))
    await sweep(town, night(1831))
    assert await pool.fetchval("select count(*) from ticket where words_erased_at is not null") == 2
    (row,) = await retention_hold.list_holds(town.context, lifted.ticket_id, inspector, night(1831))
    assert (row["set_by_name"], row["lifted_by_name"], row["in_force"]) == ("inspector同志", "dispatcher同志", False)


async def test_another_hold_takes_the_place_of_the_first_and_both_are_told(town: Town) -> None:
    ticket, inspector = await closed(town), town.actor("inspector")
    await retention_hold.hold_ticket(town.context, ticket.ticket_id, REASON, date(2027, 1, 1), inspector, MONDAY)
    await retention_hold.hold_ticket(town.context, ticket.ticket_id, "诉讼延长", FAR, inspector, TUESDAY)
    rows = await retention_hold.list_holds(town.context, ticket.ticket_id, inspector, TUESDAY)
    assert [(row["reason"], row["in_force"]) for row in rows] == [("诉讼延长", True), (REASON, False)]
    told = await retention_hold.list_holds_in_force(town.context, town.actor("auditor"), TUESDAY)
    assert [(row["number"], row["until"], row["set_by_name"]) for row in told] == [
        (ticket.number, FAR, "inspector同志")
    ]


async def test_an_open_ticket_is_not_held(town: Town) -> None:
    ticket = await opened(town)
    with pytest.raises(WrongState, match="暂缓到期删除"):
        await retention_hold.hold_ticket(town.context, ticket.ticket_id, REASON, FAR, town.actor("inspector"), MONDAY)


async def test_numbers_in_a_reason_are_not_kept(town: Town) -> None:
    ticket = await closed(town)
    await retention_hold.hold_ticket(
        town.context, ticket.ticket_id, "律师13812345678来函", FAR, town.actor("inspector"), MONDAY
    )
    (row,) = await retention_hold.list_holds(town.context, ticket.ticket_id, town.actor("inspector"), MONDAY)
    assert "13812345678" not in row["reason"]


@pytest.mark.parametrize(
    ("reason", "until", "refusal"),
    [
        ("  ", FAR, Missing), ("理" * 201, FAR, TooLong), (REASON, date(2026, 11, 22), Malformed), (REASON, date(2099, 1, 1), Malformed),
    ],
    ids=["no-reason", "long", "over", "too-far"],
)  # fmt: skip
async def test_an_unfit_hold_is_refused(town: Town, reason: str, until: date, refusal: type[Exception]) -> None:
    ticket = await closed(town)
    with pytest.raises(refusal):
        await retention_hold.hold_ticket(town.context, ticket.ticket_id, reason, until, town.actor("inspector"), MONDAY)


async def test_only_dispatcher_and_inspector_hold_and_lift_what_is_in_their_rows(town: Town) -> None:
    ticket = await closed(town)
    assert {role for role in Role if may(role, Right.HOLD_TICKET)} == {Role.DISPATCHER, Role.INSPECTOR}
    for login in ("operator", "supervisor", "water_head", "leader", "auditor", "admin"):
        with pytest.raises(NotAllowed):
            await retention_hold.hold_ticket(town.context, ticket.ticket_id, REASON, FAR, town.actor(login), MONDAY)
    with pytest.raises(NotFound):
        await retention_hold.lift_hold(town.context, ticket.ticket_id, town.actor("inspector"), MONDAY)
    await recuse(town.context, ticket.ticket_id, "inspector", "亲属", town.actor("dispatcher"), MONDAY)
    with pytest.raises(NotFound):
        await retention_hold.hold_ticket(town.context, ticket.ticket_id, REASON, FAR, town.actor("inspector"), MONDAY)
