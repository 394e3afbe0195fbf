"""What is kept of the files people send, and what never gets in."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from channels.web.forms import Upload
from channels.web.images import BrokenPicture, HugePicture, Picture, reencode
from channels.web.multipart import FILE_BYTES
from channels.web.uploads import (
    DRAFTS,
    AppleOnly,
    HoldsPrograms,
    NothingInside,
    WrongType,
    clear_drafts,
    keep_files,
    ready_files,
)
from hotline.domain.errors import Refusal
from tests.pictures import EAST, HIDDEN, NORTH, a_bomb, a_docx, a_jpeg, a_png, a_webp


def redrawn(content: bytes, media_type: str, most_bytes: int = FILE_BYTES) -> Picture:
    return reencode(content, media_type, "图", most_bytes)


@pytest.mark.parametrize(
    ("content", "media_type"), [(a_jpeg(), "image/jpeg"), (a_png(), "image/png"), (a_webp(), "image/webp")],
    ids=["jpeg", "png", "webp"],
)  # fmt: skip
def test_nothing_but_the_points_of_a_picture_is_kept(content: bytes, media_type: str) -> None:
    drawn = redrawn(content, media_type)
    assert HIDDEN.encode() in content or HIDDEN.encode("latin-1", "replace") in content
    assert drawn.media_type == media_type
    for hidden in (
        HIDDEN.encode(),
        b"Exif",
        b"eXIf",
        b"GPS",
        b"ICC",
        b"iCCP",
        b"xmp",
        b"XMP ",
        b"tEXt",
        b"iTXt",
        b"appended",
    ):
        assert hidden not in drawn.content, hidden
    with Image.open(BytesIO(drawn.content)) as kept:
        assert not kept.getexif()


def test_photo_stands_upright_though_its_telephone_lay_on_its_side() -> None:
    with Image.open(BytesIO(redrawn(a_jpeg((80, 40)), "image/jpeg").content)) as kept:
        assert kept.size == (40, 80)


def test_transparent_points_stay_transparent() -> None:
    with Image.open(BytesIO(redrawn(a_webp(), "image/webp").content)) as kept:
        assert kept.mode == "RGBA"


def test_same_photo_twice_gives_the_same_bytes() -> None:
    assert redrawn(a_jpeg(), "image/jpeg").content == redrawn(a_jpeg(), "image/jpeg").content


def test_wide_photo_is_made_smaller() -> None:
    with Image.open(BytesIO(redrawn(a_jpeg((9000, 300), turned=False), "image/jpeg").content)) as kept:
        assert max(kept.size) == 4096


def test_picture_that_grew_too_long_becomes_a_smaller_jpeg() -> None:
    buffer = BytesIO()
    Image.effect_noise((600, 600), 80).save(buffer, "PNG")
    drawn = redrawn(buffer.getvalue(), "image/png", most_bytes=300_000)
    assert drawn.media_type == "image/jpeg"
    assert len(drawn.content) <= 300_000


async def test_place_is_told_in_words_only_when_the_person_chose_so() -> None:
    upload = [Upload("照片.jpg", a_jpeg())]
    assert [file.place for file in await ready_files(upload)] == [""]
    assert [file.place for file in await ready_files(upload, tell_place=True)] == [f"北纬{NORTH:.5f}°，东经{EAST:.5f}°"]
    assert [file.place for file in await ready_files([Upload("照片.jpg", a_jpeg(place=False))], tell_place=True)] == [
        ""
    ]


@pytest.mark.case("T40")
@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("照片.heic", b"\x00\x00\x00\x18ftypheic" + bytes(40), AppleOnly),
        ("空.jpg", b"", NothingInside),
        ("半张.jpg", a_jpeg()[:400], BrokenPicture),
        ("半张.png", a_png()[:40], BrokenPicture),
        ("只有头.png", b"\x89PNG\r\n\x1a\n" + bytes(64), BrokenPicture),
        ("炸弹.png", a_bomb(), HugePicture),
        ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", WrongType),
        ("页.html", b"<!doctype html><script>alert(1)</script>", WrongType),
        ("动画.gif", b"GIF89a" + bytes(40), WrongType),
        ("包.zip", b"PK\x03\x04" + bytes(40), WrongType),
        ("宏.docx", a_docx("word/vbaProject.bin"), HoldsPrograms),
        ("嵌.docx", a_docx("word/embeddings/oleObject1.bin"), HoldsPrograms),
        ("控件.docx", a_docx("word/activeX/activeX1.xml"), HoldsPrograms),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
async def test_file_that_is_not_taken_is_named(name: str, content: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal, match=name):
        await ready_files([Upload(name, content)])


async def test_documents_are_kept_as_they_are() -> None:
    sent = [Upload("说明.pdf", b"%PDF-1.7 words"), Upload("材料.docx", a_docx())]
    assert [file.content for file in await ready_files(sent)] == [upload.content for upload in sent]


async def test_bytes_lie_under_their_digest_and_no_draft_is_left(tmp_path: Path) -> None:
    ready = await ready_files([Upload("一.png", a_png(1)), Upload("二.png", a_png(2)), Upload("一.png", a_png(1))])
    kept = await keep_files(tmp_path, ready)
    assert [(tmp_path / one.sha256.hex()[:2] / one.sha256.hex()).read_bytes() for one in kept] == [
        file.content for file in ready
    ]
    assert list((tmp_path / DRAFTS).iterdir()) == []


async def test_draft_is_removed_when_the_disk_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="no space"):
        await keep_files(tmp_path, await ready_files([Upload("一.png", a_png())]))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_drafts_of_killed_processes_are_cleared_after_a_day(tmp_path: Path) -> None:
    now = datetime(2026, 11, 23, 1, tzinfo=UTC)
    (tmp_path / DRAFTS).mkdir()
    for name, age in (("old", timedelta(days=2)), ("new", timedelta(minutes=1))):
        draft = tmp_path / DRAFTS / name
        draft.write_bytes(b"half")
        os.utime(draft, ((now - age).timestamp(),) * 2)
    assert clear_drafts(tmp_path, now) == 1
    assert [draft.name for draft in (tmp_path / DRAFTS).iterdir()] == ["new"]
    assert clear_drafts(tmp_path / "never", now) == 0
