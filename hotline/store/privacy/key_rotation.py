"""Sealed values of every column and fingerprints of persons, read and replaced when a key changes (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.store.queries import fetch_all, fetch_required, queries

_q = queries.privacy.key_rotation

Place = tuple[int, int]
"""Where a row lies in its table: block and place in the block."""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column whose name says that it is sealed, and how many blocks its table fills."""

    table: str
    column: str
    blocks: int


class SealedColumnRow(TypedDict):
    """A sealed column of the schema, and the number of blocks of its table."""

    table_name: str
    column_name: str
    blocks: int


class SealCountRow(TypedDict):
    """How many values of a column begin with this header byte."""

    header: int
    sealed: int


class StaleSealRow(TypedDict):
    """A value sealed with another key than the present one, and where it lies."""

    place: Place
    sealed: bytes


class ContactRow(TypedDict):
    """What the fingerprints of a ticket's person are made of, with the present fingerprints."""

    ticket_id: UUID
    number: str
    client_key: str
    query_code_hash: bytes
    contact_hash: bytes
    phone_sealed: bytes | None
    wechat_sealed: bytes | None


async def list_sealed_columns(conn: Connection, region: int) -> list[SealedColumn]:
    """Every sealed column of the schema, by table and name."""
    rows = await fetch_all(SealedColumnRow, _q.sealed_columns(conn, region_id=region))
    return [SealedColumn(row["table_name"], row["column_name"], row["blocks"]) for row in rows]


async def count_seals(conn: Connection, region: int, where: SealedColumn) -> dict[int, int]:
    """Header byte → number of values of the column that begin with it."""
    rows = await fetch_all(
        SealCountRow,
        _q.seal_counts(conn, region_id=region, table_name=where.table, column_name=where.column),
    )
    return {row["header"]: row["sealed"] for row in rows}


async def list_stale(
    conn: Connection, region: int, where: SealedColumn, header: int, first: int, end: int
) -> list[tuple[Place, bytes]]:
    """Place and value of what the blocks from `first` until before `end` hold with another header."""
    rows = await fetch_all(
        StaleSealRow,
        _q.stale_seals(
            conn, region_id=region, table_name=where.table, column_name=where.column, header=header, first_block=first,
            end_block=end,
        ),
    )  # fmt: skip
    return [(row["place"], row["sealed"]) for row in rows]


async def replace_seals(
    conn: Connection, region: int, where: SealedColumn, renewed: Sequence[tuple[Place, bytes, bytes]]
) -> int:
    """Replace values given as (place, before, after) that nobody changed meanwhile; returns how many were replaced."""
    places, before, after = ([change[part] for change in renewed] for part in range(3))
    return await fetch_required(
        int,
        _q.replace_seals(
            conn, region_id=region, table_name=where.table, column_name=where.column, places=places, before=before,
            after=after,
        ),
    )  # fmt: skip


async def list_contacts(conn: Connection, region: int, after: UUID, batch: int) -> list[ContactRow]:
    """At most `batch` persons of tickets with a greater id than `after`, by the id of the ticket."""
    return await fetch_all(ContactRow, _q.contacts(conn, region_id=region, after=after, batch=batch))


async def save_hashes(
    conn: Connection, region: int, ticket_id: UUID, *, contact: bytes | None, code: bytes | None, own: bytes | None
) -> None:
    """Replace the fingerprints of a ticket's person; None leaves one as it is."""
    if contact is not None:
        await _q.save_contact_hash(conn, region_id=region, complainant_id=ticket_id, contact_hash=contact)
    if code is not None:
        await _q.save_code_hash(conn, region_id=region, ticket_id=ticket_id, query_code_hash=code)
    if own is not None:
        await _q.save_own_hash(conn, region_id=region, channel="wechat", ticket_id=ticket_id, person_hash=own)
