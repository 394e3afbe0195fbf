"""Which tickets a person filed on a channel that identifies its users, such as WeChat.

`person_hashes` are the fingerprints of the person by every known key.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.store.queries import fetch_all, fetch_one, queries

_q = queries.intake.own_tickets


class NumberedTicketRow(TypedDict):
    """A ticket by id and number."""

    ticket_id: UUID
    number: str


class OwnTicketRow(NumberedTicketRow):
    """A ticket of the person with its lead unit, if any; `total` counts all tickets of the person."""

    title: str
    state: str
    unit_name: str | None
    total: int


class RatableTicketRow(NumberedTicketRow):
    """A ticket whose reply the person may rate, and since when the person could know."""

    asked_at: datetime


async def insert_own(
    conn: Connection, region: int, channel: str, person_hash: bytes, ticket_id: UUID, now: datetime
) -> None:
    """Record that a person filed this ticket; a repeat changes nothing."""
    await _q.add_own_ticket(
        conn, region_id=region, channel=channel, person_hash=person_hash, ticket_id=ticket_id, filed_at=now
    )


async def list_own(
    conn: Connection, region: int, channel: str, person_hashes: list[bytes], batch: int
) -> list[OwnTicketRow]:
    """The person's `batch` newest tickets, newest first."""
    return await fetch_all(
        OwnTicketRow,
        _q.own_tickets(conn, region_id=region, channel=channel, person_hashes=person_hashes, batch=batch),
    )


async def get_asked(conn: Connection, region: int, channel: str, person_hashes: list[bytes]) -> RatableTicketRow | None:
    """The ticket with an open callback after its reply, the one asked about last."""
    return await fetch_one(
        RatableTicketRow, _q.asked_of_person(conn, region_id=region, channel=channel, person_hashes=person_hashes)
    )


async def get_wanting(
    conn: Connection, region: int, channel: str, person_hashes: list[bytes]
) -> NumberedTicketRow | None:
    """The person's newest ticket that waits for details."""
    return await fetch_one(
        NumberedTicketRow, _q.wanting_of_person(conn, region_id=region, channel=channel, person_hashes=person_hashes)
    )
