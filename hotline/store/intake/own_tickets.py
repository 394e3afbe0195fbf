"""Which tickets a person filed on a channel that knows the person: rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.store.queries import queries

_q = queries.intake.own_tickets


Row = Mapping[str, Any]


async def insert_own(conn: Any, region: int, channel: str, person_hash: bytes, ticket_id: UUID, now: datetime) -> None:
    """A person filed this ticket; once more changes nothing."""
    await _q.add_own_ticket(
        conn, region_id=region, channel=channel, person_hash=person_hash, ticket_id=ticket_id, filed_at=now
    )


async def list_own(conn: Any, region: int, channel: str, person_hashes: list[bytes], batch: int) -> list[Row]:
    """The person's newest tickets: ticket_id, number, title, state, unit_name, total."""
    rows = _q.own_tickets(conn, region_id=region, channel=channel, person_hashes=person_hashes, batch=batch)
    return [row async for row in rows]


async def get_asked(conn: Any, region: int, channel: str, person_hashes: list[bytes]) -> Row | None:
    """The reply that waits for the person's rating, asked about last: ticket_id, number, asked_at."""
    row: Row | None = await _q.asked_of_person(conn, region_id=region, channel=channel, person_hashes=person_hashes)
    return row


async def get_wanting(conn: Any, region: int, channel: str, person_hashes: list[bytes]) -> Row | None:
    """The newest own ticket that waits for details from the person: ticket_id, number."""
    row: Row | None = await _q.wanting_of_person(conn, region_id=region, channel=channel, person_hashes=person_hashes)
    return row
