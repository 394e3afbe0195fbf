"""The official sheet of GB/T 9704-2012 as plain blocks: what stands on it and in which face, for whoever draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

# 3号, 4号, 2号 in points; the red head fits eight characters on a line.
BODY, FOURTH, HEADLINE, HEAD = 16.0, 14.0, 22.0, 42.0
# The text block in millimetres; a line in points, so that 22 of them fill it.
WIDTH, LINE = 156.0, 28.95
# Points between characters, so that 28 of 3号 fill a line.
CHARACTER_SPACE = -0.25
# 5号 in tables, their lines off the grid.
CELL, CELL_LINE = 10.5, 16.0
RED = "D7000F"
# What bars are drawn with in a table's cell.
BAR = "▇"
_POINTS_PER_MM = 72 / 25.4


class Face(StrEnum):
    """The faces of the standard by their names; the official fonts are not free and not shipped."""

    FANGSONG = "仿宋_GB2312"
    HEI = "黑体"
    KAI = "楷体_GB2312"
    TITLE_SONG = "方正小标宋简体"
    SONG = "宋体"


class Alignment(StrEnum):
    """Where a line stands."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class RuleLine(StrEnum):
    """The lines drawn along a paragraph."""

    RED_BELOW = "red_below"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. `size` in points; indents count characters; `right` stands at the end of the same line.

    `exact`: on the grid of lines. `keep`: never parted from what follows.
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
    """A ruled table, its first row the head, repeated on every page; `widths` are shares of the text block.

    First column and drawn bars stand left, all else centred.
    """

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]

    def is_left(self, row: int, column: int) -> bool:
        """Whether a cell stands left."""
        return row > 0 and (column == 0 or self.rows[row][column].startswith(BAR))


@dataclass(slots=True)
class Sheet:
    """A document that grows from the top."""

    title_of_file: str
    made_at: datetime
    blocks: list[Text | Table] = field(default_factory=list)

    def head(self, name: str, left: str, right: str, *, above: str = "") -> None:
        """The red name, the number or issuer with the date under it, and the red rule."""
        # As large as the standard's red head may be and still one line.
        size = min(HEAD, WIDTH * _POINTS_PER_MM / max(len(name), 1))
        self._add(Text(name, Face.TITLE_SONG, size, Alignment.CENTER, red=True, exact=False))
        if above:
            self._add(Text(above, align=Alignment.CENTER))
        self._add(Text(left, right=right, rules=(RuleLine.RED_BELOW,)))
        self.text("")

    def title(self, text: str) -> None:
        """The title: 2号小标宋, centred, with an empty line after it."""
        self._add(Text(text, Face.TITLE_SONG, HEADLINE, Alignment.CENTER))
        self.text("")

    def heading(self, text: str) -> None:
        """一、… in 黑体."""
        self._add(Text(text, Face.HEI, indent=2, keep=True))

    def subheading(self, text: str) -> None:
        """（一）… in 楷体."""
        self._add(Text(text, Face.KAI, indent=2, keep=True))

    def prose(self, text: str) -> None:
        """A paragraph of 3号仿宋, its first line two characters in."""
        self._add(Text(text, indent=2))

    def text(self, text: str, *, align: Alignment = Alignment.LEFT, right_indent: int = 0) -> None:
        """A paragraph that begins at the margin, or stands elsewhere."""
        self._add(Text(text, align=align, right_indent=right_indent))

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A table, with an empty line after it."""
        self._add(Table(tuple(tuple(row) for row in rows), tuple(widths)))
        self.text("")

    def imprint(self, lines: Sequence[str]) -> None:
        """The lines at the end between two rules: copies to, issued by."""
        last = len(lines) - 1
        for place, words in enumerate(lines):
            rules = (*((RuleLine.ABOVE,) if place == 0 else ()), *((RuleLine.BELOW,) if place == last else ()))
            self._add(Text(words, size=FOURTH, rules=rules))

    def _add(self, block: Text | Table) -> None:
        self.blocks.append(block)
