"""Ticket numbers as people type them."""

from __future__ import annotations

import pytest

from hotline.domain.tickets.number import TYPED_LIMIT, normalise_number

NUMBER = "20261121-00042"


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER, "2026112100042", "20261121 00042", " 20261121 - 00042 ", "20261121—00042", "20261121－00042",
        "２０２６１１２１－０００４２", "２０２６１１２１０００４２", "工单号 20261121 00042。", "工单号：20261121-00042，查询码：123456",
        "您的工单20261121–00042已受理",
    ],
)  # fmt: skip
def test_a_number_is_known_however_it_is_typed(typed: str) -> None:
    assert normalise_number(typed) == NUMBER


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("", ""), ("  ", ""), ("工单", "工单"), ("13800138000", "13800138000"), ("20261121-0042", "20261121-0042"),
        ("110101 19900307 7758", "110101199003077758"), ("110101199003077758", "110101199003077758"),
        ("20261121-123456", "20261121-123456"), ("x" * 90, "x" * TYPED_LIMIT),
    ],
)  # fmt: skip
def test_what_is_no_number_is_only_compacted(typed: str, plain: str) -> None:
    assert normalise_number(typed) == plain
