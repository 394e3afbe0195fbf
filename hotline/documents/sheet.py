"""The official sheet of GB/T 9704-2012: A4, 22 lines of 28 characters, faces by name, red head and rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor

FANGSONG, HEI, KAI, TITLE_SONG, SONG = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"
# 3号, 4号, 2号; the head fits eight characters on a line.
BODY, FOURTH, HEADLINE, HEAD = Pt(16), Pt(14), Pt(22), Pt(42)
RED = RGBColor(0xD7, 0x00, 0x0F)
WIDTH, LINE = Mm(156), Pt(28.95)
# Twips a line, and twips between characters, so that 22 lines of 28 characters of 3号 fill the text block.
LINE_PITCH, CHARACTER_SPACE = "579", "-5"
# 5号 in tables, their lines off the grid.
CELL, CELL_LINE = Pt(10.5), Pt(16)
# What bars are drawn with in a table's cell.
BAR = "▇"
Alignment = WD_ALIGN_PARAGRAPH


class Sheet:
    """A document that grows from the top; every text says its face and size, since the official faces are not shipped."""

    def __init__(self, title: str, now: datetime) -> None:
        self._document = Document()
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = title, "", ""
        properties.created = properties.modified = now.replace(tzinfo=None)
        self._lay_out()

    def to_bytes(self) -> bytes:
        """The docx file."""
        out = BytesIO()
        self._document.save(out)
        return out.getvalue()

    def head(self, name: str, left: str, right: str, *, above: str = "") -> None:
        """The red name, the number or issuer with the date under it, and the red rule."""
        self.text(name, face=TITLE_SONG, size=_head_size(name), align=Alignment.CENTER, color=RED, exact=False)
        if above:
            self.text(above, align=Alignment.CENTER)
        line = self.text(f"{left}\t{right}")
        line.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT)
        _rule(line, "bottom", "D7000F", 18)
        self.text("")

    def title(self, text: str) -> None:
        """The title: 2号小标宋, centred, with an empty line after it."""
        self.text(text, face=TITLE_SONG, size=HEADLINE, align=Alignment.CENTER)
        self.text("")

    def heading(self, text: str) -> None:
        """一、… in 黑体."""
        self.text(text, face=HEI, indent=2, keep=True)

    def subheading(self, text: str) -> None:
        """（一）… in 楷体."""
        self.text(text, face=KAI, indent=2, keep=True)

    def prose(self, text: str) -> None:
        """A paragraph of 3号仿宋, its first line two characters in."""
        self.text(text, indent=2)

    def text(
        self, text: str, *, face: str = FANGSONG, size: Length = BODY, align: Alignment | None = None,
        indent: int = 0, right_indent: int = 0, color: RGBColor | None = None, exact: bool = True, keep: bool = False,
    ) -> Any:  # fmt: skip
        """A paragraph; indents count characters."""
        paragraph = self._document.add_paragraph()
        form = paragraph.paragraph_format
        form.alignment, form.keep_with_next = align, keep
        form.space_before = form.space_after = Pt(0)
        form.first_line_indent, form.right_indent = size * indent, size * right_indent
        if exact:
            form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
        _dress(paragraph.add_run(text), face, size, color)
        return paragraph

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A ruled table, its first row the head, repeated on every page; `widths` are shares of the text block.

        First column and drawn bars stand left, all else centred.
        """
        table = self._document.add_table(rows=0, cols=len(widths), style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        spans = [Length(WIDTH * share // sum(widths)) for share in widths]
        for column, span in zip(table.columns, spans, strict=True):
            column.width = span
        for number, cells in enumerate(rows):
            row = table.add_row()
            _set_row(row, head=number == 0)
            for place, (cell, words, span) in enumerate(zip(row.cells, cells, spans, strict=True)):
                cell.width = span
                left = number > 0 and (place == 0 or words.startswith(BAR))
                _fill(cell, words, HEI if number == 0 else FANGSONG, centred=not left)
        self.text("")

    def imprint(self, lines: Sequence[str]) -> None:
        """The lines at the end between two rules: copies to, issued by."""
        for place, words in enumerate(lines):
            paragraph = self.text(words, size=FOURTH)
            if place == 0:
                _rule(paragraph, "top", "000000", 8)
            if place == len(lines) - 1:
                _rule(paragraph, "bottom", "000000", 8)

    def _lay_out(self) -> None:
        section = self._document.sections[0]
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
        normal = self._document.styles["Normal"]
        normal.font.name, normal.font.size = FANGSONG, BODY
        normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FANGSONG)
        self._number_pages(section)

    def _number_pages(self, section: Any) -> None:
        """— 1 —, 4号宋体: on the right of odd pages, on the left of even ones."""
        self._document.settings.odd_and_even_pages_header_footer = True
        for footer, align in ((section.footer, Alignment.RIGHT), (section.even_page_footer, Alignment.LEFT)):
            paragraph = footer.paragraphs[0]
            paragraph.alignment = align
            _dress(paragraph.add_run("— "), SONG, FOURTH, None)
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), "PAGE")
            run = paragraph.add_run("1")
            _dress(run, SONG, FOURTH, None)
            field.append(run._element)
            paragraph._element.append(field)
            _dress(paragraph.add_run(" —"), SONG, FOURTH, None)


def _head_size(name: str) -> Length:
    """As large as the standard's red head may be and still one line."""
    return Length(min(HEAD, Length(WIDTH // max(len(name), 1))))


def _dress(run: Any, face: str, size: Length, color: RGBColor | None) -> None:
    run.font.name, run.font.size = face, size
    properties = run._element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), face)
    if size == BODY:
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


def _fill(cell: Any, words: str, face: str, *, centred: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = Alignment.CENTER if centred else Alignment.LEFT
    form = paragraph.paragraph_format
    form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, CELL_LINE
    off = OxmlElement("w:snapToGrid")
    off.set(qn("w:val"), "0")
    properties = paragraph._element.get_or_add_pPr()
    properties.insert_element_before(off, "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:rPr")
    _dress(paragraph.add_run(words), face, CELL, None)
