"""The dispatch catalogue (派单目录): the unit responsible by matter, place and keywords (PROCEDURE §2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from hotline.domain.enums import HandlingClass, Pace
from hotline.domain.tickets.ticket import Ticket


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A row of the dispatch catalogue; a matter or place of None matches any."""

    unit_id: UUID
    matter_id: str | None
    place: str | None
    words: tuple[str, ...]


def choose_unit(catalogue: Iterable[CatalogueRow], ticket: Ticket, excluded: Collection[UUID] = ()) -> UUID | None:
    """Return the unit of the best matching row; None when no row matches."""
    row = choose_row(catalogue, ticket, excluded)
    return row.unit_id if row else None


def choose_row(
    catalogue: Iterable[CatalogueRow], ticket: Ticket, excluded: Collection[UUID] = ()
) -> CatalogueRow | None:
    """Return the best matching row by matter, place and keywords; None when no row matches.

    `excluded` holds the accused unit with all below it, and units whose return was upheld. While a ticket has no
    matter, the keywords of a row with a matter may match: a burst water main filed by a citizen then gets the utility
    limits.
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
    """Return the ticket with the matched matter and pace.

    A matter already set stays, and the ticket never becomes less urgent.
    """
    if ticket.matter_id is not None or matter_id is None:
        return ticket
    if ticket.urgent or pace is Pace.ORDINARY:
        return replace(ticket, matter_id=matter_id)
    return replace(ticket, matter_id=matter_id, pace=pace, handling_class=HandlingClass.URGENT)
