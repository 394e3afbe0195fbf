"""Filing on the website, over real HTTP: what is taken, what is refused and kept, and repeats."""

import hashlib
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient

from hotline.clock import MovedClock
from hotline.config import Settings
from tests.build import Town
from tests.pictures import HIDDEN, a_jpeg, a_png
from workers.dispatch import dispatch_due

Client = TestClient[Any, Any]
PNG = a_png()
WORDS = "村口的路灯坏了一个多月，晚上老人走路不安全。"


def filled(**given: str) -> dict[str, str]:
    words = {"client_key": "website-key-0001", "kind": "help", "body": WORDS, "place": "前进村", "phone": "13800138000"}
    return words | given


def with_files(*files: tuple[str, bytes], **given: str) -> FormData:
    form = FormData(filled(**given), default_to_multipart=True, quote_fields=False)
    for name, content in files:
        form.add_field("files", BytesIO(content), filename=name, content_type="image/png")
    return form


async def count(pool: asyncpg.Pool, table: str) -> int:
    return int(await pool.fetchval(f"select count(*) from {table}"))


def told(html: str) -> tuple[str, str]:
    """Number and query code as the result page shows them."""
    number = re.search(r'id="number">(\d{8}-\d{5})<', html)
    code = re.search(r'id="code">(\d{6})<', html)
    assert number is not None
    assert code is not None
    return number.group(1), code.group(1)


async def test_filing_leads_to_number_and_code(public: Client, pool: asyncpg.Pool) -> None:
    answer = await public.post("/file", data=filled())
    assert answer.status == 200
    number, code = told(await answer.text())
    assert await pool.fetchval("select number from ticket") == number
    path = await public.post("/progress", data={"number": number, "code": code})
    assert path.status == 200
    assert WORDS in await path.text()


async def test_same_form_twice_opens_one_ticket_and_shows_the_same(public: Client, pool: asyncpg.Pool) -> None:
    first = told(await (await public.post("/file", data=filled())).text())
    again = told(await (await public.post("/file", data=filled(body="改过的内容也不会再开一件"))).text())
    assert again == first
    assert await count(pool, "ticket") == 1


async def test_result_page_of_another_key_is_not_shown(public: Client) -> None:
    number, _ = told(await (await public.post("/file", data=filled())).text())
    answer = await public.get("/file/done", params={"number": number, "key": "website-key-0002"})
    assert answer.status == 404


async def test_photos_lie_under_their_digest_and_hang_on_the_ticket(
    public: Client, pool: asyncpg.Pool, settings: Settings
) -> None:
    answer = await public.post("/file", data=with_files(("路灯.png", PNG), ("说明.txt.jpg", a_jpeg())))
    assert answer.status == 200
    assert "附件 2 个" in await answer.text()
    rows = await pool.fetch(
        "select file_name, media_type, sha256, size_bytes, account_id from attachment order by file_name"
    )
    assert [(row["file_name"], row["media_type"]) for row in rows] == [
        ("说明.txt.jpg", "image/jpeg"),
        ("路灯.png", "image/png"),
    ]
    for row in rows:
        digest = row["sha256"].hex()
        kept = (settings.files_dir / digest[:2] / digest).read_bytes()
        assert hashlib.sha256(kept).hexdigest() == digest
        assert len(kept) == row["size_bytes"]
        assert HIDDEN.encode() not in kept
    assert len(_files(settings.files_dir)) == len(rows)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_repeat_with_photos_keeps_each_once(public: Client, pool: asyncpg.Pool) -> None:
    for _ in range(2):
        await public.post("/file", data=with_files(("一.png", PNG)))
    assert await count(pool, "attachment") == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [("病毒.exe", b"MZ" + bytes(100)), ("页面.png", b"<html><script>1</script>"), ("包.docx", b"PK\x03\x04" + bytes(60)), ("短.png", b"\x89PN")],
)  # fmt: skip
async def test_file_that_is_no_picture_is_refused_by_name(
    public: Client, pool: asyncpg.Pool, settings: Settings, name: str, content: bytes
) -> None:
    answer = await public.post("/file", data=with_files((name, content)))
    html = await answer.text()
    assert answer.status == 415
    assert name in html
    assert WORDS in html, "what was typed must come back"
    assert await count(pool, "ticket") == 0
    assert not settings.files_dir.exists() or _files(settings.files_dir) == []


async def test_name_of_a_file_cannot_leave_the_folder_or_lie_about_its_type(public: Client, pool: asyncpg.Pool) -> None:
    await public.post("/file", data=with_files(("../../etc/图.html", PNG)))
    assert await pool.fetchval("select file_name from attachment") == "图.png"


async def test_file_over_ten_megabytes_is_refused(public: Client, pool: asyncpg.Pool) -> None:
    answer = await public.post("/file", data=with_files(("大.png", PNG + bytes(10 * 1024 * 1024))))
    assert answer.status == 413
    assert "10 MB" in await answer.text()
    assert await count(pool, "ticket") == 0


async def test_nine_photos_of_five_megabytes_are_taken(public: Client, pool: asyncpg.Pool) -> None:
    photos = [(f"{place}.png", a_png(place) + bytes([place]) * (5 * 1024 * 1024)) for place in range(9)]
    answer = await public.post("/file", data=with_files(*photos))
    assert answer.status == 200
    assert await count(pool, "attachment") == 9


async def test_tenth_photo_is_refused(public: Client, pool: asyncpg.Pool) -> None:
    answer = await public.post("/file", data=with_files(*[(f"{place}.png", PNG) for place in range(10)]))
    assert answer.status == 422
    assert "最多9个" in await answer.text()
    assert await count(pool, "ticket") == 0


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"body": "  "}, "诉求内容"),
        ({"body": "话" * 12_001}, "太长"),
        ({"kind": "nonsense"}, "诉求类型"),
        ({"kind": ""}, "哪一类"),
        ({"matter_id": "no.such"}, "事项分类"),
        ({"phone": "12"}, "联系电话"),
        ({"name": "名" * 41}, "姓名"),
        ({"client_key": "短"}, "表单编号"),
        ({"client_key": ""}, "表单编号"),
    ],
)
async def test_wrong_field_comes_back_with_its_sentence(
    public: Client, pool: asyncpg.Pool, given: dict[str, str], sentence: str
) -> None:
    answer = await public.post("/file", data=filled(**given))
    html = await answer.text()
    assert answer.status == 422
    assert sentence in html
    assert "前进村" in html, "what was typed must come back"
    assert await count(pool, "ticket") == 0


@pytest.mark.parametrize("key", ["website key 0001", "' or 1=1--", "website-key\t0001", "website-key-钥匙"])
async def test_key_with_a_blank_is_refused_the_first_time_and_again(
    public: Client, pool: asyncpg.Pool, key: str
) -> None:
    answers = [await public.post("/file", data=filled(client_key=key)) for _ in range(2)]
    assert [answer.status for answer in answers] == [422, 422]
    assert all(["表单编号" in await answer.text() for answer in answers])
    assert await count(pool, "ticket") == 0


async def test_form_that_came_back_keeps_its_key(public: Client) -> None:
    html = await (await public.post("/file", data=filled(phone="12"))).text()
    assert 'name="client_key" value="website-key-0001"' in html


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"body=%FF%FE&kind=help&client_key=website-key-0001", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe\x00\x01", "application/x-www-form-urlencoded; charset=utf-16", None),
        (b'{"body": "x"}', "application/json", 400),
        (b"not multipart at all", "multipart/form-data; boundary=x", None),
        (b"x", "multipart/form-data", None),
    ],
)
async def test_unreadable_bytes_are_a_clear_refusal(
    public: Client, body: bytes, content_type: str, status: int | None
) -> None:
    answer = await public.post("/file", data=body, headers={"Content-Type": content_type})
    assert 400 <= answer.status < 500
    assert status in (None, answer.status)
    assert re.search(r"[\u4e00-\u9fff]", await answer.text())


async def test_words_of_markup_are_shown_as_words(public: Client) -> None:
    number, code = told(
        await (await public.post("/file", data=filled(body="<script>alert(1)</script>路灯坏了"))).text()
    )
    html = await (await public.post("/progress", data={"number": number, "code": code})).text()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


async def test_tip_off_is_confidential_without_asking(public: Client, pool: asyncpg.Pool) -> None:
    await public.post("/file", data=filled(kind="tip_off"))
    assert await pool.fetchval("select confidential from ticket") is True


async def test_tip_off_reaches_no_unit_by_itself(
    public: Client, town: Town, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    body = "前进村村干部挪用修路款，账目一直不公开。"
    await public.post("/file", data=filled(kind="tip_off", body=body))
    await public.post("/file", data=filled(kind="help", client_key="website-key-0002"))
    assert await dispatch_due(town.context, clock.now(), 50) == 2
    leads = dict(await pool.fetch("select kind, lead_unit_id from ticket"))
    assert leads == {"tip_off": None, "help": town.unit("永安镇")}
    assert await pool.fetchval("select kind from alarm") == "tip_off_waits"


async def test_form_from_another_site_is_refused(public: Client, pool: asyncpg.Pool) -> None:
    answer = await public.post("/file", data=filled(), headers={"Origin": "http://elsewhere.example"})
    assert answer.status == 403
    assert await count(pool, "ticket") == 0


async def test_large_text_is_remembered(public: Client, town: Town) -> None:
    first = await public.get("/?text=large")
    assert 'class="citizen text-large"' in await first.text()
    assert 'class="citizen text-large"' in await (await public.get("/file")).text()
    await public.get("/?text=normal")
    assert "text-large" not in await (await public.get("/file")).text()


async def test_size_of_text_keeps_the_result_page(public: Client) -> None:
    html = await (await public.post("/file", data=filled())).text()
    toggle = re.search(r'href="(/file/done\?[^"]*text=large)"', html)
    assert toggle is not None
    larger = await public.get(toggle.group(1).replace("&amp;", "&"))
    assert told(await larger.text()) == told(html)


async def test_every_public_page_works_without_scripts(public: Client) -> None:
    for path in ("/", "/file", "/progress"):
        html = await (await public.get(path)).text()
        assert " style=" not in html
        assert "onclick" not in html
        assert html.count("<h1>") == 1


@pytest.mark.parametrize("body", ["\u200b\u200b", "\u202e\ufffe", "\u3164"])
async def test_a_body_with_nothing_to_see_is_no_body(public: Client, pool: asyncpg.Pool, body: str) -> None:
    answer = await public.post("/file", data=filled(body=body))
    assert answer.status == 422
    assert "诉求内容" in await answer.text()
    assert await count(pool, "ticket") == 0


async def test_invisible_marks_are_gone_from_every_field(public: Client, pool: asyncpg.Pool) -> None:
    marked = {"body": f"{WORDS}\u202e\ufffe👨‍👩‍👧", "place": "前\u200b进\u2066村\uffff"}
    assert (await public.post("/file", data=filled(**marked))).status == 200
    kept = await pool.fetchrow("select body, place from ticket")
    assert (kept["body"], kept["place"]) == (f"{WORDS}👨‍👩‍👧", "前进村")
