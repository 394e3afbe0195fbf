"""Reading what a person sent: every wrong value becomes one clear sentence and a 4xx."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes
from uuid import UUID

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_request import FileField

from channels.patience import FILES_S, TEXT_S, while_reading
from hotline.domain.errors import Malformed, Missing, Refusal, TooLong
from hotline.domain.intake import clean

TEXT_BYTES = 1024 * 1024
FILE_BYTES = 10 * 1024 * 1024
FILES_AT_ONCE = 9
BODY_BYTES = FILE_BYTES * FILES_AT_ONCE + 2 * TEXT_BYTES
FIELD_CHARACTERS = 12_000
_REPLACED = "\ufffd"

Choice = TypeVar("Choice", bound=StrEnum)


class Oversized(Refusal):
    """内容太大了：文字不能超过1 MB，每个文件不能超过10 MB。"""

    status = 413


class Unreadable(Refusal):
    """提交的内容无法识别，请用网页表单重新提交。"""

    status = 400


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent: at most 10 MB."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, cleaned of control characters; files apart."""

    fields: Mapping[str, str]
    files: tuple[Upload, ...] = ()

    def text(self, name: str, limit: int = FIELD_CHARACTERS) -> str:
        """The field, or an empty text. Raises TooLong."""
        value = self.fields.get(name, "")
        if len(value) > limit:
            raise TooLong(what="填写的内容", limit=limit)
        return value

    def required(self, name: str, what: str) -> str:
        """The field; raises Missing with its Chinese name when it is empty."""
        value = self.text(name)
        if not value:
            raise Missing(what=what)
        return value

    def flag(self, name: str) -> bool:
        """Whether a box was ticked or 是 was chosen."""
        return self.fields.get(name, "") in ("1", "on", "yes", "true", "是")

    def choice(self, name: str, kind: type[Choice], what: str, default: Choice | None = None) -> Choice:
        """One of a closed list. Raises Malformed."""
        value = self.fields.get(name, "")
        if not value and default is not None:
            return default
        try:
            return kind(value)
        except ValueError:
            raise Malformed(what=what) from None

    def number(self, name: str, what: str) -> int | None:
        """A whole number, or None when empty. Raises Malformed."""
        value = self.fields.get(name, "")
        if not value:
            return None
        if not value.isdecimal() or len(value) > 9:
            raise Malformed(what=what)
        return int(value)

    def uuid(self, name: str, what: str) -> UUID | None:
        """An identifier, or None when empty. Raises Malformed."""
        value = self.fields.get(name, "")
        try:
            return UUID(value) if value else None
        except ValueError:
            raise Malformed(what=what) from None

    def moment(self, name: str, what: str, zone: Any) -> datetime:
        """A local date and time, given back aware. Raises Missing, Malformed."""
        try:
            value = datetime.fromisoformat(self.required(name, what))
        except ValueError:
            raise Malformed(what=what) from None
        return value.replace(tzinfo=zone) if value.tzinfo is None else value

    def day(self, name: str, what: str) -> date | None:
        """A date, or None when empty. Raises Malformed."""
        value = self.fields.get(name, "")
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            raise Malformed(what=what) from None

    @property
    def client_key(self) -> str | None:
        """The key that makes a repeated submission get the first answer."""
        value = self.fields.get("client_key", "")
        if len(value) > 100 or not value.isascii():
            raise Malformed(what="表单编号")
        return value or None


async def read_form(request: web.Request) -> Form:
    """The form of a POST, urlencoded or multipart. Raises Oversized, Unreadable, TooSlow."""
    if not request.content_type.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        raise Unreadable
    plain = not request.content_type.startswith("multipart/")
    if plain and (request.content_length or 0) > TEXT_BYTES:
        raise Oversized
    try:
        async with while_reading(request, TEXT_S if plain else FILES_S):
            posted = await request.post()
            if plain and any(_REPLACED in name or _REPLACED in str(value) for name, value in posted.items()):
                _check_text(await request.read(), request.charset or "utf-8")
    except web.HTTPRequestEntityTooLarge:
        raise Oversized from None
    except (ValueError, LookupError, AssertionError, HttpProcessingError, ConnectionError, web.RequestPayloadError):
        # A client that goes away in the middle is no fault of ours either.
        raise Unreadable from None
    return _form_of(posted.items())


def _check_text(sent: bytes, charset: str) -> None:
    # Decoding a form replaces what it cannot read, and a person's words must not change unseen.
    unquote_to_bytes(sent).decode(charset)


def _form_of(items: Any) -> Form:
    fields: dict[str, str] = {}
    files: list[Upload] = []
    for name, value in items:
        if isinstance(value, FileField):
            files.append(_upload_of(value))
        elif isinstance(value, str):
            fields[name] = clean(value)
        # A browser sends an empty part without a name for a file field nobody filled in.
        elif value:
            raise Unreadable
    if sum(len(value.encode()) for value in fields.values()) > TEXT_BYTES:
        raise Oversized
    if len(files) > FILES_AT_ONCE:
        raise Malformed(what=f"附件（一次最多{FILES_AT_ONCE}个）")
    return Form(fields, tuple(files))


def _upload_of(field: FileField) -> Upload:
    content = field.file.read(FILE_BYTES + 1)
    field.file.close()
    if len(content) > FILE_BYTES:
        raise Oversized
    return Upload(_file_name(field.filename), content)


def _file_name(given: str) -> str:
    """The name without signs that are not seen: one that turns the text around makes exe look like jpg."""
    seen = "".join(sign for sign in clean(given) if unicodedata.category(sign) not in ("Cf", "Cc", "Zl", "Zp"))
    return seen[:200] or "附件"
