"""Who took a document out: a faint line above every page (PROCEDURE §6)."""

from __future__ import annotations

from io import BytesIO

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

FACE, SIZE, GREY = "宋体", Pt(9), RGBColor(0x9A, 0x9A, 0x9A)


def marked(content: bytes, mark: str) -> bytes:
    """The docx with `mark` in small grey letters at the head of odd and even pages alike."""
    document = Document(BytesIO(content))
    for section in document.sections:
        for header in (section.header, section.even_page_header):
            paragraph = header.paragraphs[0]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            run = paragraph.add_run(mark)
            run.font.name, run.font.size, run.font.color.rgb = FACE, SIZE, GREY
            run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FACE)
    out = BytesIO()
    document.save(out)
    return out.getvalue()
