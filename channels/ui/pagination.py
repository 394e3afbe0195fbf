"""Pagination of lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict


class CountedRow(TypedDict):
    """Any row of a list that also carries how many rows the whole list has."""

    total: int


@dataclass(frozen=True, slots=True)
class Pager:
    """Argument of the template macro ui.pager."""

    text: str
    prev_href: str | None
    next_href: str | None


def page_number(given: str) -> int:
    """Parse the page number of an address, limited to 1 to 10 000; 1 if it is not a number."""
    return min(max(int(given), 1), 10_000) if given.isdecimal() and len(given) < 6 else 1


def pager(rows: Sequence[CountedRow], number: int, size: int, href: str, measure: str = "件") -> Pager | None:
    """Return the pager of a list whose rows have the column `total`; a page number is appended to `href`."""
    return turn_pages(len(rows), rows[0]["total"] if rows else 0, number, size, href, measure=measure)


def turn_pages(
    shown: int, total: int | None, number: int, size: int, href: str, *, more: bool = False, measure: str = "件"
) -> Pager | None:
    """Return the pager of a list, None if it has one page; with `total` None, `more` says whether more follow."""
    first = (number - 1) * size + 1
    last = first + shown - 1
    goes_on = more if total is None else last < total
    if number == 1 and not goes_on:
        return None
    return Pager(
        text=f"第 {first}–{last} {measure}" + (f"，共 {total} {measure}" if total is not None else ""),
        prev_href=f"{href}{number - 1}" if number > 1 else None,
        next_href=f"{href}{number + 1}" if goes_on else None,
    )
