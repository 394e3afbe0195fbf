"""Pictures of a page: where the days of a window stand, and pieces drawn once for everything that looks the same."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import jinja2
from markupsafe import Markup

from channels.ui.deadline_view import Gap

# In percent of the picture: between two days, and what a weekend or holiday takes besides.
_BETWEEN, _WIDE = {True: 0.6, False: 2.0}, {True: 4.0, False: 5.0}
# A list has thirty windows, a county some hundred kinds of them at any moment.
KEPT = 4096


@dataclass(frozen=True, slots=True)
class Layout:
    """Left edges of the days and their common width, and how much a gap takes, all in percent."""

    edges: tuple[float, ...]
    width: float
    gap: float

    def middle_of(self, gap: Gap) -> float:
        """Where the line of a gap stands."""
        return round(self.edges[gap.after_index] + self.width + self.gap / 2, 2)


@lru_cache(maxsize=KEPT)
def lay_out(count: int, gaps: Sequence[Gap], full: bool) -> Layout:
    """Where `count` days stand, `full` across a page or small in a list; gaps after days that are not there take room all the same."""
    between, wide = _BETWEEN[full], _WIDE[full]
    closing = {gap.after_index for gap in gaps}
    width = round((100 - between * (count - 1) - wide * len(gaps)) / count, 3) if count else 0.0
    edges, x = [], 0.0
    for day in range(count):
        edges.append(round(x, 2))
        x += width + between + (wide if day in closing else 0)
    return Layout(tuple(edges), width, wide + between)


def add_layout_helpers(env: jinja2.Environment) -> None:
    """Templates get `lay_out`, and `drawn(template, macro, *what)`: a macro's picture of what it is given, drawn once."""

    @lru_cache(maxsize=KEPT)
    def drawn(template: str, macro: str, *what: Hashable) -> Markup:
        picture: Markup = getattr(env.get_template(template).module, macro)(*what)
        return picture

    env.globals |= {"lay_out": lay_out, "drawn": drawn}
