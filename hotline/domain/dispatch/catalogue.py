"""The dispatch catalogue 派单目录: which unit a matter belongs to, by matter, place and words (PROCEDURE §2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from hotline.domain.enums import HandlingClass, Pace
from hotline.domain.tickets.ticket import Ticket


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A row of the dispatch catalogue 派单目录; None means any."""

    unit_id: UUID
    matter_id: str | None
    place: str | None
    words: tuple[str, ...]


def choose_unit(catalogue: Iterable[CatalogueRow], ticket: Ticket, excluded: Collection[UUID] = ()) -> UUID | None:
    """The unit of the best row for matter, place and words; None when no row speaks for the ticket."""
    row = choose_row(catalogue, ticket, excluded)
    return row.unit_id if row else None


def choose_row(
    catalogue: Iterable[CatalogueRow], ticket: Ticket, excluded: Collection[UUID] = ()
) -> CatalogueRow | None:
    """The best row for matter, place and words; None when none speaks for the ticket.

    `excluded` holds the accused unit with all below it, and units whose return was upheld. While nobody has named
    the matter, the words of a matter's row may: so a burst water main filed by a citizen runs on its own clock.
    """
    best: tuple[int, CatalogueRow | None] = (0, None)
    for row in catalogue:
        weight = _weigh(row, ticket)
        if weight > best[0] and row.unit_id not in excluded:
            best = (weight, row)
    return best[1]


def _weigh(row: CatalogueRow, ticket: Ticket) -> int:
    named = row.matter_id is not None and row.matter_id == ticket.matter_id
    if row.matter_id is not None and not named and ticket.matter_id is not None:
        return 0
    text = f"{ticket.title}\n{ticket.body}"
    if row.place is not None and row.place not in ticket.place and row.place not in text:
        return 0
    words = sum(word in text for word in row.words)
    if not named and not words and (row.place is None or row.matter_id is not None):
        return 0
    return 100 * named + 30 * (row.place is not None) + 10 * words


def classify(ticket: Ticket, matter_id: str | None, pace: Pace) -> Ticket:
    """The ticket under the matter its words speak of, unless somebody named one before; never made less urgent."""
    if ticket.matter_id is not None or matter_id is None:
        return ticket
    if ticket.urgent or pace is Pace.ORDINARY:
        return replace(ticket, matter_id=matter_id)
    return replace(ticket, matter_id=matter_id, pace=pace, handling_class=HandlingClass.URGENT)
