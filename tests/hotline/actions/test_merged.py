"""并单: everybody whose ticket was merged is still owed the answer."""

from __future__ import annotations

import pytest

from hotline.actions import intake, lookup
from hotline.domain.kinds import Channel
from hotline.domain.ticket import COMPLAINANT
from tests.build import MONDAY, Town, a_filing, opened, reply, signed


async def merge(town: Town, number: str, filing_key: str) -> intake.Opened:
    """One more WeChat filing of the same matter, merged into the ticket of this number."""
    filing = a_filing(client_key=filing_key, channel=Channel.WECHAT, wechat=f"openid-{filing_key}", phone="")
    extra = await intake.open_ticket(town.office, filing, COMPLAINANT, MONDAY)
    await intake.merge_ticket(town.office, extra.ticket.ticket_id, number, town.actor("dispatcher"), MONDAY)
    return extra


async def told(town: Town, opened_one: intake.Opened) -> list[str]:
    """Kinds of notice that went to the person of a ticket."""
    rows = await town.office.pool.fetch(
        "select kind from outbox where ticket_id = $1 and channel = 'wechat' order by created_at, outbox_id",
        opened_one.ticket.ticket_id,
    )
    return [row["kind"] for row in rows]


@pytest.mark.case("T27")
async def test_merged_people_get_the_answer_once(town: Town) -> None:
    main = await signed(town)
    extra = await merge(town, main.number, "merged-0001")
    await reply(town, main, MONDAY)
    assert (await told(town, extra)).count("replied") == 1


@pytest.mark.case("T27")
async def test_a_merged_ticket_shows_the_answer_on_its_own_page(town: Town) -> None:
    main = await signed(town)
    extra = await merge(town, main.number, "merged-0002")
    await reply(town, main, MONDAY)
    page = await lookup.read_progress(town.office, extra.ticket.number, extra.query_code, MONDAY)
    assert [row["public_text"] for row in page.events if row["verb"] == "reply"] == ["水表已更换，多收的已退还。"]


@pytest.mark.case("T25")
async def test_what_was_merged_goes_along_when_its_target_is_merged(town: Town) -> None:
    main, middle = await signed(town), await opened(town)
    extra = await merge(town, middle.number, "merged-0003")
    await intake.merge_ticket(town.office, middle.ticket_id, main.number, town.actor("dispatcher"), MONDAY)
    await reply(town, main, MONDAY)
    assert (await told(town, extra)).count("replied") == 1
