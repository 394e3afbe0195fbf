"""Files people send: their type found by content, their bytes kept under their digest."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from channels.forms import Upload
from channels.headers import FILE_POLICY
from hotline.actions.attachments import KeptFile
from hotline.domain.errors import NotFound, Refusal

JPEG, PNG, WEBP, HEIC, PDF = "image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ENDINGS = {JPEG: ".jpg", PNG: ".png", WEBP: ".webp", HEIC: ".heic", PDF: ".pdf", DOCX: ".docx"}
ACCEPT = "image/jpeg,image/png,image/webp,image/heic,.heic,.pdf,.docx"
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})


class WrongType(Refusal):
    """“{name}”不是能接收的文件：请发照片（JPG、PNG、WebP、HEIC）、PDF或Word文档（docx）。"""

    status = 415


def find_type(content: bytes) -> str | None:
    """The media type by what the bytes are, whatever the name says; None for what is not taken."""
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
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return {"[Content_Types].xml", "word/document.xml"} <= set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def check_types(uploads: Sequence[Upload]) -> list[str]:
    """The media type of each file. Raises WrongType with the name of the first that is not taken."""
    return [_type_of(upload) for upload in uploads]


def _type_of(upload: Upload) -> str:
    found = find_type(upload.content)
    if found is None:
        raise WrongType(name=upload.file_name)
    return found


async def keep_files(folder: Path, uploads: Sequence[Upload]) -> list[KeptFile]:
    """Write the bytes below `folder` and give back what is known of them. Raises WrongType before writing any."""
    types = check_types(uploads)
    return [await asyncio.to_thread(_keep, folder, upload, found) for upload, found in zip(uploads, types, strict=True)]


def _keep(folder: Path, upload: Upload, media_type: str) -> KeptFile:
    digest = hashlib.sha256(upload.content).digest()
    _write_once(place_of(folder, digest), upload.content)
    return KeptFile(_named(upload.file_name, media_type), media_type, len(upload.content), digest)


def _named(name: str, media_type: str) -> str:
    # The ending follows the content, so that nothing opens as something else on the reader's machine.
    plain = Path(name.replace("\\", "/")).name
    stem, ending = os.path.splitext(plain)
    right = ENDINGS[media_type]
    if ending.lower() == right or (right, ending.lower()) == (".jpg", ".jpeg"):
        return plain
    return (stem or "附件") + right


def place_of(folder: Path, digest: bytes) -> Path:
    """Where the bytes of this digest lie."""
    name = digest.hex()
    return folder / name[:2] / name


def _write_once(place: Path, content: bytes) -> None:
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=place.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, place)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    _settle(place.parent)


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def as_download(folder: Path, file_name: str, media_type: str, digest: bytes) -> web.FileResponse:
    """The file as something to save, never to run in the page. Raises NotFound when its bytes are gone."""
    place = place_of(folder, digest)
    if not place.is_file():
        raise NotFound
    headers = {
        "Content-Type": media_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_name)}",
        "Cache-Control": "no-store",
        "Content-Security-Policy": FILE_POLICY,
    }
    return web.FileResponse(place, headers=headers)
