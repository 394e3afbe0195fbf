"""The official sheet of GB/T 9704-2012 as plain blocks, independent of the file format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from hotline.documents.printable import printable

# 3号, 4号, 2号 in points; eight characters of the red head fit on a line.
BODY, FOURTH, HEADLINE, HEAD = 16.0, 14.0, 22.0, 42.0
# Width of the text block in millimetres; line height in points: 22 lines fill the page.
WIDTH, LINE = 156.0, 28.95
# Space between characters in points: 28 characters of 3号 fill a line.
CHARACTER_SPACE = -0.25
# 5号 in tables, with a line height outside the line grid.
CELL, CELL_LINE = 10.5, 16.0
RED = "D7000F"
# Bars in table cells are drawn with this character.
BAR = "▇"
_POINTS_PER_MM = 72 / 25.4


class Face(StrEnum):
    """Typefaces of the standard by name; the official fonts are not free and not included."""

    FANGSONG = "仿宋_GB2312"
    HEI = "黑体"
    KAI = "楷体_GB2312"
    TITLE_SONG = "方正小标宋简体"
    SONG = "宋体"


class Alignment(StrEnum):
    """Horizontal alignment of a line."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class RuleLine(StrEnum):
    """Lines drawn along a paragraph."""

    RED_BELOW = "red_below"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. `size` in points; indents in characters; `right` is placed at the end of the same line.

    `exact`: on the line grid. `keep`: on the same page as the next block.
    """

    text: str
    face: Face = Face.FANGSONG
    size: float = BODY
    align: Alignment = Alignment.LEFT
    indent: int = 0
    right_indent: int = 0
    red: bool = False
    exact: bool = True
    keep: bool = False
    right: str = ""
    rules: tuple[RuleLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table; its first row is the heading, repeated on every page; `widths` are shares of the text width.

    The first column and drawn bars are left-aligned, all else is centred.
    """

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]

    def is_left(self, row: int, column: int) -> bool:
        """Return whether a cell is left-aligned."""
        return row > 0 and (column == 0 or self.rows[row][column].startswith(BAR))


@dataclass(slots=True)
class Sheet:
    """A document as a list of blocks from top to bottom; its texts hold printable characters only."""

    title_of_file: str
    made_at: datetime
    blocks: list[Text | Table] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.title_of_file = printable(self.title_of_file)

    def head(self, name: str, left: str, right: str, *, above: str = "") -> None:
        """Add the red name, the line with number or issuer and date, and the red rule."""
        # The largest size of the standard that still fits on one line.
        size = min(HEAD, WIDTH * _POINTS_PER_MM / max(len(name), 1))
        self._add(Text(name, Face.TITLE_SONG, size, Alignment.CENTER, red=True, exact=False))
        if above:
            self._add(Text(above, align=Alignment.CENTER))
        self._add(Text(left, right=right, rules=(RuleLine.RED_BELOW,)))
        self.text("")

    def title(self, text: str) -> None:
        """Add the title (2号小标宋, centred) and an empty line."""
        self._add(Text(text, Face.TITLE_SONG, HEADLINE, Alignment.CENTER))
        self.text("")

    def heading(self, text: str) -> None:
        """Add a heading of the first level (一、… in 黑体)."""
        self._add(Text(text, Face.HEI, indent=2, keep=True))

    def subheading(self, text: str) -> None:
        """Add a heading of the second level (（一）… in 楷体)."""
        self._add(Text(text, Face.KAI, indent=2, keep=True))

    def prose(self, text: str) -> None:
        """Add a paragraph of 3号仿宋 with its first line indented by two characters."""
        self._add(Text(text, indent=2))

    def text(self, text: str, *, align: Alignment = Alignment.LEFT, right_indent: int = 0) -> None:
        """Add a paragraph without indent."""
        self._add(Text(text, align=align, right_indent=right_indent))

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """Add a table and an empty line."""
        self._add(Table(tuple(tuple(row) for row in rows), tuple(widths)))
        self.text("")

    def imprint(self, lines: Sequence[str]) -> None:
        """Add the final lines between two rules: copies to, issued by."""
        last = len(lines) - 1
        for place, words in enumerate(lines):
            rules = (*((RuleLine.ABOVE,) if place == 0 else ()), *((RuleLine.BELOW,) if place == last else ()))
            self._add(Text(words, size=FOURTH, rules=rules))

    def _add(self, block: Text | Table) -> None:
        match block:
            case Text():
                block = replace(block, text=printable(block.text), right=printable(block.right))
            case Table():
                block = replace(block, rows=tuple(tuple(map(printable, row)) for row in block.rows))
            case _:
                assert_never(block)
        self.blocks.append(block)
