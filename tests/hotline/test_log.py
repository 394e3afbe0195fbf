import io
import json
import logging
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from hotline.log import HIDDEN, configure, hide_in_text, hide_personal_data

FULL_WIDTH = {ord("0") + n: chr(0xFF10 + n) for n in range(10)} | {ord("-"): "\uff0d", ord("+"): "\uff0b"}


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure("json", "info", stream)
    yield stream
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize(
    "number",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "138.0013.8000",
        "1380 013 8000",
        "138--0013--8000",
        "+8613800138000",
        "+86 138 0013 8000",
        "(+86)13800138000",
        "0086-138-0013-8000",
        "8613800138000",
        "013800138000",
        "138\u00a00013\u00a08000",
        "138\u200b0013\u200b8000",
        "138\u30000013\u30008000",
        "一三八零零一三八〇〇〇",
        "幺三八零零幺三八零零零",
        "0571-88880000",
        "057188880000",
        "0571 8888 0000",
        "(0571)88880000",
        "\uff080571\uff0988880000",
        "+86 0571 8888 0000",
        "010-66660000",
        "0575-8888000",
        "6666 0000",
        "66660000",
        "6660000",
        "330102199003071234",
        "33010219900307123X",
        "330102 19900307 123x",
        "3301 0219 9003 0712 3X",
        "110101900307123",
    ],
)
@pytest.mark.parametrize("width", [{}, FULL_WIDTH], ids=["half", "full"])
@pytest.mark.parametrize("around", ["{}", "来电{}反映漏水", "tel: {}, twice", "「{}」\n"])
def test_numbers_of_people_are_hidden(number: str, width: dict[int, str], around: str) -> None:
    shown = hide_in_text(around.format(number.translate(width)))
    assert "[" in shown
    assert not any(mark.isdecimal() for mark in shown)
    assert "八" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "12345",
        "2026-01-05T08:30:00.123456Z",
        "2026-01-05 08:30",
        "20260105",
        "127.0.0.1:8080",
        "192.168.100.200",
        "0199a1b2-1380-7138-8001-380001380001",
        "GET /tickets/0199a1b2-1380-7138-8001-380001380001 200",
        "YG-20260105-000123",
        "took 12.345678 ms",
        "5 个工作日",
    ],
)
def test_what_is_no_persons_number_stays(text: str) -> None:
    assert hide_in_text(text) == text


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.lists(st.sampled_from(["", " ", "-", " "]), min_size=10, max_size=10),
)
def test_any_grouping_of_a_mobile_is_hidden(number: str, gaps: list[str]) -> None:
    grouped = number[0] + "".join(gap + digit for gap, digit in zip(gaps, number[1:], strict=True))
    for written in (grouped, grouped.translate(FULL_WIDTH)):
        assert hide_in_text(f"他说{written}。") == "他说[电话]。"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(max_size=30), st.text(max_size=30))
def test_no_surroundings_let_a_mobile_through(number: str, before: str, after: str) -> None:
    if before[-1:].isdecimal() or after[:1].isdecimal():
        before, after = before + "|", "|" + after
    assert number not in hide_in_text(before + number + after)


@given(
    st.recursive(
        st.just("致电 13800138000"),
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, min_size=1)
        ),
        max_leaves=6,
    )
)
def test_no_depth_lets_a_mobile_through(value: Any) -> None:
    assert "13800138000" not in repr(hide_personal_data(None, "info", {"event": "x", "value": value}))


def test_numbers_hide_as_integers_keys_and_objects() -> None:
    class Odd:
        def __repr__(self) -> str:
            return "<Odd 13800138000>"

    event = {"event": "x", "n": 13800138000, "d": {"13800138000": 1}, "o": Odd(), "b": b"13800138000"}
    assert "13800138000" not in repr(hide_personal_data(None, "info", event))


@pytest.mark.parametrize(
    "key", ["name", "phone", "address", "body", "title", "openid", "Phone", "text", "token", "note", "recipient"]
)
def test_personal_keys_are_hidden_at_any_depth(key: str) -> None:
    shown = hide_personal_data(None, "info", {"event": "x", key: "张三", "deep": [{key: "李四"}]})
    assert shown[key] == HIDDEN
    assert shown["deep"] == [{key: HIDDEN}]


def test_own_identifiers_stay_readable() -> None:
    ticket = uuid.UUID("0199a1b2-1380-7138-8001-380001380001")
    event = {"event": "x", "ticket": "3301021990030712345", "ticket_id": ticket, "status": 200, "ms": 1.5, "ok": True}
    assert hide_personal_data(None, "info", event) == event


def test_openids_and_secrets_in_text_are_hidden() -> None:
    text = "to oAbCdEfGhIjKlMnOpQrStUvWxYz0 at redis://user:pass@host?access_token=abc123&secret=xyz"
    assert hide_in_text(text) == f"to [微信号] at redis://{HIDDEN}@host?access_token={HIDDEN}&secret={HIDDEN}"


def test_traceback_is_cleaned_in_our_records(out: io.StringIO) -> None:
    try:
        raise ValueError("no such person: 138 0013 8000")
    except ValueError:
        structlog.get_logger("hotline").exception("refused")
    (line,) = lines(out)
    assert "ValueError: no such person: [电话]" in line["exception"]
    assert "8000" not in out.getvalue()


def test_records_of_libraries_pass_the_same_chain(out: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(request_id="r-1")
    logging.getLogger("aiohttp.server").warning("from %s", "13800138000", extra={"phone": "x", "colour": "red"})
    (line,) = lines(out)
    assert line["event"] == "from [电话]"
    assert (line["phone"], line["colour"], line["request_id"]) == (HIDDEN, "red", "r-1")
    assert (line["logger"], line["level"]) == ("aiohttp.server", "warning")


def test_context_is_bound_to_every_line(out: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(ticket="YG-1")
    structlog.get_logger("hotline").info("受理")
    (line,) = lines(out)
    assert (line["ticket"], line["event"], line["logger"]) == ("YG-1", "受理", "hotline")
    assert datetime.fromisoformat(line["timestamp"]).utcoffset() == datetime.now(UTC).utcoffset()


def test_level_is_obeyed_and_access_lines_are_dropped(out: io.StringIO) -> None:
    structlog.get_logger().debug("quiet")
    logging.getLogger("asyncpg").debug("quiet")
    logging.getLogger("aiohttp.access").info("quiet")
    assert out.getvalue() == ""


def test_rows_quoted_by_the_database_are_hidden(out: io.StringIO) -> None:
    error = asyncpg.UniqueViolationError("duplicate key value")
    error.detail = "Key (title)=（幸福小区\n三单元漏水） already exists."
    try:
        raise error
    except asyncpg.UniqueViolationError:
        structlog.get_logger().exception("failed")
    (line,) = lines(out)
    assert "duplicate key value" in line["exception"]
    assert "小区" not in line["exception"]
    assert "单元" not in line["exception"]


def test_inputs_quoted_by_pydantic_are_hidden(out: io.StringIO) -> None:
    class Form(BaseModel):
        age: int

    told = {"age": "张三" + "家"}
    try:
        Form.model_validate(told)
    except ValueError:
        logging.getLogger("library").exception("failed")
    assert "张三家" not in out.getvalue()
    assert "Form" in out.getvalue()


def test_console_hides_too() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        configure("console", "info", stream)
        structlog.get_logger("hotline").info("来电 13800138000", phone="1", name="张三", count=3)
    finally:
        structlog.reset_defaults()
        logging.captureWarnings(False)
        root.handlers[:] = handlers
        root.setLevel(level)
    shown = stream.getvalue()
    assert "count=3" in shown
    assert not {"13800138000", "张三"} & set(shown.replace("=", " ").split())
