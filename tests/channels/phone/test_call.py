"""The operator keys a call in: three ways out, repeats, refusals that keep what was typed, who the caller is."""

import re
from datetime import timedelta

import asyncpg
import pytest

from hotline.actions.intake import opening
from hotline.clock import MovedClock
from hotline.domain.enums import Kind
from tests.build import MONDAY, Town, a_filing, dispatched, opened
from tests.channels.phone.conftest import TakeSeat

WORDS = "三号楼停水两天，物业说是水厂的事。"


def keyed(**given: str) -> dict[str, str]:
    words = {
        "client_key": "console-key-0001", "kind": "help", "body": WORDS, "phone": "138 0013 8000", "name": "王小明",
    }  # fmt: skip
    return words | given


async def test_call_leads_to_its_ticket(take_seat: TakeSeat, pool: asyncpg.Pool) -> None:
    seat = await take_seat("operator")
    answer = await seat.send("/console/tickets", **keyed(pace="life", confidential="1", place="前进村"))
    assert answer.status == 303
    row = await pool.fetchrow("select * from ticket")
    assert answer.headers["Location"] == f"/tickets/{row['ticket_id']}?opened=1"
    assert (row["channel"], row["kind"], row["pace"], row["confidential"], row["place"]) == (
        "phone", "help", "life", True, "前进村",
    )  # fmt: skip
    assert (await seat.client.get(answer.headers["Location"])).status == 200


async def test_staying_gives_number_and_code_that_open_the_progress(take_seat: TakeSeat) -> None:
    seat = await take_seat("operator")
    answer = await seat.send("/console/tickets", **keyed(stay="1"))
    assert answer.headers["Location"].startswith("/console?")
    html = await seat.read(answer.headers["Location"])
    number = re.search(r'<dd class="num">(\d{8}-\d{5})</dd>', html)
    code = re.search(r'<dd class="num">(\d{6})</dd>', html)
    assert number is not None
    assert code is not None
    assert WORDS not in re.sub(r'<div class="bench-known.*', "", html, flags=re.S), "the form must be empty again"
    seen = await seat.client.post("/progress", data={"number": number.group(1), "code": code.group(1)})
    assert seen.status == 200


async def test_code_of_another_ticket_is_not_told(take_seat: TakeSeat, town: Town) -> None:
    ticket = await opened(town)
    seat = await take_seat("operator")
    html = await seat.read(f"/console?number={ticket.number}&key=guessed-key-1")
    assert "查询码" not in html


@pytest.mark.case("T35")
async def test_second_press_opens_nothing_more(take_seat: TakeSeat, pool: asyncpg.Pool) -> None:
    seat = await take_seat("operator")
    first = await seat.send("/console/tickets", **keyed(way="answer", answer="请带身份证到窗口办理。"))
    again = await seat.send("/console/tickets", **keyed(way="answer", answer="请带身份证到窗口办理。"))
    assert first.headers["Location"] == again.headers["Location"]
    assert await pool.fetchval("select count(*) from ticket") == 1
    assert await pool.fetchval("select count(*) from ticket_event") == 2


@pytest.mark.parametrize(
    ("way", "reason", "text"),
    [("answer", "answered", "请带身份证到窗口办理。"), ("redirect", "redirected", "人民法院（诉讼事项）")],
)
async def test_call_ends_at_once(take_seat: TakeSeat, pool: asyncpg.Pool, way: str, reason: str, text: str) -> None:
    seat = await take_seat("operator")
    answer = await seat.send("/console/tickets", **keyed(way=way, answer=text, where=text))
    assert answer.status == 303
    assert await pool.fetchval("select close_reason from ticket") == reason
    assert text in await pool.fetchval("select public_text from ticket_event where verb = $1", way)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"body": ""}, "诉求内容"),
        ({"way": "answer"}, "当场答复的内容"),
        ({"way": "redirect"}, "告知的去向"),
        ({"way": "elsewhere"}, "办理方式"),
        ({"phone": "12"}, "联系电话"),
        ({"kind": "nonsense"}, "诉求类型"),
        ({"pace": "slow"}, "紧急程度"),
        ({"matter_id": "没有这一类"}, "事项分类"),
        ({"accused_unit_id": "没有这个单位"}, "被反映单位"),
        ({"title": "题" * 61}, "标题"),
        ({"body": "话" * 12_001}, "太长"),
    ],
)
async def test_refused_call_keeps_what_was_typed(
    take_seat: TakeSeat, pool: asyncpg.Pool, given: dict[str, str], sentence: str
) -> None:
    seat = await take_seat("operator")
    answer = await seat.send("/console/tickets", **keyed(place="前进村三组", **given))
    html = await answer.text()
    assert answer.status == 422
    assert sentence in html
    assert 'value="前进村三组"' in html
    assert 'name="client_key" value="console-key-0001"' in html
    assert await pool.fetchval("select count(*) from ticket") == 0


async def test_matter_and_accused_are_taken_by_name(take_seat: TakeSeat, town: Town, pool: asyncpg.Pool) -> None:
    seat = await take_seat("operator")
    await seat.send("/console/tickets", **keyed(matter_id="城乡建设 · 停水", accused_unit_id="东湖水厂"))
    row = await pool.fetchrow("select matter_id, accused_unit_id, pace from ticket")
    assert (row["matter_id"], row["accused_unit_id"], row["pace"]) == ("water.outage", town.unit("东湖水厂"), "utility")


async def test_caller_is_known_by_any_spelling_of_the_number(
    take_seat: TakeSeat, town: Town, pool: asyncpg.Pool
) -> None:
    earlier = await opened(town, phone="13800138000", title="水费贵了")
    await opened(town, phone="13900139000", title="别人的事")
    seat = await take_seat("operator")
    html = await seat.read("/console/caller?phone=+86 138-0013-8000")
    assert earlier.number in html
    assert "别人的事" not in html
    assert "13800138000" not in html
    assert await pool.fetchval("select count(*) from view_log where what = 'search'") == 1


LANDLINE = "0516-86251234"


async def test_shared_landline_names_no_confidential_ticket(take_seat: TakeSeat, town: Town) -> None:
    ordinary = await dispatched(town, phone=LANDLINE, name="李大海", title="水费贵了", place="前进村")
    hidden = await dispatched(
        town, unit="教育局", phone=LANDLINE, kind=Kind.TIP_OFF, name="赵青山", title="食堂采购有问题", place="永安小学",
    )  # fmt: skip
    asked = await dispatched(town, unit="永安镇", phone=LANDLINE, confidential=True, title="宅基地的事")
    for login in ("operator", "dispatcher"):
        html = await (await take_seat(login)).read(f"/console/caller?phone={LANDLINE}")
        assert ordinary.number in html
        assert "李某某" in html
        assert "共 1 件" in html
        told = (
            hidden.number,
            str(hidden.ticket_id),
            asked.number,
            hidden.title,
            asked.title,
            "永安",
            "教育局",
            "举报",
            "赵",
        )
        assert [word for word in (*told, "李大海") if word in html] == []


async def test_number_with_confidential_tickets_alone_looks_like_an_unknown_one(
    take_seat: TakeSeat, town: Town
) -> None:
    await dispatched(town, phone=LANDLINE, kind=Kind.TIP_OFF)
    seat = await take_seat("operator")
    known, unknown = [
        re.sub(r"<script.*?</script>", "", await seat.read(f"/console/caller?phone={phone}"))
        for phone in (LANDLINE, "0516-86259999")
    ]
    assert "没有可以列出的诉求" in known
    assert known == unknown


async def test_confidential_tickets_do_not_push_ordinary_ones_off_the_panel(take_seat: TakeSeat, town: Town) -> None:
    earlier = await opened(town, phone=LANDLINE, name="")
    for minute in range(10):
        await opened(town, MONDAY + timedelta(minutes=minute + 1), phone=LANDLINE, kind=Kind.TIP_OFF)
    html = await (await take_seat("operator")).read(f"/console/caller?phone={LANDLINE}")
    assert earlier.number in html
    assert "未留姓名" in html


@pytest.mark.parametrize(
    ("phone", "note"),
    [("", "输入来电号码"), ("138", "号码还不完整"), ("13600136000", "没有可以列出的诉求"), ("%00<b>", "号码还不完整")],
)
async def test_unknown_caller_is_told_in_words(take_seat: TakeSeat, town: Town, phone: str, note: str) -> None:
    seat = await take_seat("operator")
    html = await seat.read(f"/console/caller?phone={phone}")
    assert note in html
    assert "<b>" not in html


@pytest.mark.case("P23")
async def test_number_in_the_words_of_another_ticket_is_nobodys_identity(take_seat: TakeSeat, town: Town) -> None:
    ticket = await opened(town, phone="13900139000", body="请打13600136000找我舅舅，他知道水表的事。")
    seat = await take_seat("operator")
    html = await seat.read("/console/caller?phone=13600136000")
    assert "没有可以列出的诉求" in html
    assert ticket.number not in html


async def test_latest_lists_own_tickets_only(take_seat: TakeSeat, town: Town, clock: MovedClock) -> None:
    await opening.open_ticket(town.context, a_filing(title="我登记的"), town.actor("operator"), MONDAY)
    await opening.open_ticket(town.context, a_filing(title="别人登记的"), town.actor("dispatcher"), MONDAY)
    clock.move_to(MONDAY + timedelta(minutes=5))
    html = await (await take_seat("operator")).read("/console")
    assert "我登记的" in html
    assert "别人登记的" not in html


async def test_form_without_its_token_is_refused(take_seat: TakeSeat, pool: asyncpg.Pool) -> None:
    seat = await take_seat("operator")
    other = await take_seat("dispatcher")
    for token in ("", "nonsense", other.csrf):
        seat.csrf = token
        assert (await seat.send("/console/tickets", **keyed())).status == 403
    assert await pool.fetchval("select count(*) from ticket") == 0


async def test_console_is_for_operators_and_dispatchers(take_seat: TakeSeat) -> None:
    for login in ("water", "leader", "supervisor", "admin"):
        seat = await take_seat(login)
        await seat.read("/console", 403)
        await seat.read("/console/caller?phone=13800138000", 403)
        await seat.read("/console/calls", 403)
        await seat.read("/console/dispatch", 403)
        assert (await seat.send("/console/tickets", **keyed())).status == 403


async def test_strangers_are_sent_to_the_log_in(take_seat: TakeSeat) -> None:
    seat = await take_seat("operator")
    seat.client.session.cookie_jar.clear()
    for path in ("/console", "/console/calls", "/console/dispatch", "/console/alarms"):
        answer = await seat.client.get(path, allow_redirects=False)
        assert (answer.status, answer.headers["Location"].split("?")[0]) == (303, "/login")


async def test_binary_and_wrong_content_are_refused(take_seat: TakeSeat, pool: asyncpg.Pool) -> None:
    seat = await take_seat("operator")
    url = "/console/tickets"
    for body, kind in ((b"\x00\xff\xfe", "application/octet-stream"), (b'{"body":"x"}', "application/json")):
        assert (await seat.client.post(url, data=body, headers={"Content-Type": kind})).status == 400
    bad = f"csrf={seat.csrf}&client_key=console-key-1&kind=help&body=%FF%FE".encode()
    answer = await seat.client.post(url, data=bad, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 400
    assert await pool.fetchval("select count(*) from ticket") == 0
