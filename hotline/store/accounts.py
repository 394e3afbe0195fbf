"""Accounts, sessions, the sealed person, and the record of looks: rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.account


async def add_account(
    conn: Any, region: int, login: str, name: str, role: str, unit_id: UUID | None, password_hash: str, now: datetime
) -> None:
    """A person of the office; a login that is taken is left as it is."""
    await _q.add_account(
        conn, region_id=region, account_id=new_id(), login=login, name=name, role=role, unit_id=unit_id,
        password_hash=password_hash, created_at=now,
    )  # fmt: skip


async def get_account(conn: Any, region: int, login: str) -> Mapping[str, Any] | None:
    """The active account that logs in by this name."""
    row: Mapping[str, Any] | None = await _q.account_by_login(conn, region_id=region, login=login)
    return row


async def set_password(conn: Any, region: int, account_id: UUID, password_hash: str) -> None:
    """A new password."""
    await _q.set_password(conn, region_id=region, account_id=account_id, password_hash=password_hash)


async def open_session(conn: Any, region: int, token_hash: bytes, account_id: UUID, now: datetime) -> None:
    """A log-in."""
    await _q.open_session(conn, region_id=region, token_hash=token_hash, account_id=account_id, at=now)


async def get_viewer(
    conn: Any, region: int, token_hash: bytes, opened_after: datetime, seen_after: datetime
) -> Mapping[str, Any] | None:
    """Who holds this session while it is good: account_id, login, name, role, unit_id, seen_at."""
    row: Mapping[str, Any] | None = await _q.session_viewer(
        conn, region_id=region, token_hash=token_hash, opened_after=opened_after, seen_after=seen_after
    )
    return row


async def touch_session(conn: Any, region: int, token_hash: bytes, now: datetime) -> None:
    """The session was used."""
    await _q.touch_session(conn, region_id=region, token_hash=token_hash, at=now)


async def end_session(conn: Any, region: int, token_hash: bytes, now: datetime) -> None:
    """A log-out."""
    await _q.end_session(conn, region_id=region, token_hash=token_hash, at=now)


async def get_complainant(conn: Any, region: int, ticket_id: UUID) -> Mapping[str, Any] | None:
    """The sealed data of the person behind a ticket."""
    row: Mapping[str, Any] | None = await _q.complainant(conn, region_id=region, complainant_id=ticket_id)
    return row


async def insert_view(
    conn: Any, region: int, now: datetime, account_id: UUID | None, ticket_id: UUID | None, what: str,
    reason: str | None = None, address: str | None = None,
) -> None:  # fmt: skip
    """A look at personal data."""
    await _q.insert_view(
        conn, region_id=region, view_id=new_id(), at=now, account_id=account_id, ticket_id=ticket_id, what=what,
        reason=reason, address=address,
    )  # fmt: skip


async def list_views(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Who has seen a ticket, newest first."""
    return [row async for row in _q.views_of_ticket(conn, region_id=region, ticket_id=ticket_id)]
