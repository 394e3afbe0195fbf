"""The numbered letters that were issued on tickets (PROCEDURE §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.tickets.letter_facts import StoredLetterFacts
from hotline.store.ids import new_id
from hotline.store.queries import fetch_all, fetch_one, queries

_q = queries.supervision.letters


class LetterRow(TypedDict):
    """A letter in the list of its ticket; `kind` is a value of Document, `unit_id` the addressee."""

    letter_id: UUID
    kind: str
    year: int
    number: int
    unit_id: UUID | None
    copy_to: str | None
    tier: int | None
    issued_at: datetime


class LetterWithFactsRow(LetterRow):
    """A letter with what it says; `ticket_id` is None for a brief."""

    ticket_id: UUID | None
    unit_name: str | None
    facts: StoredLetterFacts


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter to issue under the next number of its kind and year; `tier` and `copy_to` are those of a 督办函."""

    kind: str
    year: int
    number: int
    ticket_id: UUID
    unit_id: UUID | None
    copy_to: str | None
    tier: int | None
    facts: Mapping[str, object]
    issued_at: datetime


async def insert_letter(conn: Connection, region: int, letter: NewLetter) -> UUID:
    """Store a letter; returns its id."""
    letter_id = new_id()
    await _q.insert_letter(
        conn, region_id=region, letter_id=letter_id, kind=letter.kind, year=letter.year, number=letter.number,
        ticket_id=letter.ticket_id, unit_id=letter.unit_id, copy_to=letter.copy_to, tier=letter.tier,
        facts=dict(letter.facts), issued_at=letter.issued_at,
    )  # fmt: skip
    return letter_id


async def get_letter(conn: Connection, region: int, letter_id: UUID) -> LetterWithFactsRow | None:
    """A letter with what it says, or None."""
    return await fetch_one(LetterWithFactsRow, _q.letter_by_id(conn, region_id=region, letter_id=letter_id))


async def list_letters(conn: Connection, region: int, ticket_id: UUID) -> list[LetterRow]:
    """The letters on a ticket, the oldest first."""
    return await fetch_all(LetterRow, _q.letters_of_ticket(conn, region_id=region, ticket_id=ticket_id))
