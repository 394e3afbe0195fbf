"""Accounts, their passwords, and the record of what was done to them."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.policy.login_rules import plain_login
from hotline.store.ids import new_id
from hotline.store.queries import fetch_all, fetch_one, fetch_required, fetch_value, queries

_q = queries.accounts.staff


class ActiveAccountRow(TypedDict):
    """An account that may log in, with the hash of its password."""

    account_id: UUID
    name: str
    role: str
    unit_id: UUID | None
    password_hash: str
    password_set_at: datetime


class LockedAccountRow(TypedDict):
    """An account, active or not, whose row is locked until the transaction ends."""

    account_id: UUID
    name: str
    role: str
    active: bool


class StaffRow(TypedDict):
    """An account as listed: `sessions` is its own limit of log-ins at once, `enrolled` has a second factor in force,
    `seen_at` the last use of any session."""

    account_id: UUID
    login: str
    name: str
    role: str
    unit_id: UUID | None
    active: bool
    created_at: datetime
    password_set_at: datetime
    must_change: bool
    sessions: int | None
    unit_name: str | None
    enrolled: bool
    seen_at: datetime | None


class FormerPasswordRow(TypedDict):
    """The hash of a password that an account had."""

    password_hash: str


class AccountEventRow(TypedDict):
    """What was done to an account and by whom; actor columns are null for the command line and the program itself."""

    event_id: UUID
    at: datetime
    kind: str
    details: dict[str, str]
    login: str
    name: str
    role: str
    actor_login: str | None
    actor_name: str | None


async def add_account(
    conn: Connection, region: int, login: str, name: str, role: str, unit_id: UUID | None, password_hash: str,
    now: datetime, *, must_change: bool = False,
) -> UUID | None:  # fmt: skip
    """Insert an account and return its id; None when the login is taken."""
    return await fetch_value(
        UUID,
        _q.add_account(
            conn, region_id=region, account_id=new_id(), login=plain_login(login), name=name, role=role, unit_id=unit_id,
            password_hash=password_hash, must_change=must_change, created_at=now,
        ),
    )  # fmt: skip


async def get_account(conn: Connection, region: int, login: str) -> ActiveAccountRow | None:
    """The active account with this login."""
    return await fetch_one(ActiveAccountRow, _q.account_by_login(conn, region_id=region, login=plain_login(login)))


async def list_accounts(
    conn: Connection, region: int, words: str | None = None, role: str | None = None, login: str | None = None
) -> list[StaffRow]:
    """The accounts, active ones first, by role and login.

    `words` must occur in login, name or unit name; `role` and `login` must be equal; None does not filter.
    """
    plain = None if login is None else plain_login(login)
    return await fetch_all(StaffRow, _q.accounts(conn, region_id=region, words=words, role=role, login=plain))


async def lock_account(conn: Connection, region: int, login: str) -> LockedAccountRow | None:
    """The account with this login, active or not, its row locked until the transaction ends."""
    return await fetch_one(LockedAccountRow, _q.lock_account(conn, region_id=region, login=plain_login(login)))


async def count_others(conn: Connection, region: int, account_id: UUID, role: str) -> int:
    """The number of other active accounts with this role."""
    return await fetch_required(int, _q.count_others(conn, region_id=region, account_id=account_id, role=role))


async def set_active(conn: Connection, region: int, account_id: UUID, active: bool) -> None:
    """Enable or disable an account."""
    await _q.set_active(conn, region_id=region, account_id=account_id, active=active)


async def set_sessions(conn: Connection, region: int, account_id: UUID, sessions: int | None) -> None:
    """Set an account's own limit of log-ins at once; None: the policy's limit holds."""
    await _q.set_sessions(conn, region_id=region, account_id=account_id, sessions=sessions)


async def set_post(conn: Connection, region: int, account_id: UUID, role: str, unit_id: UUID | None) -> None:
    """Change the role and unit of an account."""
    await _q.set_post(conn, region_id=region, account_id=account_id, role=role, unit_id=unit_id)


async def set_password(
    conn: Connection, region: int, account_id: UUID, password_hash: str, now: datetime, *, must_change: bool,
    remembered: int,
) -> None:  # fmt: skip
    """Set a new password. The present one joins the former ones, of which the newest `remembered` are kept."""
    await _q.keep_password(conn, region_id=region, account_id=account_id)
    await _q.drop_former_passwords(conn, region_id=region, account_id=account_id, most=remembered)
    await _q.set_password(
        conn, region_id=region, account_id=account_id, password_hash=password_hash, must_change=must_change, at=now
    )


async def list_former_passwords(conn: Connection, region: int, account_id: UUID, most: int) -> list[str]:
    """Hashes of the last `most` passwords before the present one, newest first."""
    rows = await fetch_all(
        FormerPasswordRow, _q.former_passwords(conn, region_id=region, account_id=account_id, most=most)
    )
    return [row["password_hash"] for row in rows]


async def insert_event(
    conn: Connection, region: int, now: datetime, account_id: UUID, actor_id: UUID | None, kind: str, **details: str
) -> None:
    """Record what was done to an account; `actor_id` is None for the command line and the program itself."""
    await _q.insert_account_event(
        conn, region_id=region, event_id=new_id(), at=now, account_id=account_id, actor_id=actor_id, kind=kind,
        details=details,
    )  # fmt: skip


async def list_account_events(
    conn: Connection, region: int, login: str | None, before: datetime | None, most: int
) -> list[AccountEventRow]:
    """What was done to accounts, newest first; `login` narrows to one account, `before` to earlier events."""
    plain = None if login is None else plain_login(login)
    return await fetch_all(
        AccountEventRow, _q.account_events(conn, region_id=region, login=plain, before=before, most=most)
    )
