"""Numbered documents that were issued. Rows in and out (PROCEDURE §7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.supervision.letters


async def insert_letter(conn: Any, region: int, row: Mapping[str, Any]) -> UUID:
    """A document is issued (keys as columns); gives back its id."""
    letter_id = new_id()
    await _q.insert_letter(conn, region_id=region, letter_id=letter_id, **row)
    return letter_id


async def get_letter(conn: Any, region: int, letter_id: UUID) -> Mapping[str, Any] | None:
    """One document with unit_name, ticket_number and title."""
    row: Mapping[str, Any] | None = await _q.letter_by_id(conn, region_id=region, letter_id=letter_id)
    return row


async def list_letters(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Documents of a ticket, oldest first."""
    return [row async for row in _q.letters_of_ticket(conn, region_id=region, ticket_id=ticket_id)]
