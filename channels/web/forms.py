"""Read forms; every invalid value becomes a Chinese sentence and a 4xx status."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from yarl import query_to_pairs

from channels.web.multipart import BODY_BYTES, MOST_FIELDS, TEXT_BYTES, Oversized, Unreadable, read_parts
from channels.web.timeouts import FILES_S, TEXT_S, while_reading
from hotline.domain.errors import Malformed, Missing, TooLong
from hotline.domain.intake import is_client_key
from hotline.domain.text import clean

FIELD_CHARACTERS = 12_000
UNDECODABLE = "\ufffd"
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file, at most 10 MB."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The cleaned fields of a form, and its files."""

    fields: Mapping[str, str]
    files: tuple[Upload, ...] = ()

    def text(self, name: str, limit: int = FIELD_CHARACTERS) -> str:
        """Return the field, or an empty text. Raises TooLong."""
        value = self.fields.get(name, "")
        if len(value) > limit:
            raise TooLong(what="填写的内容", limit=limit)
        return value

    def required(self, name: str, what: str) -> str:
        """Return the field. Raises Missing with its Chinese name `what` if it is empty."""
        value = self.text(name)
        if not value:
            raise Missing(what=what)
        return value

    def flag(self, name: str) -> bool:
        """Return whether a checkbox is ticked or 是 is chosen."""
        return self.fields.get(name, "") in ("1", "on", "yes", "true", "是")

    def choice(self, name: str, kind: type[Choice], what: str, default: Choice | None = None) -> Choice:
        """Return the field as a member of `kind`, or `default` if it is empty. Raises Malformed."""
        value = self.fields.get(name, "")
        if not value and default is not None:
            return default
        try:
            return kind(value)
        except ValueError:
            raise Malformed(what=what) from None

    def number(self, name: str, what: str) -> int | None:
        """Return the field as an integer, or None if it is empty. Raises Malformed."""
        value = self.fields.get(name, "")
        if not value:
            return None
        if not value.isdecimal() or len(value) > 9:
            raise Malformed(what=what)
        return int(value)

    def uuid(self, name: str, what: str) -> UUID | None:
        """Return the field as a UUID, or None if it is empty. Raises Malformed."""
        value = self.fields.get(name, "")
        try:
            return UUID(value) if value else None
        except ValueError:
            raise Malformed(what=what) from None

    def moment(self, name: str, what: str, zone: Any) -> datetime:
        """Return a local date and time as an aware datetime. Raises Missing, Malformed."""
        try:
            value = datetime.fromisoformat(self.required(name, what))
            local = value.replace(tzinfo=zone) if value.tzinfo is None else value
            # The first and last hours of the calendar may not exist in UTC, in which moments are stored.
            local.astimezone(UTC)
        except (ValueError, OverflowError):
            raise Malformed(what=what) from None
        return local

    def day(self, name: str, what: str) -> date | None:
        """Return the field as a date, or None if it is empty. Raises Malformed."""
        value = self.fields.get(name, "")
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            raise Malformed(what=what) from None

    @property
    def client_key(self) -> str | None:
        """The key by which a repeated submission gets the first answer. Raises Malformed."""
        value = self.fields.get("client_key", "")
        if value and not is_client_key(value):
            raise Malformed(what="表单编号")
        return value or None


async def read_form(request: web.Request) -> Form:
    """Read the form of a POST, urlencoded or multipart. Raises Oversized, Malformed, Unreadable, TooSlow."""
    plain = request.content_type == "application/x-www-form-urlencoded"
    if not plain and request.content_type != "multipart/form-data":
        raise Unreadable
    if (request.content_length or 0) > (TEXT_BYTES if plain else BODY_BYTES):
        raise Oversized
    try:
        async with while_reading(request, TEXT_S if plain else FILES_S):
            return await (_read_plain(request) if plain else _read_multipart(request))
    except web.HTTPRequestEntityTooLarge:
        raise Oversized from None
    except (ValueError, LookupError, AssertionError, HttpProcessingError, ConnectionError, web.RequestPayloadError):
        # A client that disconnects in the middle is not an error of the server.
        raise Unreadable from None


async def _read_plain(request: web.Request) -> Form:
    charset = request.charset or "utf-8"
    body = (await request.read()).rstrip().decode(charset)
    return _form_of(dict(decode_pairs(body, charset)))


def decode_pairs(body: str, charset: str) -> list[tuple[str, str]]:
    """Parse the names and values of an urlencoded form.

    Raises ValueError for more than MOST_FIELDS fields, and for bytes that are not valid in `charset`.
    """
    pairs = query_to_pairs(body, max_fields=MOST_FIELDS, encoding=charset)
    if any(UNDECODABLE in text for pair in pairs for text in pair):
        # The library replaces undecodable bytes by U+FFFD; text must not change silently, so decode strictly.
        return parse_qsl(body, keep_blank_values=True, encoding=charset, errors="strict")
    return pairs


async def _read_multipart(request: web.Request) -> Form:
    parts = await read_parts(request)
    files = [Upload(_file_name(part.file_name), part.content) for part in parts if part.file_name]
    return _form_of({part.name: part.content.decode(part.charset) for part in parts if not part.file_name}, files)


def _form_of(fields: Mapping[str, str], files: Sequence[Upload] = ()) -> Form:
    if sum(len(value.encode("utf-8", "surrogatepass")) for value in fields.values()) > TEXT_BYTES:
        raise Oversized
    return Form({name: clean(value) for name, value in fields.items()}, tuple(files))


def _file_name(sent_name: str) -> str:
    """Return the name without invisible characters: a right-to-left mark can make an exe look like a jpg."""
    visible = "".join(sign for sign in clean(sent_name) if unicodedata.category(sign) not in ("Cf", "Cc", "Zl", "Zp"))
    return visible[:200] or "附件"
