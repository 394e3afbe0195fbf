"""Layout of the window of days, and a cache of rendered macros."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import jinja2
from markupsafe import Markup

from channels.ui.deadline_view import Gap

# In percent of the width, by `full`: the space between two days, and the extra space of a gap.
_BETWEEN, _WIDE = {True: 0.6, False: 2.0}, {True: 4.0, False: 5.0}
# A list shows thirty windows; a county has some hundred different ones at any moment.
KEPT = 4096


@dataclass(frozen=True, slots=True)
class Layout:
    """Left edges of the days, their common width, and the width of a gap, in percent."""

    edges: tuple[float, ...]
    width: float
    gap: float

    def middle_of(self, gap: Gap) -> float:
        """Return the position of a gap's line."""
        return round(self.edges[gap.after_index] + self.width + self.gap / 2, 2)


@lru_cache(maxsize=KEPT)
def lay_out(count: int, gaps: Sequence[Gap], full: bool) -> Layout:
    """Return the layout of `count` days, `full` across a page or small in a list.

    A gap takes room even if no day follows it.
    """
    between, wide = _BETWEEN[full], _WIDE[full]
    closing = {gap.after_index for gap in gaps}
    width = round((100 - between * (count - 1) - wide * len(gaps)) / count, 3) if count else 0.0
    edges, x = [], 0.0
    for day in range(count):
        edges.append(round(x, 2))
        x += width + between + (wide if day in closing else 0)
    return Layout(tuple(edges), width, wide + between)


def add_layout_helpers(env: jinja2.Environment) -> None:
    """Give templates `lay_out` and `drawn(template, macro, *what)`, which caches a macro's output by its arguments."""

    @lru_cache(maxsize=KEPT)
    def drawn(template: str, macro: str, *what: Hashable) -> Markup:
        picture: Markup = getattr(env.get_template(template).module, macro)(*what)
        return picture

    env.globals |= {"lay_out": lay_out, "drawn": drawn}
