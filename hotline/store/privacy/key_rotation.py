"""What is sealed and fingerprinted, under which key: values in and out, whatever column they stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hotline.store.queries import queries

_q = queries.privacy.key_rotation


Row = Mapping[str, Any]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column whose name says that it is sealed, and how many blocks its table fills."""

    table: str
    column: str
    blocks: int


async def list_sealed_columns(conn: Any, region: int) -> list[SealedColumn]:
    """Every sealed column of the schema, by table and name."""
    rows = _q.sealed_columns(conn, region_id=region)
    return [SealedColumn(row["table_name"], row["column_name"], row["blocks"]) async for row in rows]


async def count_seals(conn: Any, region: int, where: SealedColumn) -> dict[int, int]:
    """Header → how many values carry it."""
    rows = _q.seal_counts(conn, region_id=region, table_name=where.table, column_name=where.column)
    return {row["header"]: row["sealed"] async for row in rows}


async def list_stale(
    conn: Any, region: int, where: SealedColumn, header: int, first: int, end: int
) -> list[tuple[Place, bytes]]:
    """What the blocks from `first` to before `end` hold under another header."""
    rows = _q.stale_seals(
        conn, region_id=region, table_name=where.table, column_name=where.column, header=header, first_block=first,
        end_block=end,
    )  # fmt: skip
    return [(row["place"], row["sealed"]) async for row in rows]


async def replace_seals(
    conn: Any, region: int, where: SealedColumn, renewed: Sequence[tuple[Place, bytes, bytes]]
) -> int:
    """Put (place, before, after) in place where nobody changed it meanwhile; how many were replaced."""
    places, before, after = ([one[part] for one in renewed] for part in range(3))
    count: int = await _q.replace_seals(
        conn, region_id=region, table_name=where.table, column_name=where.column, places=places, before=before,
        after=after,
    )  # fmt: skip
    return count


async def list_contacts(conn: Any, region: int, after: UUID, batch: int) -> list[Row]:
    """What the fingerprints of people are made of, in the order of tickets."""
    return [row async for row in _q.contacts(conn, region_id=region, after=after, batch=batch)]


async def save_hashes(
    conn: Any, region: int, ticket_id: UUID, *, contact: bytes | None, code: bytes | None, own: bytes | None
) -> None:
    """New fingerprints of a ticket's person; None leaves one as it is."""
    if contact is not None:
        await _q.save_contact_hash(conn, region_id=region, complainant_id=ticket_id, contact_hash=contact)
    if code is not None:
        await _q.save_code_hash(conn, region_id=region, ticket_id=ticket_id, query_code_hash=code)
    if own is not None:
        await _q.save_own_hash(conn, region_id=region, channel="wechat", ticket_id=ticket_id, person_hash=own)
