"""PDF beside docx: the same words from the same sheet, its pages those of the standard, and a sentence without fonts."""

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader

from hotline.documents import NoChineseFont, Sheet, brief_sheet, docx_of, letter_sheet, pdf_of
from hotline.documents.as_pdf import _faces
from hotline.documents.person import person_sheet
from hotline.domain.enums import Document
from tests.fonts import with_fonts
from tests.hotline.documents.test_documents import LETTER, ZONE, a_brief, opened

INTERVIEW = {
    "held_at": LETTER["issued_at"], "held_place": "village", "official": "副局长", "outcome": "explained",
    "promised_on": None, "person_verdict": "understood", "cause": "抄表员未入户", "solution": "重新核算\n当面说明",
    "rules": "供水条例", "minutes": "核对了“读数”，<p>#link $x$ \\ *粗* _斜_ @页 \"引号\"",
}  # fmt: skip
COPY = {
    "county": "阳光县",
    "tickets": [{
        "number": "20261123-00001", "person": {"name": "王小明", "phone": "", "identity": "", "address": "", "wechat": ""},
        "kind": "投诉", "state": "已办结", "received_at": "2026-11-23 09:00", "place": "人民路", "title": "水费", "body": "多了三倍",
        "events": [{"at": "2026-11-23 09:00", "what": "受理", "text": "诉求已经受理。"}], "files": [],
        "looks": [{"at": "2026-11-23 10:00", "role": "派单员", "what": "查看工单"}],
    }],
}  # fmt: skip
SHEETS = {
    "brief": lambda: brief_sheet(a_brief(), ZONE),
    "supervision_letter": lambda: letter_sheet(Document.SUPERVISION_LETTER, LETTER),
    "second_tier": lambda: letter_sheet(Document.SUPERVISION_LETTER, LETTER | {"tier": 2, "copy_to": "主要负责人"}),
    "reminder_notice": lambda: letter_sheet(Document.REMINDER_NOTICE, LETTER | {"role": "supervisor", "rule": "reply"}),
    "interview_record": lambda: letter_sheet(Document.INTERVIEW_RECORD, LETTER | INTERVIEW),
    "written_reply": lambda: letter_sheet(
        Document.WRITTEN_REPLY, LETTER | {"reply": "水表已更换。\n多收的已退还。" * 40}
    ),
    "person": lambda: person_sheet(COPY, LETTER["issued_at"]),
}


def pages_of(content: bytes) -> list[str]:
    """What stands on each page, without blanks and the page's own number."""
    pages = [re.sub(r"\s|\u200b", "", page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]
    for number, page in enumerate(pages, 1):
        assert f"—{number}—" in (page[:4], page[-len(f"—{number}—") :]), page
    return [page.removeprefix(f"—{n}—").removesuffix(f"—{n}—") for n, page in enumerate(pages, 1)]


def pieces_of(content: bytes) -> list[str]:
    """Every paragraph and cell of a docx in order, without blanks."""
    body = opened(content).element.body
    told: list[Any] = body.xpath(".//w:p")
    words = ["".join(node.text or "" for node in one.xpath(".//w:t")) for one in told]
    return [found for one in words if (found := re.sub(r"\s", "", one))]


@with_fonts
@pytest.mark.parametrize("name", list(SHEETS))
def test_the_pdf_says_what_the_docx_says(name: str) -> None:
    sheet = SHEETS[name]()
    pages, pieces = pages_of(pdf_of(sheet)), pieces_of(docx_of(sheet))
    heads = [re.sub(r"\s", "", "".join(block.rows[0])) for block in sheet.blocks if hasattr(block, "rows")]
    told = pages[0]
    for page in pages[1:]:
        # The head of a table that goes on is repeated on the next page.
        again = next((head for head in heads if head and page.startswith(head)), "")
        follows = "".join(pieces).startswith(told + page)
        told += page if follows else page.removeprefix(again)
    assert told == "".join(pieces)


@with_fonts
@pytest.mark.parametrize("name", list(SHEETS))
def test_pages_are_a4_with_their_fonts_inside_and_nobody_as_author(name: str) -> None:
    sheet = SHEETS[name]()
    reader = PdfReader(io.BytesIO(pdf_of(sheet)))
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (sheet.title_of_file, None)
    for page in reader.pages:
        assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
        inside = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
        assert all({"/FontFile2", "/FontFile3"} & set(one.get_object()) for one in inside)


@with_fonts
def test_twenty_two_lines_of_twenty_eight_characters_fill_a_page() -> None:
    sheet = Sheet("字", LETTER["issued_at"])
    sheet.text("字" * 28 * 22 + "末")
    first, second = pages_of(pdf_of(sheet))
    assert (len(first), second) == (28 * 22, "末")
    lines = PdfReader(io.BytesIO(pdf_of(sheet))).pages[0].extract_text().split()
    assert [len(line) for line in lines if "字" in line] == [28] * 22


@with_fonts
def test_who_took_it_out_stands_above_every_page() -> None:
    pages = pages_of(pdf_of(SHEETS["brief"](), "supervisor 2026-12-01"))
    assert len(pages) > 2
    assert all("supervisor2026-12-01" in page for page in pages)


@with_fonts
def test_the_same_sheet_gives_the_same_file() -> None:
    assert pdf_of(SHEETS["written_reply"]()) == pdf_of(SHEETS["written_reply"]())


def test_without_a_chinese_font_there_is_a_sentence_and_no_empty_boxes() -> None:
    with pytest.raises(NoChineseFont) as told:
        _faces(("Libertinus Serif", "DejaVu Sans Mono"))
    assert told.value.status == 503
    assert "请改下载 Word 文件" in told.value.sentence


def test_one_chinese_font_serves_every_face_and_the_official_one_comes_first() -> None:
    assert set(map(tuple, _faces(("Noto Sans CJK SC",)).values())) == {("Noto Sans CJK SC",)}
    assert _faces(("Noto Serif CJK SC", "FangSong"))["仿宋_GB2312"] == ["FangSong", "Noto Serif CJK SC"]
