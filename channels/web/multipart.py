"""Read the parts of a multipart form into memory within limits; nothing is written to a temporary file."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from hotline.domain.errors import Malformed, Refusal

TEXT_BYTES = 1024 * 1024
FILE_BYTES = 10 * 1024 * 1024
FILES_AT_ONCE = 9
BODY_BYTES = FILE_BYTES * FILES_AT_ONCE + 2 * TEXT_BYTES
MOST_FIELDS = 500
_CHUNK = 256 * 1024
_AS_IT_IS = ("", "binary", "8bit", "7bit")


class Oversized(Refusal):
    """内容太大了：文字不能超过1 MB，每个文件不能超过10 MB。"""

    status = 413


class Unreadable(Refusal):
    """提交的内容无法识别，请用网页表单重新提交。"""

    status = 400


@dataclass(frozen=True, slots=True)
class FormPart:
    """One part as sent; `file_name` is None for a field."""

    name: str
    file_name: str | None
    content: bytes
    charset: str


async def read_parts(request: web.Request) -> list[FormPart]:
    """Return all parts of a multipart form.

    Raises Oversized, Malformed beyond nine files, Unreadable, and what the reader raises for a broken body. Drains an
    oversized body (up to 92 MB) so that the client can read the error.
    """
    reader = await request.multipart()
    parts: list[FormPart] = []
    refusal: Refusal | None = None
    total = texts = files = fields = 0
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None or not _is_plain(part):
            raise Unreadable
        files, fields = files + bool(part.filename), fields + 1
        kept, limit = bytearray(), FILE_BYTES if part.filename else TEXT_BYTES - texts
        while chunk := await part.read_chunk(_CHUNK):
            total += len(chunk)
            if total > BODY_BYTES:
                raise Oversized
            if refusal is None:
                kept += chunk
            if len(kept) > limit:
                refusal, kept = refusal or Oversized(), bytearray()
        texts += 0 if part.filename else len(kept)
        refusal = refusal or _too_many(files, fields)
        if refusal is None:
            parts.append(_part_of(part, bytes(kept)))
    if refusal is not None:
        raise refusal
    return parts


def _is_plain(part: BodyPartReader) -> bool:
    # Browsers never compress a part; a compressed one might expand to a huge size.
    packed = part.headers.get("Content-Encoding", "")
    return not packed and part.headers.get("Content-Transfer-Encoding", "").lower() in _AS_IT_IS


def _too_many(files: int, fields: int) -> Refusal | None:
    if files > FILES_AT_ONCE:
        return Malformed(what=f"附件（一次最多{FILES_AT_ONCE}个）")
    return Unreadable() if fields > MOST_FIELDS else None


def _part_of(part: BodyPartReader, content: bytes) -> FormPart:
    kind = part.headers.get("Content-Type", "text/plain")
    # A browser sends an empty part without a name for a file field nobody filled in.
    if not part.filename and content and not kind.startswith("text/"):
        raise Unreadable
    return FormPart(part.name or "", part.filename or None, content, part.get_charset(default="utf-8"))
