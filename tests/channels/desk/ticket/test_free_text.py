"""Free text of the office: cleaned at the door, empty when nothing shows, and printed in letters at any moment."""

from datetime import timedelta
from io import BytesIO

import asyncpg
import pytest
from docx import Document
from pypdf import PdfReader

from tests.build import MONDAY, Town, replied, signed
from tests.channels.desk.conftest import LogIn
from tests.fonts import with_fonts

REAL = MONDAY + timedelta(microseconds=123_456)


@pytest.mark.parametrize("reply", ["\u200b\u200b", "\u202e\ufeff", "\u3164"])
async def test_a_reply_with_nothing_to_see_is_no_reply(
    log_in: LogIn, town: Town, pool: asyncpg.Pool, reply: str
) -> None:
    ticket, water = await signed(town), await log_in("water")
    status, _, text = await water.do(ticket.ticket_id, "reply", reply=reply, facts="上门核对了读数")
    assert status == 422
    assert "还缺：" in text
    assert await pool.fetchval("select state from ticket where ticket_id = $1", ticket.ticket_id) == "signed"


async def test_invisible_marks_do_not_reach_the_history(log_in: LogIn, town: Town, pool: asyncpg.Pool) -> None:
    ticket, water = await signed(town), await log_in("water")
    assert (await water.do(ticket.ticket_id, "comment", text="上门\u202e看\ufffe过\u200b✅"))[0] == 303
    kept = await pool.fetchval(
        "select details ->> 'text' from ticket_event where ticket_id = $1 and verb = 'comment'", ticket.ticket_id
    )
    assert kept == "上门看过✅"


@with_fonts
async def test_a_letter_of_a_moment_with_microseconds_and_an_old_text_is_printed(
    log_in: LogIn, town: Town, pool: asyncpg.Pool
) -> None:
    ticket = await replied(town, REAL)
    letter = await pool.fetchrow("select letter_id, issued_at from letter where ticket_id = $1", ticket.ticket_id)
    assert letter["issued_at"].microsecond == REAL.microsecond
    # A row from before texts were cleaned at the door.
    await pool.execute("update ticket set title = $2 where ticket_id = $1", ticket.ticket_id, "水费\ufffe多了✅😀")
    water = await log_in("water")
    files = {}
    for ending in ("pdf", "docx"):
        async with water.http.get(f"/letters/{letter['letter_id']}.{ending}") as answer:
            assert answer.status == 200, ending
            files[ending] = BytesIO(await answer.read())
    printed = "".join(page.extract_text() for page in PdfReader(files["pdf"]).pages)
    assert "水费多了√［表情］" in "".join(printed.split())
    document = Document(files["docx"])
    assert "水费多了√［表情］" in "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert document.core_properties.created is not None
    assert document.core_properties.created.hour == 1
