"""Render a sheet as docx: editable, with the official fonts by name (PROCEDURE §7)."""

from __future__ import annotations

from datetime import UTC
from io import BytesIO
from typing import Any, assert_never

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor

from hotline.documents import sheet as page
from hotline.documents.printable import printable
from hotline.documents.sheet import Alignment, Face, RuleLine, Sheet, Table, Text

WIDTH = Mm(page.WIDTH)
# Twips (1/20 point) per line, and between characters.
LINE_PITCH, CHARACTER_SPACE = str(round(page.LINE * 20)), str(round(page.CHARACTER_SPACE * 20))
MARK_FACE, MARK_SIZE, GREY = Face.SONG, Pt(9), RGBColor(0x9A, 0x9A, 0x9A)
_ALIGNED = {
    Alignment.LEFT: None, Alignment.CENTER: WD_ALIGN_PARAGRAPH.CENTER, Alignment.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
}  # fmt: skip
# Side, colour, width in eighths of a point.
_RULES = {
    RuleLine.RED_BELOW: ("bottom", page.RED, 18), RuleLine.ABOVE: ("top", "000000", 8), RuleLine.BELOW: ("bottom", "000000", 8),
}  # fmt: skip


def docx_of(sheet: Sheet, mark: str = "") -> bytes:
    """Return the docx file.

    `mark` says who downloaded it, in small grey type on top of every page (PROCEDURE §6).
    """
    document = Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = sheet.title_of_file, "", ""
    # The library writes any datetime as if it were UTC.
    properties.created = properties.modified = sheet.made_at.astimezone(UTC).replace(tzinfo=None)
    _lay_out(document, printable(mark))
    for block in sheet.blocks:
        match block:
            case Text():
                _write(document, block)
            case Table():
                _write_table(document, block)
            case _:
                assert_never(block)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _write(document: Any, block: Text) -> None:
    paragraph = document.add_paragraph()
    form, size = paragraph.paragraph_format, _size(block)
    form.alignment, form.keep_with_next = _ALIGNED[block.align], block.keep
    form.space_before = form.space_after = Pt(0)
    form.first_line_indent, form.right_indent = size * block.indent, size * block.right_indent
    if block.exact:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(page.LINE)
    if block.right:
        form.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    words = f"{block.text}\t{block.right}" if block.right else block.text
    _dress(paragraph.add_run(words), block.face, size, RGBColor.from_string(page.RED) if block.red else None)
    for rule in block.rules:
        _rule(paragraph, *_RULES[rule])


def _size(block: Text) -> Length:
    return Length(Pt(block.size))


def _write_table(document: Any, block: Table) -> None:
    table = document.add_table(rows=0, cols=len(block.widths), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    spans = [Length(WIDTH * share // sum(block.widths)) for share in block.widths]
    for column, span in zip(table.columns, spans, strict=True):
        column.width = span
    for number, cells in enumerate(block.rows):
        row = table.add_row()
        _set_row(row, head=number == 0)
        for place, (cell, words, span) in enumerate(zip(row.cells, cells, spans, strict=True)):
            cell.width = span
            face = Face.HEI if number == 0 else Face.FANGSONG
            _fill(cell, words, face, centred=not block.is_left(number, place))


def _lay_out(document: Any, mark: str) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.left_margin = Mm(37), Mm(28)
    section.right_margin, section.bottom_margin = Mm(26), Mm(35)
    section.header_distance, section.footer_distance = Mm(15), Mm(28)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), LINE_PITCH)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = Face.FANGSONG.value, Pt(page.BODY)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), Face.FANGSONG.value)
    document.settings.odd_and_even_pages_header_footer = True
    _number_pages(section)
    if mark:
        for header in (section.header, section.even_page_header):
            header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _dress(header.paragraphs[0].add_run(mark), MARK_FACE, MARK_SIZE, GREY)


def _number_pages(section: Any) -> None:
    """Add page numbers, — 1 — in 4号宋体: on the right of odd pages, on the left of even ones."""
    size = Pt(page.FOURTH)
    sides = ((section.footer, WD_ALIGN_PARAGRAPH.RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT))
    for footer, align in sides:
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        _dress(paragraph.add_run("— "), Face.SONG, size, None)
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        run = paragraph.add_run("1")
        _dress(run, Face.SONG, size, None)
        field.append(run._element)
        paragraph._element.append(field)
        _dress(paragraph.add_run(" —"), Face.SONG, size, None)


def _dress(run: Any, face: Face, size: Length, color: RGBColor | None) -> None:
    run.font.name, run.font.size = face.value, size
    properties = run._element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), face.value)
    if size == Pt(page.BODY):
        space = OxmlElement("w:spacing")
        space.set(qn("w:val"), CHARACTER_SPACE)
        properties.insert_element_before(space, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:lang")
    if color is not None:
        run.font.color.rgb = color


def _rule(paragraph: Any, side: str, color: str, eighths: int) -> None:
    properties = paragraph._element.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "4"), ("color", color)):
        edge.set(qn(f"w:{name}"), value)
    borders.append(edge)


def _set_row(row: Any, *, head: bool) -> None:
    properties = row._tr.get_or_add_trPr()
    for name in ("cantSplit", "tblHeader") if head else ("cantSplit",):
        properties.append(OxmlElement(f"w:{name}"))


def _fill(cell: Any, words: str, face: Face, *, centred: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
    form = paragraph.paragraph_format
    form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(page.CELL_LINE)
    off = OxmlElement("w:snapToGrid")
    off.set(qn("w:val"), "0")
    properties = paragraph._element.get_or_add_pPr()
    properties.insert_element_before(off, "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:rPr")
    _dress(paragraph.add_run(words), face, Length(Pt(page.CELL)), None)
