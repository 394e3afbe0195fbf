"""What the person sees and does with number and query code, over real HTTP."""

import io
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import docx
import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient
from pypdf import PdfReader

from hotline.actions import interview
from hotline.actions.dispatch import handover
from hotline.actions.handling import unit_work
from hotline.actions.intake import first_contact, opening
from hotline.actions.supervision import tiers
from hotline.clock import MovedClock
from hotline.domain.enums import Channel
from hotline.domain.tickets.ticket import COMPLAINANT, Ticket
from tests.build import MONDAY, THURSDAY, TUESDAY, WEDNESDAY, Town, a_filing
from tests.fonts import with_fonts
from tests.pictures import a_png

Client = TestClient[Any, Any]
HOUR = timedelta(hours=1)
SECRET = "只在办公室里看的情况"


@dataclass(frozen=True)
class Own:
    ticket: Ticket
    code: str

    def data(self, **fields: str) -> dict[str, str]:
        return {"number": self.ticket.number, "code": self.code, "client_key": f"own-key-{len(fields)}"} | fields


async def filed(town: Town, **given: Any) -> Own:
    filing = a_filing(channel=Channel.WEBSITE, **given)
    opened = await opening.open_ticket(town.context, filing, COMPLAINANT, MONDAY)
    return Own(opened.ticket, opened.query_code)


async def answered(town: Town, **given: Any) -> Own:
    own = await filed(town, **given)
    ticket_id, water, how = own.ticket.ticket_id, town.actor("water"), "relay" if given.get("confidential") else "phone"
    await handover.dispatch_ticket(
        town.context, ticket_id, town.unit("水务局"), town.actor("dispatcher"), MONDAY + HOUR, "内部理由"
    )
    await unit_work.sign_ticket(town.context, ticket_id, water, MONDAY + 2 * HOUR)
    await unit_work.record_contact(town.context, ticket_id, water, MONDAY + 3 * HOUR, {"how": how, "text": SECRET})
    await unit_work.comment_ticket(town.context, ticket_id, water, MONDAY + 3 * HOUR, {"text": SECRET})
    given_reply = {"reply": "已更换水表，多收部分下月退还。", "facts": SECRET}
    await unit_work.reply_ticket(town.context, ticket_id, water, TUESDAY, given_reply)
    return own


async def test_wrong_number_and_wrong_code_get_the_same_answer(town: Town, public: Client) -> None:
    own = await filed(town)
    wrong = f"{(int(own.code) + 1) % 1_000_000:06d}"
    answers = [
        await public.post("/progress", data={"number": own.ticket.number, "code": wrong}),
        await public.post("/progress", data={"number": "20260101-00001", "code": own.code}),
    ]
    pages = [(await answer.text()).replace("20260101-00001", own.ticket.number) for answer in answers]
    assert [answer.status for answer in answers] == [404, 404]
    assert pages[0] == pages[1]
    assert "工单号或查询码不对" in pages[0]


async def test_full_width_digits_and_blanks_are_understood(town: Town, public: Client) -> None:
    own = await filed(town)
    wide = str.maketrans("0123456789-", "０１２３４５６７８９－")
    given = {
        "number": f" {own.ticket.number.translate(wide)}",
        "code": f"{own.code[:3]} {own.code[3:]}".translate(wide),
    }
    assert (await public.post("/progress", data=given)).status == 200


@pytest.mark.parametrize(
    "written", ["{day}{row}", "{day} {row}", "工单号 {day} {row}。", "工单号：{day}-{row}，请保存"]
)
async def test_a_number_pasted_with_its_words_or_without_a_hyphen_is_known(
    town: Town, public: Client, written: str
) -> None:
    own = await filed(town)
    day, row = own.ticket.number.split("-")
    number = written.format(day=day, row=row)
    assert (await public.post("/progress", data={"number": number, "code": own.code})).status == 200
    assert f'value="{own.ticket.number}"' in await (await public.get("/progress", params={"number": number})).text()
    wrong = f"{(int(own.code) + 1) % 1_000_000:06d}"
    told = [
        (await public.post("/progress", data={"number": n, "code": wrong})).status
        for n in (number, own.ticket.number) * 4
    ]
    assert told == [404] * 6 + [429] * 2


async def test_guessing_codes_is_held_off_and_forgotten_later(town: Town, public: Client, clock: MovedClock) -> None:
    own = await filed(town)
    wrong = {"number": own.ticket.number, "code": f"{(int(own.code) + 1) % 1_000_000:06d}"}
    assert [(await public.post("/progress", data=wrong)).status for _ in range(7)] == [404] * 6 + [429]
    assert (await public.post("/progress", data=own.data())).status == 429
    assert (await public.post("/progress/withdraw", data=own.data(reason="x"))).status == 429
    other = await filed(town)
    assert (await public.post("/progress", data=other.data())).status == 200
    clock.move_to(MONDAY + timedelta(minutes=11))
    assert (await public.post("/progress", data=own.data())).status == 200


async def test_path_tells_nothing_of_the_office(town: Town, public: Client, clock: MovedClock) -> None:
    own = await answered(town)
    clock.move_to(TUESDAY + HOUR)
    html = await (await public.post("/progress", data=own.data())).text()
    assert "已更换水表，多收部分下月退还。" in html
    assert "已交水务局办理。" in html
    for hidden in (SECRET, "内部理由", "water同志", "dispatcher同志", "热线办公室", "13800138000"):
        assert hidden not in html, hidden


async def test_limit_is_told_in_words(town: Town, public: Client) -> None:
    own = await filed(town)
    ticket_id = own.ticket.ticket_id
    await handover.dispatch_ticket(town.context, ticket_id, town.unit("水务局"), town.actor("dispatcher"), MONDAY)
    await unit_work.sign_ticket(town.context, ticket_id, town.actor("water"), MONDAY)
    html = await (await public.post("/progress", data=own.data())).text()
    assert "最迟 11月30日（周一）17:30 前答复您" in html
    assert "还剩 5 个工作日" in html


async def test_satisfied_rating_closes_and_its_repeat_changes_nothing(
    town: Town, public: Client, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    own = await answered(town)
    clock.move_to(TUESDAY + HOUR)
    given = own.data(contacted="yes", solved="yes", verdict="satisfied", unit_mark="5", words="谢谢")
    for _ in range(2):
        answer = await public.post("/progress/rate", data=given)
        assert answer.status == 200
        assert "已经办结，您的评价是满意" in await answer.text()
    assert await pool.fetchval("select count(*) from callback where verdict = 'satisfied' and unit_mark = 5") == 1


async def test_dissatisfied_rating_owes_an_interview_and_its_plan_is_shown(
    town: Town, public: Client, clock: MovedClock
) -> None:
    own = await answered(town)
    clock.move_to(TUESDAY + HOUR)
    answer = await public.post("/progress/rate", data=own.data(contacted="yes", solved="no", verdict="dissatisfied"))
    assert "将当面约谈" in await answer.text()
    plan = {"cause": SECRET, "solution": SECRET, "rules": SECRET, "meet_where": "前进村村委会"}
    water = town.actor("water")
    await interview.plan_interview(town.context, own.ticket.ticket_id, THURSDAY, water, WEDNESDAY, plan)
    html = await (await public.post("/progress", data=own.data())).text()
    assert "前进村村委会" in html
    assert "11月26日" in html
    assert SECRET not in html


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "承办单位是否联系过您、事情是否解决、您是否满意"),
        ({"contacted": "maybe", "solved": "no", "verdict": "satisfied"}, "填写有误"),
        ({"contacted": "yes", "solved": "no", "verdict": "splendid"}, "满意程度"),
        ({"contacted": "yes", "solved": "no", "verdict": "satisfied", "unit_mark": "9"}, "评分"),
        ({"contacted": "yes", "solved": "no", "verdict": "satisfied", "words": "话" * 2001}, "太长"),
    ],
)
async def test_incomplete_rating_comes_back_with_its_sentence(
    town: Town, public: Client, clock: MovedClock, given: dict[str, str], sentence: str
) -> None:
    own = await answered(town)
    clock.move_to(TUESDAY + HOUR)
    answer = await public.post("/progress/rate", data=own.data(**given))
    assert answer.status == 422
    assert sentence in await answer.text()


async def test_rating_before_a_reply_is_refused(town: Town, public: Client) -> None:
    own = await filed(town)
    given = own.data(contacted="yes", solved="yes", verdict="satisfied")
    answer = await public.post("/progress/rate", data=given)
    assert answer.status == 409
    assert "不能评价" in await answer.text()


async def test_missing_details_are_supplied_with_a_photo(town: Town, public: Client, pool: asyncpg.Pool) -> None:
    own = await filed(town)
    missing = {"missing": "1. 水表编号；2. 近三个月的账单照片。"}
    await first_contact.ask_details(town.context, own.ticket.ticket_id, town.actor("operator"), MONDAY, missing)
    html = await (await public.post("/progress", data=own.data())).text()
    assert "近三个月的账单照片" in html
    form = FormData(own.data(text="表号12，账单见照片"), default_to_multipart=True, quote_fields=False)
    form.add_field("files", a_png(), filename="账单.png")
    answer = await public.post("/progress/details", data=form)
    assert answer.status == 200
    assert await pool.fetchval("select state from ticket") == "received"
    assert await pool.fetchval("select label from attachment") == "诉求人补充"


async def test_own_word_is_added_and_shown(town: Town, public: Client) -> None:
    own = await filed(town)
    answer = await public.post("/progress/comment", data=own.data(text="今天水又停了一次"))
    assert answer.status == 200
    assert "今天水又停了一次" in await answer.text()


async def test_withdrawing_wants_a_reason_and_ends_it(town: Town, public: Client, pool: asyncpg.Pool) -> None:
    own = await filed(town)
    assert (await public.post("/progress/withdraw", data=own.data(reason=""))).status == 422
    answer = await public.post("/progress/withdraw", data=own.data(reason="已经解决了", client_key="own-key-9"))
    assert "您已经撤回" in await answer.text()
    assert await pool.fetchval("select close_reason from ticket") == "withdrawn"


@pytest.mark.case("P25")
@pytest.mark.parametrize("deed", ["rate", "comment", "withdraw", "details"])
async def test_nothing_is_done_with_a_wrong_code(town: Town, public: Client, pool: asyncpg.Pool, deed: str) -> None:
    own = await filed(town)
    wrong = own.data(text="x", reason="x", code=f"{(int(own.code) + 1) % 1_000_000:06d}")
    answer = await public.post(f"/progress/{deed}", data=wrong)
    assert answer.status == 404
    assert await pool.fetchval("select count(*) from ticket_event") == 1


async def test_control_signs_in_the_address_are_harmless(public: Client) -> None:
    for path in ("/progress?number=%00%01", "/file/done?number=%00&key=%00", "/file/done?key=%F0%9F%98%80"):
        assert (await public.get(path)).status in (200, 404)


async def download(public: Client, own: Own, letter_id: object, **given: str) -> tuple[int, bytes]:
    answer = await public.post("/progress/letter", data=own.data(letter=str(letter_id)) | given)
    return answer.status, await answer.read()


def words_in(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)


async def test_the_person_takes_the_reply_letter_home(
    town: Town, public: Client, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    own = await answered(town, confidential=True, title="水费多了三倍")
    clock.move_to(TUESDAY + HOUR)
    html = await (await public.post("/progress", data=own.data())).text()
    letter_id = re.search(r'name="letter" value="([^"]+)"', html)
    assert letter_id is not None
    assert "阳热答〔2026〕1号" in html
    status, content = await download(public, own, letter_id.group(1))
    words = words_in(content)
    assert status == 200
    assert "已更换水表，多收部分下月退还。" in words
    assert "您反映的“水费多了三倍”" in words
    assert "王小明" not in words
    assert SECRET not in words
    look = await pool.fetchrow("select * from view_log where what = 'letter'")
    assert (look["ticket_id"], look["account_id"], look["reason"]) == (own.ticket.ticket_id, None, "written_reply")
    assert look["address"]


@with_fonts
async def test_the_reply_letter_is_taken_as_pdf(
    town: Town, public: Client, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    own = await answered(town)
    clock.move_to(TUESDAY + HOUR)
    letter_id = await pool.fetchval("select letter_id from letter where kind = 'written_reply'")
    status, content = await download(public, own, letter_id, format="pdf")
    words = re.sub(r"\s", "", PdfReader(io.BytesIO(content)).pages[0].extract_text())
    assert (status, "已更换水表，多收部分下月退还。" in words) == (200, True)


async def test_nobody_takes_anothers_letter_nor_one_of_the_office(
    town: Town, public: Client, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    own, other = await answered(town), await answered(town, phone="13700137000")
    ticket_id = own.ticket.ticket_id
    await tiers.supervise_ticket(town.context, ticket_id, town.actor("supervisor"), TUESDAY)
    clock.move_to(TUESDAY + HOUR)
    letters = dict(await pool.fetch("select kind, letter_id from letter where ticket_id = $1", ticket_id))
    assert set(letters) == {"written_reply", "supervision_letter"}
    html = await (await public.post("/progress", data=own.data())).text()
    assert str(letters["supervision_letter"]) not in html
    assert (await download(public, own, letters["supervision_letter"]))[0] == 404
    assert (await download(public, other, letters["written_reply"]))[0] == 404
    assert (await download(public, own, letters["written_reply"], code="000000"))[0] == 404
    assert (await download(public, own, ticket_id))[0] == 404
    assert (await download(public, own, "x"))[0] == 422
    assert (await download(public, own, ""))[0] == 422
    assert not await pool.fetchval("select count(*) from view_log where what = 'letter'")
