"""Documents opened again and read: layout of GB/T 9704-2012 and what they say."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from hotline.documents import brief_sheet, docx_of, letter_number, letter_sheet
from hotline.domain.brief import compose
from hotline.domain.brief.facts import (
    CallbackFact,
    Happened,
    InterviewCase,
    Peer,
    Period,
    Received,
    TicketFact,
    WeekFacts,
)
from hotline.domain.brief.issue import Brief, BriefState
from hotline.domain.brief.week import Week
from hotline.domain.enums import Document as Letter
from hotline.domain.enums import Reason
from hotline.domain.policy.limits import Policy

ZONE = ZoneInfo("Asia/Shanghai")
WEEK = Week(date(2026, 11, 23), ZONE)
UNITS = [UUID(int=n) for n in range(1, 5)]


def a_brief(**given: Any) -> Brief:
    """A week with thirty tickets, four bureaus and one interview."""
    received = tuple(
        Received(UUID(int=100 + n), "phone", "complaint", "bill", "人民路", WEEK.begin + timedelta(hours=n), bytes([n]), False, False)
        for n in range(30)
    )  # fmt: skip
    period = Period(
        received=received,
        happened=tuple(Happened(UUID(int=100 + n), "dispatch", UNITS[n % 3]) for n in range(30)),
        asked=tuple(CallbackFact(UUID(int=100 + n), UNITS[n % 3], "done", True, n > 9, "satisfied") for n in range(30)),
    )
    case = TicketFact(UUID(int=101), "20261123-00001", "水费比上月多了三倍", "单位1")
    interview = InterviewCase(
        case, WEEK.begin + timedelta(days=1), "village", "水务局副局长", "抄表员未入户", "重新核算", "done",
        date(2026, 12, 1), "understood", None,
    )  # fmt: skip
    peers = tuple(Peer(unit, f"单位{n}", "bureau") for n, unit in enumerate(UNITS))
    facts = WeekFacts(
        "阳光县", WEEK, Policy(), period, Period(), None, (interview,), (), (), peers, {u: u for u in UNITS},
        {"bill": "城乡建设 · 水费"},
    )  # fmt: skip
    body, figures = compose(facts)
    words: dict[str, Any] = {
        "brief_id": UUID(int=9), "monday": WEEK.monday, "year": 2026, "number": 47, "state": BriefState.ISSUED,
        "compiled_at": WEEK.due, "issued_at": WEEK.due + timedelta(hours=3), "body": body,
        "advice": "一、公开水价。\n二、加快改造。", "counts": {key: len(ids) for key, ids in figures.items()},
    }  # fmt: skip
    return Brief(**words | given)


def brief_docx(brief: Brief, zone: ZoneInfo) -> bytes:
    return docx_of(brief_sheet(brief, zone))


def supervision_letter_docx(facts: dict[str, Any]) -> bytes:
    return docx_of(letter_sheet(Letter.SUPERVISION_LETTER, facts))


def opened(content: bytes) -> Any:
    return Document(BytesIO(content))


def text_of(document: Any) -> str:
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


LETTER: dict[str, Any] = {
    "county": "阳光县", "year": 2026, "number": 12, "unit": "水务局", "copy_to": "", "tier": 1,
    "reason": "dissatisfied", "ticket_number": "20261123-00001", "title": "水费比上月多了三倍",
    "due_at": datetime(2026, 11, 30, 17, 30, tzinfo=ZONE), "issued_at": datetime(2026, 11, 23, 9, 0, tzinfo=ZONE),
}  # fmt: skip


@pytest.mark.parametrize("content", [brief_docx(a_brief(), ZONE), supervision_letter_docx(LETTER)])
def test_the_sheet_is_that_of_the_standard(content: bytes) -> None:
    document = opened(content)
    (section,) = document.sections
    assert abs(section.page_width - Mm(210)) < Mm(0.1)
    assert abs(section.page_height - Mm(297)) < Mm(0.1)
    assert abs(section.top_margin - Mm(37)) < Mm(0.1)
    assert abs(section.left_margin - Mm(28)) < Mm(0.1)
    assert abs(section.page_width - section.left_margin - section.right_margin - Mm(156)) < Mm(0.1)
    assert abs(section.page_height - section.top_margin - section.bottom_margin - Mm(225)) < Mm(0.1)
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "lines"
    assert round(225 / 25.4 * 72 / (int(grid.get(qn("w:linePitch"))) / 20), 1) == 22
    body = next(run for p in document.paragraphs for run in p.runs if run.font.size == Pt(16) and run.text)
    space = int(body._element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    assert int(156 / 25.4 * 72 / (16 + space)) == 28


@pytest.mark.parametrize("content", [brief_docx(a_brief(), ZONE), supervision_letter_docx(LETTER)])
def test_every_text_names_its_chinese_face(content: bytes) -> None:
    document = opened(content)
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    paragraphs = [*document.paragraphs, *(p for cell in cells for p in cell.paragraphs)]
    faces = {run._element.rPr.rFonts.get(qn("w:eastAsia")) for p in paragraphs for run in p.runs}
    assert faces <= {"仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"}
    assert "方正小标宋简体" in faces


def test_the_head_is_red_with_a_red_rule() -> None:
    document = opened(brief_docx(a_brief(), ZONE))
    name, number, line = document.paragraphs[:3]
    assert name.text == "群众约谈工作专报"
    assert str(name.runs[0].font.color.rgb) == "D7000F"
    assert number.text == "2026年第47期"
    assert line.text == "阳光县阳光热线办公室\t2026年11月30日"
    assert line._element.pPr.find(qn("w:pBdr")).find(qn("w:bottom")).get(qn("w:color")) == "D7000F"


def test_the_title_is_second_size_and_the_body_third() -> None:
    document = opened(brief_docx(a_brief(), ZONE))
    title = next(p for p in document.paragraphs if p.text.startswith("11月23日至11月29日"))
    lead = next(p for p in document.paragraphs if p.text.startswith("本周受理30件"))
    assert (title.runs[0].font.size, lead.runs[0].font.size) == (Pt(22), Pt(16))
    assert lead.paragraph_format.first_line_indent == Pt(32)
    assert lead.paragraph_format.line_spacing == Pt(28.95)


def test_the_eight_sections_stand_in_order() -> None:
    document = opened(brief_docx(a_brief(), ZONE))
    heads = [p.text for p in document.paragraphs if p.runs and p.runs[0].font.name == "黑体"]
    assert heads == [
        "一、本周数字", "二、图表", "三、承办单位", "四、热点事项", "五、约谈情况", "六、纪委和领导督办事项",
        "七、领导批示落实情况", "八、工作建议",
    ]  # fmt: skip


def test_the_brief_says_its_figures_cases_and_advice() -> None:
    document = opened(brief_docx(a_brief(), ZONE))
    text = text_of(document)
    assert "1．城乡建设 · 水费：30件，30人反映；上周0件，增加30件；集中在人民路。" in text
    assert "结果：能办到，迅速办理，承诺12月1日前办结。群众意见：理解；待核实。" in text
    assert "一、公开水价。\n二、加快改造。" in text
    compared = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert compared[0] == ["项目", "本周", "上周"]
    assert ["受理", "30", "0"] in compared
    assert ["满意率", "100.0%", "—"] in compared
    units = [[cell.text for cell in row.cells] for row in document.tables[-1].rows]
    assert [row[:3] for row in units[1:]] == [["单位1", "A", "10"], ["单位2", "A", "10"], ["单位0", "C", "10"]]


def test_a_draft_says_so() -> None:
    draft = a_brief(state=BriefState.DRAFT, issued_at=None, advice="")
    text = text_of(opened(brief_docx(draft, ZONE)))
    assert "2026年第47期（草稿）" in text
    assert "本期没有建议。" in text


def test_the_same_brief_gives_the_same_text_twice() -> None:
    assert text_of(opened(brief_docx(a_brief(), ZONE))) == text_of(opened(brief_docx(a_brief(), ZONE)))


def test_the_file_names_nobody_as_its_author() -> None:
    properties = opened(brief_docx(a_brief(), ZONE)).core_properties
    assert (properties.author, properties.title) == ("", "群众约谈工作专报2026年第47期")
    assert properties.created.replace(tzinfo=UTC) == WEEK.due


def test_a_letter_has_number_addressee_matter_and_limit() -> None:
    text = text_of(opened(supervision_letter_docx(LETTER)))
    assert "热线督办\t阳热督〔2026〕12号" in text
    assert "关于督办第20261123-00001号工单的函" in text
    assert "\n水务局：\n" in text
    assert "因群众对答复不满意，现列入热线督办。" in text
    assert "约谈诉求人" in text
    assert "办理期限：2026年11月30日17:30前。" in text
    assert "2026年11月23日" in text
    assert "抄送" not in text


def test_tier_two_writes_in_its_own_name_with_a_copy_to_the_head() -> None:
    text = text_of(opened(supervision_letter_docx(LETTER | {"tier": 2, "copy_to": "单位主要负责人"})))
    assert text.startswith("阳光县纪委纠风办\n")
    assert "抄送：水务局单位主要负责人" in text
    assert "将转领导督办" in text


@pytest.mark.parametrize("tier", [1, 2, 3])
@pytest.mark.parametrize("reason", list(Reason))
def test_every_tier_and_reason_has_its_letter(tier: int, reason: Reason) -> None:
    assert "办理期限" in text_of(opened(supervision_letter_docx(LETTER | {"tier": tier, "reason": reason.value})))


def test_a_letter_to_a_unit_that_takes_over_does_not_blame_it() -> None:
    text = text_of(opened(supervision_letter_docx(LETTER | {"passed_on": True})))
    assert "现改由你单位承办，继续督办。" in text
    assert "，现列入" not in text


def test_a_letter_without_a_unit_still_has_an_addressee() -> None:
    assert "\n承办单位：\n" in text_of(opened(supervision_letter_docx(LETTER | {"unit": ""})))


def test_a_number_is_written_in_the_official_way() -> None:
    assert letter_number("阳光县", 2026, 12) == "阳热督〔2026〕12号"
