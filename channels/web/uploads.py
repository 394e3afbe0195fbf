"""Uploaded files: type detected by content, pictures re-encoded, bytes stored under their SHA-256 digest."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from channels.web.forms import Upload
from channels.web.images import FORMATS, in_words, reencode
from channels.web.multipart import FILE_BYTES
from channels.web.security_headers import FILE_POLICY
from hotline.actions.intake.attachments import KeptFile
from hotline.domain.errors import NotFound, Refusal

JPEG, PNG, WEBP, HEIC, PDF = "image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ENDINGS = {JPEG: ".jpg", PNG: ".png", WEBP: ".webp", PDF: ".pdf", DOCX: ".docx"}
DRAFTS = ".drafts"
LEFT_BEHIND_S = 24 * 3600
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif"})
_PROGRAMS = re.compile(r"vbaproject|vbadata|activex|oleobject|embeddings/", re.IGNORECASE)
# Pictures are decoded in memory: at most two at a time in one process.
_image_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="picture")


class WrongType(Refusal):
    """“{name}”不是能接收的文件：请发照片（JPG、PNG、WebP）、PDF或Word文档（docx）。"""

    status = 415


class AppleOnly(Refusal):
    """“{name}”是HEIC格式，多数电脑打不开：请在iPhone“设置—相机—格式”里选“兼容性最佳”再拍，或截一张图再发。"""

    status = 415


class HoldsPrograms(Refusal):
    """“{name}”里带有宏或嵌入的程序，为了安全不能接收：请另存为PDF再发。"""

    status = 415


class NothingInside(Refusal):
    """“{name}”是空的，请重新选一次。"""

    status = 422


@dataclass(frozen=True, slots=True)
class ReadyFile:
    """A file ready to be stored; `place` is where a photo was taken, if the sender chose to include it."""

    file_name: str
    media_type: str
    content: bytes
    sha256: bytes
    place: str = ""


def find_type(content: bytes) -> str | None:
    """Return the media type by content, whatever the name; None for types that are not accepted."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return HEIC
    if content.startswith(b"%PDF-"):
        return PDF
    return DOCX if content.startswith(b"PK\x03\x04") and _is_document(content) else None


def _is_document(content: bytes) -> bool:
    return {"[Content_Types].xml", "word/document.xml"} <= set(_names_inside(content))


def _names_inside(content: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return []


async def ready_files(uploads: Sequence[Upload], *, tell_place: bool = False) -> list[ReadyFile]:
    """Return the uploads ready to be stored: types checked by content, pictures re-encoded in a thread pool.

    Without `tell_place` the location of photos is dropped. Raises WrongType, AppleOnly, HoldsPrograms, NothingInside,
    BrokenPicture or HugePicture with the name of the first file refused.
    """
    found = [_type_of(upload) for upload in uploads]
    loop = asyncio.get_running_loop()
    return [
        await loop.run_in_executor(_image_pool, _ready, upload, media_type, tell_place)
        for upload, media_type in zip(uploads, found, strict=True)
    ]


def _type_of(upload: Upload) -> str:
    if not upload.content:
        raise NothingInside(name=upload.file_name)
    found = find_type(upload.content)
    if found is None:
        raise WrongType(name=upload.file_name)
    if found == HEIC:
        raise AppleOnly(name=upload.file_name)
    if found == DOCX and any(_PROGRAMS.search(name) for name in _names_inside(upload.content)):
        raise HoldsPrograms(name=upload.file_name)
    return found


def _ready(upload: Upload, media_type: str, tell_place: bool) -> ReadyFile:
    content, place = upload.content, ""
    if media_type in FORMATS:
        picture = reencode(content, media_type, upload.file_name, FILE_BYTES)
        content, media_type = picture.content, picture.media_type
        place = in_words(picture.place) if tell_place and picture.place else ""
    name = _named(upload.file_name, media_type)
    return ReadyFile(name, media_type, content, hashlib.sha256(content).digest(), place)


async def keep_files(folder: Path, files: Sequence[ReadyFile]) -> list[KeptFile]:
    """Store the bytes below `folder`, on disk before this returns, and return their metadata."""
    for file in files:
        await asyncio.to_thread(_write_once, folder, file)
    return [KeptFile(file.file_name, file.media_type, len(file.content), file.sha256, file.place) for file in files]


def _named(name: str, media_type: str) -> str:
    # The ending follows the content, so that the reader's computer opens the file as what it is.
    plain = Path(name.replace("\\", "/")).name.lstrip(".")
    stem, ending = os.path.splitext(plain)
    right = ENDINGS[media_type]
    if ending.lower() == right or (right, ending.lower()) == (".jpg", ".jpeg"):
        return plain
    return (stem or "附件") + right


def file_path(folder: Path, digest: bytes) -> Path:
    """Return the path of the bytes with this digest."""
    name = digest.hex()
    return folder / name[:2] / name


def _write_once(folder: Path, file: ReadyFile) -> None:
    place, drafts = file_path(folder, file.sha256), folder / DRAFTS
    if place.exists():
        return
    for needed in (place.parent, drafts):
        needed.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=drafts)
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(file.content)
            written.flush()
            os.fsync(written.fileno())
        os.replace(draft, place)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    _settle(place.parent)


def clear_drafts(folder: Path, now: datetime) -> int:
    """Delete drafts a killed process left over a day ago, and return their number."""
    old = [
        draft
        for draft in (folder / DRAFTS).glob("*")
        if draft.is_file() and now.timestamp() - draft.stat().st_mtime > LEFT_BEHIND_S
    ]
    for draft in old:
        draft.unlink(missing_ok=True)
    return len(old)


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def as_download(folder: Path, file_name: str, media_type: str, digest: bytes) -> web.FileResponse:
    """Return the file as a download, never displayed in the page. Raises NotFound when its bytes are gone."""
    place = file_path(folder, digest)
    if not place.is_file():
        raise NotFound
    headers = {
        "Content-Type": media_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_name)}",
        "Cache-Control": "no-store",
        "Content-Security-Policy": FILE_POLICY,
    }
    return web.FileResponse(place, headers=headers)
