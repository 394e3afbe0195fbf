"""Recusals (回避): accounts that neither see nor act on a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.store.queries import fetch_all, fetch_required, queries

_q = queries.accounts.recusals


class RecusalRow(TypedDict):
    """A recusal from a ticket with the account's name, login and role."""

    account_id: UUID
    reason: str
    declared_at: datetime
    name: str
    login: str
    role: str


async def insert_recusal(
    conn: Connection, region: int, account_id: UUID, ticket_id: UUID, reason: str, declared_by: UUID, now: datetime
) -> None:
    """Insert a recusal; the first one of an account and a ticket stays as it is."""
    await _q.insert_recusal(
        conn, region_id=region, account_id=account_id, ticket_id=ticket_id, reason=reason, declared_by=declared_by,
        declared_at=now,
    )  # fmt: skip


async def list_recusals(conn: Connection, region: int, ticket_id: UUID) -> list[RecusalRow]:
    """The recusals from a ticket, oldest first."""
    return await fetch_all(RecusalRow, _q.recusals_of_ticket(conn, region_id=region, ticket_id=ticket_id))


async def is_recused(conn: Connection, region: int, account_id: UUID, ticket_id: UUID) -> bool:
    """Whether an account is recused from a ticket."""
    return await fetch_required(bool, _q.is_recused(conn, region_id=region, account_id=account_id, ticket_id=ticket_id))
