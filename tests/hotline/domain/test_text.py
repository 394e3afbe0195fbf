"""What free text may hold: the characters that are dropped, those that stay, and when a text counts as empty."""

import pytest

from hotline.domain.errors import Missing
from hotline.domain.intake import check_filing
from hotline.domain.text import clean
from hotline.domain.tickets.lifecycle import Verb, check_given, check_reason
from tests.build import a_filing

NON_CHARACTERS = [*range(0xFDD0, 0xFDF0), *(plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF))]
BIDI = [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
ZERO_WIDTH = [0xAD, 0x200B, 0x2060, 0xFEFF]
CONTROLS = [code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r\x85"]


@pytest.mark.parametrize("code", [*NON_CHARACTERS, *BIDI, *ZERO_WIDTH, *CONTROLS, 0xD800, 0xDFFF, 0xE0061])
def test_characters_nobody_can_see_are_dropped(code: int) -> None:
    assert clean(f"水费{chr(code)}多了") == "水费多了"


@pytest.mark.parametrize("text", ["家👨‍👩‍👧", "❤️✅", "𠮷\U000e0100", "ﻣﻰ‌خواهم", "a\tb\nc", "②㎡※〓\ue000", "😀"])
def test_what_a_person_wrote_stays(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("typed", "kept"), [("一\x85二\u2028三\u2029四\r\n五", "一\n二\n三\n四\n五"), ("\u200d一\u200c 二\u200d", "一 二")]
)
def test_line_ends_are_one_kind_and_joiners_stand_inside_words(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize(
    "text", ["\u200b\u200b", "\u200d", " \u202e\ufeff\n", "\u3164\u115f", "\ufe0f", "\u2800", "\ufffe\uffff"]
)
def test_a_text_with_nothing_to_see_is_empty_everywhere(text: str) -> None:
    assert clean(text) == ""
    with pytest.raises(Missing, match="诉求内容"):
        check_filing(a_filing(body=text))
    with pytest.raises(Missing, match="理由"):
        check_reason(text, "理由", 100)
    with pytest.raises(Missing, match="答复"):
        check_given(Verb.REPLY, {"reply": text})


def test_cleaning_twice_changes_nothing_more() -> None:
    text = " \r\u200b\n\u200d家👨‍👩 \ufffe\x01\u2028"
    assert clean(clean(text)) == clean(text)
