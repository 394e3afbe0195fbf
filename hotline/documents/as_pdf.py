"""Render a sheet as PDF with embedded fonts (PROCEDURE §7)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import typst

from hotline.documents import sheet as page
from hotline.documents.printable import printable
from hotline.documents.sheet import Face, Sheet, Table, Text
from hotline.domain.errors import Refusal

_DRAWN_BY = Path(__file__).with_name("sheet.typ")
_SONG = ("SimSun", "STSong", "Songti SC", "Noto Serif CJK SC", "Source Han Serif SC")
_HEI = ("SimHei", "STHeiti", "Heiti SC", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei")
# The official fonts first, then free fonts that resemble them.
_LIKES: Mapping[Face, tuple[str, ...]] = {
    Face.FANGSONG: ("FangSong_GB2312", "FangSong", "STFangsong", *_SONG, *_HEI),
    Face.HEI: (*_HEI, *_SONG),
    Face.KAI: ("KaiTi_GB2312", "KaiTi", "STKaiti", "Kaiti SC", *_SONG, *_HEI),
    Face.TITLE_SONG: ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", *_SONG, *_HEI),
    Face.SONG: (*_SONG, *_HEI),
}
# A run of letters or punctuation this long has no place to break and would leave the page. Scripts whose letters join
# (Arabic) or carry marks are left alone: a break mark would part them.
_UNBROKEN = re.compile(r"[!-~\u00a1-\u02ff\u0370-\u052f\u2010-\u2bff\u3001-\u303f\uff01-\uffee]{24,}")
_BREAK = "\u200b"


class NoChineseFont(Refusal):
    """这台服务器没有装中文字体，做不出 PDF。请改下载 Word 文件，并请系统管理员安装中文字体（如 fonts-noto-cjk）。"""

    status: ClassVar[int] = 503


def pdf_of(sheet: Sheet, mark: str = "") -> bytes:
    """Return the PDF file; `mark` is printed faintly on top of every page. Raises NoChineseFont if none is installed.

    Takes 0.2 s: call it in a thread.
    """
    fonts = _fonts()
    told = {
        "title": sheet.title_of_file, "mark": printable(mark), "blocks": [_block(block) for block in sheet.blocks],
        "faces": _faces(tuple(fonts.families())), "width": page.WIDTH, "line": page.LINE,
        "space": page.CHARACTER_SPACE, "body": page.BODY, "fourth": page.FOURTH, "cell": page.CELL,
        "cell_line": page.CELL_LINE, "red": f"#{page.RED}",
    }  # fmt: skip
    drawn = typst.compile(
        _DRAWN_BY.read_bytes(),
        font_paths=fonts,
        sys_inputs={"sheet": json.dumps(told)},
        # typst takes whole seconds only.
        timestamp=sheet.made_at.astimezone(UTC).replace(microsecond=0),
    )
    if not isinstance(drawn, bytes):
        raise TypeError("a PDF is one piece")
    return drawn


@cache
def _fonts() -> typst.Fonts:
    """Return the installed fonts, searched once."""
    return typst.Fonts()


def _faces(families: tuple[str, ...]) -> dict[str, list[str]]:
    """Return for each face the installed families that may represent it, best first. Raises NoChineseFont."""
    known = frozenset(families)
    found = {face.value: [name for name in likes if name in known] for face, likes in _LIKES.items()}
    if not all(found.values()):
        raise NoChineseFont
    return found


def _block(block: Text | Table) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"kind": "text", **asdict(block), "text": _breakable(block.text), "right": _breakable(block.right)}
    left = [[block.is_left(row, place) for place in range(len(block.widths))] for row in range(len(block.rows))]
    rows = [list(map(_breakable, row)) for row in block.rows]
    return {"kind": "table", **asdict(block), "rows": rows, "left": left}


def _breakable(text: str) -> str:
    """Return the text with invisible break marks in every very long word."""
    return _UNBROKEN.sub(lambda found: _BREAK.join(found[0]), text)
