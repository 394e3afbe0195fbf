"""Files through the doors: whatever is sent, a clear answer and nothing half-written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import asyncpg
import pytest
from aiohttp import ClientSession, FormData
from aiohttp.test_utils import TestServer

from hotline.config import Settings
from tests.build import Town, signed
from tests.channels.desk.conftest import LogIn
from tests.channels.edges.conftest import holdings
from tests.pictures import EAST, NORTH, a_jpeg, a_png

WORDS = "我家水费比上月多了三倍，水表没有动过，𠮷家也一样😀，请查一查。"
FIELDS = {"kind": "help", "body": WORDS, "client_key": "website-key-0001"}
BOUNDARY = {"Content-Type": "multipart/form-data; boundary=x"}


def written(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def part(name: str, content: bytes = b"", file_name: bytes | None = None, more: str = "") -> bytes:
    """One part of a form as bytes, so that names may hold what no library would write."""
    named = b"" if file_name is None else b'; filename="' + file_name + b'"'
    return (
        f'--x\r\nContent-Disposition: form-data; name="{name}"'.encode()
        + named
        + f"\r\n{more}\r\n".encode()
        + content
        + b"\r\n"
    )


def form(*parts: bytes, **fields: str) -> bytes:
    given = [part(name, value.encode()) for name, value in {**FIELDS, **fields}.items()]
    return b"".join((*given, *parts, b"--x--\r\n"))


async def send(server: TestServer, body: bytes) -> tuple[int, str]:
    async with ClientSession() as http:
        answer = await http.post(server.make_url("/file"), data=BytesIO(body), headers=BOUNDARY, allow_redirects=False)
        return answer.status, await answer.text()


async def test_browser_that_sends_an_empty_part_for_no_photo_can_file(server: TestServer, pool: asyncpg.Pool) -> None:
    octets = "Content-Type: application/octet-stream\r\n"
    status, _ = await send(server, form(part("files", file_name=b"", more=octets)))
    assert status == 303
    assert await pool.fetchval("select count(*) from attachment") == 0


@pytest.mark.case("T40")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("𠮷家😀.png".encode(), "𠮷家😀.png"),
        ("gnp.\u202eexe.png".encode(), "gnp.exe.png"),
        (b"a\xed\xa0\xbd.png", "a.png"),
        (b"b\xff\xfe.png", "b.png"),
        (b".png", "png.png"),
        ("长".encode() * 900 + b".png", "长" * 200 + ".png"),
    ],
    ids=["4-byte Han", "turned around", "half a surrogate", "not UTF-8", "ending alone", "long"],
)
async def test_odd_name_of_a_file_is_kept_clean(
    server: TestServer, pool: asyncpg.Pool, name: bytes, shown: str
) -> None:
    status, _ = await send(server, form(part("files", a_png(), name)))
    assert status == 303
    assert await pool.fetchval("select file_name from attachment") == shown
    assert await pool.fetchval("select body from ticket") == WORDS


@pytest.mark.case("T40")
async def test_name_with_a_nul_byte_is_refused_whole(
    server: TestServer, pool: asyncpg.Pool, settings: Settings
) -> None:
    before = await holdings(pool)
    status, page = await send(server, form(part("files", a_png(), "照\x00片.png".encode())))
    assert status == 400
    assert "无法识别" in page
    assert await holdings(pool) == before
    assert written(settings.files_dir) == []


@pytest.mark.case("T40")
async def test_three_hundred_files_are_refused_with_the_number_that_is_taken(
    server: TestServer, pool: asyncpg.Pool, settings: Settings
) -> None:
    before = await holdings(pool)
    status, page = await send(server, form(*(part("files", a_png(), b"a.png") for _ in range(300))))
    assert status == 422
    assert "最多9个" in page
    assert await holdings(pool) == before
    assert written(settings.files_dir) == []


@pytest.mark.parametrize("packed", ["Content-Encoding: gzip\r\n", "Content-Transfer-Encoding: base64\r\n"])
async def test_packed_part_is_refused(server: TestServer, pool: asyncpg.Pool, packed: str) -> None:
    before = await holdings(pool)
    status, _ = await send(server, form(part("files", b"QUFBQQ==", b"a.png", more=packed)))
    assert status == 400
    assert await holdings(pool) == before


async def test_words_beyond_a_megabyte_are_refused_however_they_are_split(
    server: TestServer, pool: asyncpg.Pool
) -> None:
    before = await holdings(pool)
    status, page = await send(server, form(*(part(f"x{place}", b"a" * 400_000) for place in range(3))))
    assert status == 413
    assert "1 MB" in page
    assert await holdings(pool) == before


async def test_body_without_a_length_is_cut_off_at_its_limit(server: TestServer) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"body=" + b"a" * 65_536

    async with ClientSession() as http:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await http.post(server.make_url("/file"), data=endless(), headers=headers)
        assert answer.status == 413


async def test_two_thousand_parts_are_cut_off(server: TestServer, pool: asyncpg.Pool) -> None:
    before = await holdings(pool)
    status, _ = await send(server, form(*(part("x", b"1") for _ in range(2_000))))
    assert 400 <= status < 500
    assert await holdings(pool) == before


@pytest.mark.case("T40")
@pytest.mark.parametrize(
    "files",
    [[("好.jpg", a_jpeg()), ("坏.png", a_png()[:50])], [("空.jpg", b"")], [("页.jpg", b"<html><script>1</script>")]],
    ids=["one of two broken", "zero bytes", "script"],
)
async def test_one_file_that_is_not_taken_stops_the_whole_form(
    server: TestServer, pool: asyncpg.Pool, settings: Settings, files: list[tuple[str, bytes]]
) -> None:
    before = await holdings(pool)
    status, page = await send(server, form(*(part("files", content, name.encode()) for name, content in files)))
    assert 400 <= status < 500
    assert files[-1][0] in page
    assert WORDS in page, "what was typed must come back"
    assert await holdings(pool) == before
    assert written(settings.files_dir) == []


@pytest.mark.parametrize(("ticked", "told"), [({}, False), ({"tell_place": "1"}, True)], ids=["not ticked", "ticked"])
async def test_place_of_a_photo_stays_with_the_person_unless_ticked(
    server: TestServer, pool: asyncpg.Pool, settings: Settings, ticked: dict[str, str], told: bool
) -> None:
    status, _ = await send(server, form(part("files", a_jpeg(), b"a.jpg"), **ticked))
    assert status == 303
    label = await pool.fetchval("select label from attachment")
    assert (f"北纬{NORTH:.5f}°，东经{EAST:.5f}°" in label) is told
    assert b"Exif" not in written(settings.files_dir)[0].read_bytes()


async def test_ticket_that_is_full_refuses_file_and_words_together(
    town: Town, log_in: LogIn, pool: asyncpg.Pool, settings: Settings
) -> None:
    ticket, water = await signed(town), await log_in("water")
    await pool.execute(
        "insert into attachment (region_id, ticket_id, attachment_id, file_name, media_type, size_bytes, sha256, label, added_at)"
        " select 1, $1, gen_random_uuid(), 'a.png', 'image/png', 1, sha256(n::text::bytea), '现场', now() from generate_series(1, 60) n",
        ticket.ticket_id,
    )
    before = await holdings(pool)
    sent = FormData({"csrf": water.csrf, "client_key": "contact-1", "how": "phone", "said": "问了情况"})
    sent.add_field("files", a_png(), filename="通话.png", content_type="image/png")
    async with water.http.post(f"/tickets/{ticket.ticket_id}/contact", data=sent, allow_redirects=False) as answer:
        assert answer.status == 422
        assert "最多60个" in await answer.text()
    assert await holdings(pool) == before
