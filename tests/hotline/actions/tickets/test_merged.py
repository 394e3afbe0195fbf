"""并单: everybody whose ticket was merged is still owed the answer."""

from __future__ import annotations

import pytest

from hotline.actions.dispatch import handover
from hotline.actions.handling import correction, unit_work
from hotline.actions.intake import attachments, first_contact, opening
from hotline.actions.intake.attachments import KeptFile
from hotline.actions.search import case_view
from hotline.domain.enums import Channel, Verdict
from hotline.domain.errors import AccusedAddressee, MergedElsewhere, WrongState
from hotline.domain.tickets.ticket import COMPLAINANT, Ticket
from tests.build import MONDAY, TUESDAY, Town, a_filing, dispatched, opened, rated, reply, signed
from tests.hotline.actions.conftest import Look

WORDS = {"text": "表井盖也坏了，请一起看看"}


async def merge(town: Town, number: str, filing_key: str, **given: object) -> opening.Opened:
    """One more WeChat filing of the same matter, merged into the ticket of this number."""
    words = {"channel": Channel.WECHAT, "wechat": f"openid-{filing_key}", "phone": ""} | given
    filing = a_filing(client_key=filing_key, **words)
    extra = await opening.open_ticket(town.context, filing, COMPLAINANT, MONDAY)
    await first_contact.merge_ticket(town.context, extra.ticket.ticket_id, number, town.actor("dispatcher"), MONDAY)
    return extra


async def told(town: Town, opened_one: opening.Opened) -> list[str]:
    """Kinds of notice that went to the person of a ticket."""
    rows = await town.context.pool.fetch(
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
async def test_everybody_of_several_merged_tickets_gets_the_answer(town: Town) -> None:
    main = await signed(town)
    extras = [await merge(town, main.number, f"several-{number}") for number in range(3)]
    await reply(town, main, MONDAY)
    assert [(await told(town, extra)).count("replied") for extra in extras] == [1, 1, 1]


@pytest.mark.case("T27")
async def test_a_merged_ticket_shows_the_answer_on_its_own_page(town: Town) -> None:
    main = await signed(town)
    extra = await merge(town, main.number, "merged-0002")
    await reply(town, main, MONDAY)
    page = await case_view.read_progress(town.context, extra.ticket.number, extra.query_code, MONDAY)
    assert [row["public_text"] for row in page.events if row["verb"] == "reply"] == ["水表已更换，多收的已退还。"]


@pytest.mark.case("T25")
async def test_what_was_merged_goes_along_when_its_target_is_merged(town: Town) -> None:
    main, middle = await signed(town), await opened(town)
    extra = await merge(town, middle.number, "merged-0003")
    await first_contact.merge_ticket(town.context, middle.ticket_id, main.number, town.actor("dispatcher"), MONDAY)
    await reply(town, main, MONDAY)
    assert (await told(town, extra)).count("replied") == 1


async def comments(town: Town, ticket: Ticket) -> list[tuple[str | None, dict[str, str]]]:
    """(public text, particulars) of every word added, as a dispatcher reads the history."""
    read = await case_view.read_ticket(town.context, ticket.ticket_id, town.actor("dispatcher"), TUESDAY)
    return [(row["public_text"], row["details"]) for row in read.events if row["verb"] == "comment"]


@pytest.mark.case("P29", "T25")
async def test_what_a_person_adds_to_a_merged_ticket_reaches_the_unit_of_the_target(town: Town, look: Look) -> None:
    main = await signed(town)
    extra = await merge(town, main.number, "merged-0004")
    before = await look.due(main, "reply")
    await unit_work.comment_ticket(town.context, extra.ticket.ticket_id, COMPLAINANT, TUESDAY, WORDS)
    seen = await case_view.read_ticket(town.context, main.ticket_id, town.actor("water"), TUESDAY)
    told = [row["details"] for row in seen.events if row["verb"] == "comment"]
    assert told == [WORDS | {"passed_from": extra.ticket.number}]
    assert (await look.told(main))[f"unit:{main.lead_unit_id}", "commented"] == 1
    assert await comments(town, extra.ticket) == [(WORDS["text"], WORDS | {"passed_to": main.number})]
    assert await look.due(main, "reply") == before


@pytest.mark.case("P29")
async def test_the_person_of_the_target_does_not_read_what_another_person_added(town: Town) -> None:
    filed = await opening.open_ticket(town.context, a_filing(), COMPLAINANT, MONDAY)
    extra = await merge(town, filed.ticket.number, "merged-0005")
    await unit_work.comment_ticket(town.context, extra.ticket.ticket_id, COMPLAINANT, TUESDAY, WORDS)
    theirs = await case_view.read_progress(town.context, filed.ticket.number, filed.query_code, TUESDAY)
    assert [row["public_text"] for row in theirs.events if row["verb"] == "comment"] == [None]
    own = await case_view.read_progress(town.context, extra.ticket.number, extra.query_code, TUESDAY)
    assert [row["public_text"] for row in own.events if row["verb"] == "comment"] == [WORDS["text"]]


@pytest.mark.case("P29")
async def test_a_form_sent_twice_passes_its_words_on_once(town: Town) -> None:
    main = await signed(town)
    extra = await merge(town, main.number, "merged-0006")
    for _ in range(2):
        await unit_work.comment_ticket(
            town.context, extra.ticket.ticket_id, town.actor("operator"), TUESDAY, WORDS, "form-0001"
        )
    assert len(await comments(town, main)) == len(await comments(town, extra.ticket)) == 1


@pytest.mark.case("P29")
async def test_words_reach_a_target_that_was_answered_and_closed_meanwhile(town: Town, look: Look) -> None:
    main = await signed(town)
    extra = await merge(town, main.number, "merged-0007")
    closed = await rated(town, await reply(town, main, MONDAY), Verdict.SATISFIED, TUESDAY)
    await unit_work.comment_ticket(town.context, extra.ticket.ticket_id, COMPLAINANT, TUESDAY, WORDS)
    assert not closed.open
    assert len(await comments(town, main)) == 1
    assert await look.ticking(main) == []


@pytest.mark.case("P29")
async def test_of_a_confidential_ticket_the_words_go_on_without_the_person(town: Town) -> None:
    main = await signed(town)
    known = {"name": "欧阳小明", "phone": "13812345678", "address": "前进村幸福路7号", "channel": Channel.PHONE}
    extra = await merge(town, main.number, "merged-0008", confidential=True, **known)
    text = "我是欧阳小明，住前进村幸福路7号，电话13812345678，表井盖坏了"
    await unit_work.comment_ticket(town.context, extra.ticket.ticket_id, COMPLAINANT, TUESDAY, {"text": text})
    ((_, told),) = await comments(town, main)
    assert "表井盖坏了" in told["text"]
    assert not [one for one in ("欧阳小明", "13812345678", "幸福路7号") if one in told["text"]]
    photo = KeptFile("井盖.jpg", "image/jpeg", 10, bytes(32))
    await attachments.add_files(town.context, extra.ticket.ticket_id, [photo], COMPLAINANT, TUESDAY)
    seen = await case_view.read_ticket(town.context, main.ticket_id, town.actor("water"), TUESDAY)
    assert seen.files == []


@pytest.mark.case("P29", "T25")
async def test_a_photo_added_to_a_merged_ticket_hangs_on_the_target_too(town: Town) -> None:
    main = await signed(town)
    extra = await merge(town, main.number, "merged-0009")
    photo = KeptFile("井盖.jpg", "image/jpeg", 10, bytes(32))
    await attachments.check_room(town.context, extra.ticket.ticket_id, [photo.sha256])
    await attachments.add_files(town.context, extra.ticket.ticket_id, [photo], COMPLAINANT, TUESDAY, "诉求人补充")
    seen = await case_view.read_ticket(town.context, main.ticket_id, town.actor("water"), TUESDAY)
    assert [row["label"] for row in seen.files] == [f"诉求人补充（来自 {extra.ticket.number}）"]


@pytest.mark.case("P29")
async def test_a_unit_that_acts_on_a_merged_ticket_is_told_which_one_goes_on(town: Town) -> None:
    main, other = await signed(town), await dispatched(town, unit="教育局")
    await first_contact.merge_ticket(town.context, other.ticket_id, main.number, town.actor("dispatcher"), MONDAY)
    school, ticket_id = town.actor("school"), other.ticket_id
    with pytest.raises(MergedElsewhere, match=f"已经并入 {main.number}，请在那件工单上签收"):
        await unit_work.sign_ticket(town.context, ticket_id, school, TUESDAY)
    with pytest.raises(MergedElsewhere, match=f"{main.number}，请在那件工单上补充说明"):
        await unit_work.comment_ticket(town.context, ticket_id, school, TUESDAY, WORDS)
    # Whoever filed does not hear another person's number.
    with pytest.raises(WrongState) as refused:
        await first_contact.withdraw_ticket(town.context, ticket_id, COMPLAINANT, TUESDAY, {"reason": "已经解决"})
    assert main.number not in refused.value.sentence


@pytest.mark.case("P29")
async def test_an_unmerged_ticket_keeps_its_words_to_itself_again(town: Town) -> None:
    main = await signed(town)
    extra, dispatcher = await merge(town, main.number, "merged-0010"), town.actor("dispatcher")
    await correction.unmerge_ticket(town.context, extra.ticket.ticket_id, dispatcher, MONDAY, {"reason": "不是一件事"})
    await unit_work.comment_ticket(town.context, extra.ticket.ticket_id, COMPLAINANT, TUESDAY, WORDS)
    assert await comments(town, main) == []


@pytest.mark.case("P29")
async def test_the_accused_unit_hears_nothing_of_a_ticket_against_it(town: Town, look: Look) -> None:
    school = town.unit("教育局")
    main, against = await dispatched(town, unit="水务局"), await opened(town, accused_unit_id=school)
    dispatcher = town.actor("dispatcher")
    await first_contact.merge_ticket(town.context, against.ticket_id, main.number, dispatcher, MONDAY)
    await handover.dispatch_ticket(town.context, main.ticket_id, school, dispatcher, MONDAY, "归口办理")
    await unit_work.comment_ticket(town.context, against.ticket_id, COMPLAINANT, TUESDAY, WORDS)
    assert await comments(town, main) == []
    assert (await look.told(against))["role:dispatcher", "commented"] == 1
    second = await opened(town, accused_unit_id=school)
    with pytest.raises(AccusedAddressee):
        await first_contact.merge_ticket(town.context, second.ticket_id, main.number, dispatcher, TUESDAY)
