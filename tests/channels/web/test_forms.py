"""What a form says is read as the standard library reads it, and what is no text is refused."""

from __future__ import annotations

import contextlib
from urllib.parse import parse_qsl, quote_from_bytes, urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.web.forms import Form, decode_pairs
from hotline.domain.errors import Malformed

CHARSETS = st.sampled_from(["utf-8", "gb18030", "latin-1"])
PIECES = st.one_of(
    st.sampled_from(["&", "=", "+", "%", "%E", "%zz", "%2B", "%26", "%00", ";", "\ufffd", "%EF%BF%BD"]),
    st.text(max_size=4),
    st.binary(max_size=4).map(quote_from_bytes),
)


def strictly(told: str, charset: str) -> list[tuple[str, str]] | None:
    with contextlib.suppress(ValueError):
        return parse_qsl(told, keep_blank_values=True, encoding=charset, errors="strict")
    return None


@given(st.lists(PIECES, max_size=12).map("".join), CHARSETS)
@example("a=%E4%B8", "utf-8")
@example("a=%EF%BF%BD", "utf-8")
@example("a=%E4%B8&b=\ufffd", "utf-8")
def test_any_form_is_read_like_the_strict_reader_or_refused_like_it(told: str, charset: str) -> None:
    read: list[tuple[str, str]] | None = None
    with contextlib.suppress(ValueError):
        read = decode_pairs(told, charset)
    assert read == strictly(told, charset)


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.text(st.characters(codec="utf-8"), max_size=30), max_size=5))
def test_what_a_browser_sends_comes_back(fields: dict[str, str]) -> None:
    with contextlib.suppress(UnicodeEncodeError):
        assert dict(decode_pairs(urlencode(fields), "utf-8")) == fields


@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "9999-12-31T23:59-14:00", "2026-02-30T10:00", "明天", "x" * 500])
def test_a_moment_that_cannot_be_stored_is_refused(typed: str) -> None:
    with pytest.raises(Malformed):
        Form({"at": typed}).moment("at", "时间", ZoneInfo("Asia/Shanghai"))


def test_more_fields_than_any_form_has_are_refused() -> None:
    with pytest.raises(ValueError, match="fields"):
        decode_pairs("&".join("a=1" for _ in range(10_000)), "utf-8")
