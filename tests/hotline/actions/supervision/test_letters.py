"""催办 by hand, and the numbered documents of a ticket: once, without gaps, without the person."""

from datetime import datetime
from io import BytesIO
from uuid import UUID

import docx
import pytest

from hotline.actions import interview
from hotline.actions.handling import unit_work
from hotline.actions.supervision import tiers
from hotline.actions.supervision.letters import read_letter
from hotline.documents import docx_of, letter_file, letter_sheet
from hotline.domain.enums import Document
from hotline.domain.errors import AlreadyReminded, NotAllowed, NotFound, NothingOwed
from tests import build
from tests.build import FRIDAY, MONDAY, NEXT_MONDAY, SATURDAY, TUESDAY, Town, moment
from tests.hotline.actions.conftest import Look


async def press(town: Town, ticket_id: UUID, login: str, now: datetime) -> None:
    await tiers.remind_unit(town.context, ticket_id, town.actor(login), now)


def text_of(content: bytes) -> str:
    opened = docx.Document(BytesIO(content))
    cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in opened.paragraphs] + cells)


async def test_a_press_issues_a_numbered_notice_and_tells_who_is_in_charge(town: Town, look: Look) -> None:
    ticket = await build.signed(town)
    other = await build.dispatched(town)
    await press(town, ticket.ticket_id, "dispatcher", MONDAY)
    await press(town, other.ticket_id, "inspector", MONDAY)
    assert (await look.told(ticket))[f"account:{town.actor('water').account_id}", "reminder"] == 1
    assert (await look.told(other))[f"unit:{town.unit('水务局')}", "reminder"] == 1
    numbers = [row["number"] for one in (ticket, other) for row in await look.letters(one, "reminder_notice")]
    assert numbers == [1, 2]
    assert (await look.events(ticket)).count("remind") == 1


async def test_one_role_presses_once_a_working_day_and_another_role_too(town: Town, look: Look) -> None:
    ticket = await build.signed(town)
    await press(town, ticket.ticket_id, "supervisor", MONDAY)
    for login, now in (("supervisor", MONDAY), ("supervisor2", moment("2026-11-23", "16:00"))):
        with pytest.raises(AlreadyReminded) as refused:
            await press(town, ticket.ticket_id, login, now)
        assert "11月23日已经催办过" in refused.value.sentence
    await press(town, ticket.ticket_id, "inspector", MONDAY)
    await press(town, ticket.ticket_id, "supervisor", TUESDAY)
    assert [row["number"] for row in await look.letters(ticket, "reminder_notice")] == [1, 2, 3]


async def test_a_press_on_a_weekend_counts_for_the_day_it_goes_out(town: Town, look: Look) -> None:
    ticket = await build.signed(town, FRIDAY)
    await press(town, ticket.ticket_id, "dispatcher", SATURDAY)
    with pytest.raises(AlreadyReminded):
        await press(town, ticket.ticket_id, "dispatcher", NEXT_MONDAY)


async def test_a_form_sent_twice_presses_once(town: Town, look: Look) -> None:
    ticket = await build.signed(town)
    for _ in range(2):
        await tiers.remind_unit(town.context, ticket.ticket_id, town.actor("dispatcher"), MONDAY, "key-1")
    assert len(await look.letters(ticket, "reminder_notice")) == 1


async def test_nobody_is_pressed_who_owes_nothing_or_by_whom_it_is_not(town: Town) -> None:
    with pytest.raises(NothingOwed):
        await press(town, (await build.replied(town)).ticket_id, "dispatcher", MONDAY)
    with pytest.raises(NotAllowed):
        await press(town, (await build.signed(town)).ticket_id, "water", MONDAY)


async def test_every_reply_is_a_numbered_document_the_person_may_be_handed(town: Town, look: Look) -> None:
    first, second = await build.replied(town), await build.replied(town)
    (one,), (two,) = await look.letters(first, "written_reply"), await look.letters(second, "written_reply")
    assert (one["number"], two["number"]) == (1, 2)
    kind, facts = await read_letter(town.context, two["letter_id"], town.actor("water"))
    assert kind is Document.WRITTEN_REPLY
    assert letter_file(kind, facts) == "阳热答〔2026〕2号答复意见书"
    text = text_of(docx_of(letter_sheet(kind, facts)))
    assert "水表已更换，多收的已退还。" in text
    assert second.number in text
    assert "王" not in text


async def test_an_interview_held_leaves_its_record(town: Town, look: Look) -> None:
    ticket = await build.owed(town)
    await build.held(town, ticket, TUESDAY)
    (row,) = await look.letters(ticket, "interview_record")
    kind, facts = await read_letter(town.context, row["letter_id"], town.actor("inspector"))
    text = text_of(docx_of(letter_sheet(kind, facts)))
    for words in (
        "抄表员未入户",
        "供水条例",
        "当面核对了近半年的读数。",
        "村（社区）",
        "水务局副局长",
        "2026年11月24日09:00",
    ):
        assert words in text


async def test_a_promised_day_stands_in_the_record(town: Town, look: Look) -> None:
    ticket = await build.owed(town)
    water, context = town.actor("water"), town.context
    await interview.plan_interview(context, ticket.ticket_id, TUESDAY, water, MONDAY, build.PLAN)
    promised = moment("2026-12-01").date()
    given = build.MINUTES | {"outcome": "done"}
    await interview.hold_interview(context, ticket.ticket_id, TUESDAY, promised, water, TUESDAY, given)
    (row,) = await look.letters(ticket, "interview_record")
    assert "2026年12月1日" in text_of(docx_of(letter_sheet(*await read_letter(context, row["letter_id"], water))))


async def test_the_notice_says_the_limit_and_who_presses(town: Town, look: Look) -> None:
    ticket = await build.signed(town)
    await press(town, ticket.ticket_id, "inspector", TUESDAY)
    (row,) = await look.letters(ticket, "reminder_notice")
    text = text_of(docx_of(letter_sheet(*await read_letter(town.context, row["letter_id"], town.actor("water")))))
    assert "阳光县纪委纠风办" in text
    assert "答复期限：2026年11月30日17:30前，期限内办结。" in text


async def test_a_confidential_tickets_documents_say_the_matter_and_no_number(town: Town, look: Look) -> None:
    ticket = await build.signed(town, confidential=True, title="王小明家水费")
    given = {"reply": "已与王小明（13800138000）核对。", "facts": "核对"}
    await unit_work.reply_ticket(town.context, ticket.ticket_id, town.actor("water"), MONDAY, given)
    (row,) = await look.letters(ticket, "written_reply")
    text = text_of(docx_of(letter_sheet(*await read_letter(town.context, row["letter_id"], town.actor("water")))))
    assert "城乡建设 · 水费" in text
    assert "王小明" not in text
    assert "13800138000" not in text


async def test_a_document_is_read_inside_the_own_rows_only(town: Town, look: Look) -> None:
    (row,) = await look.letters(await build.replied(town), "written_reply")
    with pytest.raises(NotFound):
        await read_letter(town.context, row["letter_id"], town.actor("school"))
