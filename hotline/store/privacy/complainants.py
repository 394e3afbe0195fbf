"""The person behind a ticket, sealed. Rows in and out (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hotline.store.queries import queries

_q = queries.privacy.complainants


async def get_complainant(conn: Any, region: int, ticket_id: UUID) -> Mapping[str, Any] | None:
    """The sealed data of the person behind a ticket."""
    row: Mapping[str, Any] | None = await _q.complainant(conn, region_id=region, complainant_id=ticket_id)
    return row


async def correct_complainant(
    conn: Any, region: int, ticket_id: UUID, sealed: Mapping[str, bytes], contact_hash: bytes | None
) -> None:
    """Put name, phone, identity or address, sealed, in the place of what is kept; what is not given stays."""
    await _q.correct_complainant(
        conn, region_id=region, complainant_id=ticket_id, contact_hash=contact_hash, name_sealed=sealed.get("name"),
        phone_sealed=sealed.get("phone"), identity_sealed=sealed.get("identity"), address_sealed=sealed.get("address"),
    )  # fmt: skip
