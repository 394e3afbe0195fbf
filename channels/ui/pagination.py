"""Turning the pages of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict


class CountedRow(TypedDict):
    """Any row of a list that also carries how many rows the whole list has."""

    total: int


@dataclass(frozen=True, slots=True)
class Pager:
    """What ui.pager takes."""

    text: str
    prev_href: str | None
    next_href: str | None


def page_number(given: str) -> int:
    """The page of a list as the address names it; the first for what is no number."""
    return min(max(int(given), 1), 10_000) if given.isdecimal() and len(given) < 6 else 1


def pager(rows: Sequence[CountedRow], number: int, size: int, href: str, measure: str = "件") -> Pager | None:
    """Where one is in a list whose rows carry `total`; `href` ends so that a page number can follow."""
    return turn_pages(len(rows), rows[0]["total"] if rows else 0, number, size, href, measure=measure)


def turn_pages(
    shown: int, total: int | None, number: int, size: int, href: str, *, more: bool = False, measure: str = "件"
) -> Pager | None:
    """Where one is in a list; with `total` None nobody counted it, and `more` says whether it goes on."""
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
