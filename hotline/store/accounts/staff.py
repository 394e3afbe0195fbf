"""Accounts and what was done to them, the sealed person, and the record of looks: rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.accounts.staff


Row = Mapping[str, Any]


async def add_account(
    conn: Any, region: int, login: str, name: str, role: str, unit_id: UUID | None, password_hash: str, now: datetime, *,
    must_change: bool = False,
) -> UUID | None:  # fmt: skip
    """A person of the office: the id; None when somebody has that login."""
    account_id: UUID | None = await _q.add_account(
        conn, region_id=region, account_id=new_id(), login=login, name=name, role=role, unit_id=unit_id,
        password_hash=password_hash, must_change=must_change, created_at=now,
    )  # fmt: skip
    return account_id


async def get_account(conn: Any, region: int, login: str) -> Mapping[str, Any] | None:
    """The active account that logs in by this name."""
    row: Mapping[str, Any] | None = await _q.account_by_login(conn, region_id=region, login=login)
    return row


async def list_accounts(
    conn: Any, region: int, words: str | None = None, role: str | None = None, login: str | None = None
) -> list[Row]:
    """Who has an account: those who may log in first, by role and login.

    Perhaps with these words in login, name or unit alone, of this role alone, or the one with this login.
    """
    return [row async for row in _q.accounts(conn, region_id=region, words=words, role=role, login=login)]


async def lock_account(conn: Any, region: int, login: str) -> Row | None:
    """The account with this login, active or not, locked until the transaction ends."""
    row: Row | None = await _q.lock_account(conn, region_id=region, login=login)
    return row


async def count_others(conn: Any, region: int, account_id: UUID, role: str) -> int:
    """How many others of this role can log in."""
    found: int = await _q.count_others(conn, region_id=region, account_id=account_id, role=role)
    return found


async def set_active(conn: Any, region: int, account_id: UUID, active: bool) -> None:
    """Lock or unlock."""
    await _q.set_active(conn, region_id=region, account_id=account_id, active=active)


async def set_sessions(conn: Any, region: int, account_id: UUID, sessions: int | None) -> None:
    """How many log-ins at once; None: as many as the policy says."""
    await _q.set_sessions(conn, region_id=region, account_id=account_id, sessions=sessions)


async def set_post(conn: Any, region: int, account_id: UUID, role: str, unit_id: UUID | None) -> None:
    """Another role, another unit."""
    await _q.set_post(conn, region_id=region, account_id=account_id, role=role, unit_id=unit_id)


async def set_password(
    conn: Any, region: int, account_id: UUID, password_hash: str, now: datetime, *, must_change: bool, remembered: int
) -> None:
    """A new password; the one before it is kept among the `remembered` former ones, the eldest go."""
    await _q.keep_password(conn, region_id=region, account_id=account_id)
    await _q.drop_former_passwords(conn, region_id=region, account_id=account_id, most=remembered)
    await _q.set_password(
        conn, region_id=region, account_id=account_id, password_hash=password_hash, must_change=must_change, at=now
    )


async def list_former_passwords(conn: Any, region: int, account_id: UUID, most: int) -> list[str]:
    """Hashes of the last passwords before the present one."""
    rows = _q.former_passwords(conn, region_id=region, account_id=account_id, most=most)
    return [row["password_hash"] async for row in rows]


async def insert_event(
    conn: Any, region: int, now: datetime, account_id: UUID, actor_id: UUID | None, kind: str, **details: str
) -> None:
    """Something was done to an account; `actor_id` None: on the command line, or by the program itself."""
    await _q.insert_account_event(
        conn, region_id=region, event_id=new_id(), at=now, account_id=account_id, actor_id=actor_id, kind=kind,
        details=details,
    )  # fmt: skip


async def list_account_events(
    conn: Any, region: int, login: str | None, before: datetime | None, most: int
) -> list[Row]:
    """What was done to accounts, newest first: to one of them, before a moment, or to all."""
    rows = _q.account_events(conn, region_id=region, login=login, before=before, most=most)
    return [row async for row in rows]
