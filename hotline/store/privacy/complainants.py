"""The sealed data of the person behind a ticket (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.store.queries import fetch_one, queries

_q = queries.privacy.complainants


class SealedComplainantRow(TypedDict):
    """What is kept of a person, each value sealed for its column; null when it was not told or was erased."""

    name_sealed: bytes | None
    phone_sealed: bytes | None
    identity_sealed: bytes | None
    address_sealed: bytes | None
    wechat_sealed: bytes | None


async def get_complainant(conn: Connection, region: int, ticket_id: UUID) -> SealedComplainantRow | None:
    """The sealed data of the person behind a ticket; None when the row scope does not show it."""
    return await fetch_one(SealedComplainantRow, _q.complainant(conn, region_id=region, complainant_id=ticket_id))


async def correct_complainant(
    conn: Connection, region: int, ticket_id: UUID, sealed: Mapping[str, bytes], contact_hash: bytes | None
) -> None:
    """Replace name, phone, identity or address with the sealed values given by these names; the others stay."""
    await _q.correct_complainant(
        conn, region_id=region, complainant_id=ticket_id, contact_hash=contact_hash, name_sealed=sealed.get("name"),
        phone_sealed=sealed.get("phone"), identity_sealed=sealed.get("identity"), address_sealed=sealed.get("address"),
    )  # fmt: skip
