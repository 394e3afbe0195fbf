"""Every kind of document from hostile stored text, at a moment with microseconds, read back from docx and PDF."""

import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

from hotline.documents import Sheet, brief_sheet, docx_of, letter_sheet, pdf_of
from hotline.documents.person import person_sheet
from hotline.documents.printable import printable
from hotline.domain.enums import Document
from tests.fonts import with_fonts
from tests.hotline.documents.test_documents import LETTER, ZONE, a_brief, opened
from tests.hotline.documents.test_pdf import COPY, INTERVIEW

MOMENT = datetime(2026, 11, 23, 9, 0, 0, 123_456, tzinfo=ZONE)
INVISIBLE = "\ufffe\uffff\ufdd0\U0001ffff\u202e\u2066\u200f\u200b\u2060\ufeff\x00\x0b\x1b\x9f\ud800\udc00"
STACK = "a" + "\u0301" * 600
WORDS = (
    f'始{INVISIBLE}✅已办，❌未办👨‍👩‍👧😀\U0001fae8 1️⃣ 🇨🇳\ue000\U00100000 ]]> #import "x.typ" *粗* $x^2$ _斜_ @页 <标> \\ `码`'
    f" // 注 {{{{7*7}}}} &amp; = 题 {'W' * 300}{'！' * 90}{STACK}\t终"
)
KEPT = (
    "√已办，×未办［表情］",
    "［表情］〓〓",
    "]]>",
    '#import"x.typ"',
    "*粗*$x^2$_斜_@页<标>\\`码`//注{{7*7}}&amp;=题",
    "W" * 300,
    "！" * 90,
)


def hostile(**facts: Any) -> dict[str, Any]:
    told = {
        "unit": WORDS,
        "title": WORDS,
        "copy_to": WORDS,
        "county": f"阳光县{INVISIBLE}",
        "ticket_number": "20261123-00001",
    }
    return LETTER | told | {"issued_at": MOMENT, "due_at": MOMENT + timedelta(days=1)} | facts


def hostile_brief() -> Sheet:
    brief = a_brief(advice=WORDS, compiled_at=MOMENT.astimezone(UTC), issued_at=MOMENT)
    brief.body["county"] = f"阳光县{INVISIBLE}"
    brief.body["lead"] = [WORDS]
    brief.body["interviews"] = [{"lines": [WORDS, WORDS]}]
    brief.body["charts"]["shares"][0]["label"] = WORDS
    for group in brief.body["units"]:
        for row in group["rows"]:
            row["name"] = f"单位✅{INVISIBLE}"
    return brief_sheet(brief, ZONE)


def hostile_copy() -> Sheet:
    (ticket,) = COPY["tickets"]
    ticket = ticket | {
        "person": dict.fromkeys(ticket["person"], WORDS), "place": WORDS, "title": WORDS, "body": f"{WORDS}\n{WORDS}",
        "events": [{"at": "2026-11-23 09:00", "what": "受理", "text": WORDS}], "files": [WORDS],
    }  # fmt: skip
    return person_sheet(COPY | {"tickets": [ticket]}, MOMENT)


MINUTES = dict.fromkeys(("official", "cause", "solution", "rules", "minutes"), WORDS) | {"held_at": MOMENT}
SHEETS: dict[str, Callable[[], Sheet]] = {
    "supervision_letter": lambda: letter_sheet(Document.SUPERVISION_LETTER, hostile()),
    "reminder_notice": lambda: letter_sheet(Document.REMINDER_NOTICE, hostile(role="supervisor", rule="reply")),
    "interview_record": lambda: letter_sheet(Document.INTERVIEW_RECORD, hostile(**INTERVIEW | MINUTES)),
    "written_reply": lambda: letter_sheet(Document.WRITTEN_REPLY, hostile(reply=f"{WORDS}\n{WORDS}")),
    "brief": hostile_brief,
    "person": hostile_copy,
}
MARK = f"supervisor{INVISIBLE}✅ 2026-11-23"


def read_docx(content: bytes) -> str:
    body = opened(content).element.body
    return re.sub(r"\s", "", "".join(node.text or "" for node in body.xpath(".//w:t")))


def read_pdf(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    texts = [re.sub(r"\s|\u200b", "", page.extract_text()) for page in pages]
    return "".join(text.replace(f"—{n}—", "") for n, text in enumerate(texts, 1))


def glyphs_of(page: PageObject) -> Iterator[int]:
    """Every glyph the page draws; 0 is the empty box of a font without the character."""
    content = page.get_contents()
    assert content is not None
    for operands, operator in ContentStream(content, page.pdf).operations:
        for shown in operands[0] if operator == b"TJ" else operands if operator == b"Tj" else ():
            raw = getattr(shown, "original_bytes", b"")
            yield from (int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2))


def lines_of(page: PageObject) -> dict[float, str]:
    """What stands at each height of the page, in points from its lower edge."""
    lines: dict[float, str] = {}

    def note(text: str, outer: list[float], inner: list[float], *_: object) -> None:
        if words := re.sub(r"\s|\u200b", "", text):
            height = round(inner[5] * outer[3] + outer[5], 1)
            lines[height] = lines.get(height, "") + words

    page.extract_text(visitor_text=note)
    return lines


def boxes_in(content: bytes) -> int:
    return sum(glyph == 0 for page in PdfReader(io.BytesIO(content)).pages for glyph in glyphs_of(page))


def assert_words(text: str, name: str) -> None:
    for words in KEPT:
        assert words in text, f"{name}: {words}"
    left = {f"U+{ord(sign):04X}" for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Cn", "Co", "Cs")}
    assert left == set()


@pytest.mark.parametrize("name", list(SHEETS))
def test_hostile_text_reads_back_from_docx(name: str) -> None:
    content = docx_of(SHEETS[name](), MARK)
    assert_words(read_docx(content), name)
    assert opened(content).sections[0].header.paragraphs[0].text == "supervisor√ 2026-11-23"


@with_fonts
@pytest.mark.parametrize("name", list(SHEETS))
def test_hostile_text_reads_back_from_pdf_without_an_empty_box(name: str) -> None:
    content = pdf_of(SHEETS[name](), MARK)
    assert_words(read_pdf(content).replace("supervisor√2026-11-23", ""), name)
    assert boxes_in(content) == 0


@with_fonts
def test_a_character_without_a_glyph_would_be_noticed() -> None:
    sheet = Sheet("字", MOMENT)
    sheet.prose("ⸯ")
    assert boxes_in(pdf_of(sheet)) == 1


@with_fonts
def test_no_word_and_no_cell_leaves_the_page() -> None:
    sheet = Sheet("字", MOMENT)
    sheet.prose("W" * 2000)
    sheet.prose("！" * 500)
    sheet.table([["项目", "内容"], ["长", "字" * 5000], ["宽", "w" * 400]], [1, 4])
    content = pdf_of(sheet)
    text = read_pdf(content)
    assert [text.count(sign) for sign in "W！字w"] == [2000, 500, 5000, 400]
    for page in PdfReader(io.BytesIO(content)).pages:
        lines = lines_of(page)
        assert min(lines) > 0
        # 442 points hold 28 ideographs of the body, 42 of a cell; letters and adjacent marks are half as wide, W nearly whole.
        assert max(len(line) for line in lines.values()) <= 2 * 42
        assert max(line.count("W") for line in lines.values()) <= 34


@pytest.mark.parametrize("microsecond", [0, 1, 999_999])
@with_fonts
def test_the_files_carry_the_moment_in_utc_to_the_second(microsecond: int) -> None:
    sheet = Sheet("字", MOMENT.replace(microsecond=microsecond))
    sheet.prose("字")
    metadata = PdfReader(io.BytesIO(pdf_of(sheet))).metadata
    assert metadata is not None
    nine = MOMENT.replace(microsecond=0)
    assert metadata.creation_date == nine
    properties = opened(docx_of(sheet)).core_properties
    for at in (properties.created, properties.modified):
        assert at.replace(tzinfo=UTC) == nine
    assert nine.astimezone(UTC).hour == 1


@pytest.mark.parametrize(
    ("stored", "printed"),
    [
        ("✅ 已办 ❌ 未办", "√ 已办 × 未办"),
        ("谢谢😀😀👍🏽！", "谢谢［表情］！"),
        ("👍", "［表情］"),
        ("1️⃣先来 2️⃣后来", "1先来 2后来"),
        ("𝓐𝓑 🄰 ⓐ", "AB A a"),
        ("\ue000家\U000e0041", "〓家"),
        ("①㎡★→℃©™½Ω𠮷𱍐", "①㎡★→℃©™½Ω𠮷𱍐"),
        ("\ufdd0\u202e\u200b\ud800", ""),
    ],
)
def test_what_no_chinese_font_has_is_replaced_and_the_rest_stays(stored: str, printed: str) -> None:
    assert printable(stored) == printed
