"""Log-in attempts, sessions, second factors and recovery codes (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.store.queries import fetch_all, fetch_one, fetch_required, fetch_value, queries

_q = queries.accounts.logins


class LoginAttemptsRow(TypedDict):
    """Failures in a row of a login name, the present attempt included, and until when it is locked, if it is."""

    failures: int
    locked_until: datetime | None


class LockedLoginRow(TypedDict):
    """A login name, as its keyed hash, that is locked until a moment."""

    login_hash: bytes
    locked_until: datetime


class SessionViewerRow(TypedDict):
    """The account of a valid session; `stage` is half (second factor missing) or open, `enrolled` has a second factor."""

    account_id: UUID
    login: str
    name: str
    role: str
    unit_id: UUID | None
    password_set_at: datetime
    must_change: bool
    seen_at: datetime
    stage: str
    enrolled: bool


class SessionEndRow(TypedDict):
    """How a session ended; `ended_at` and `ended_why` are null while nobody ended it."""

    ended_at: datetime | None
    ended_why: str | None
    opened_at: datetime
    seen_at: datetime


class OpenSessionRow(TypedDict):
    """A valid session: when opened and last used, from which address and browser."""

    token_hash: bytes
    opened_at: datetime
    seen_at: datetime
    address: str | None
    browser: str | None


class SecondFactorRow(TypedDict):
    """A second factor: its sealed secret, and when the first code proved it (null: not in force yet)."""

    secret_sealed: bytes
    proven_at: datetime | None


async def reserve_attempt(
    conn: Connection, region: int, login_hash: bytes, now: datetime, fresh_after: datetime, most: int,
    locked_until: datetime,
) -> LoginAttemptsRow:  # fmt: skip
    """Count an attempt before it is judged. `failures` above `most` means that the name was locked before.

    Failures before `fresh_after` and expired locks do not count. The attempt number `most` locks until `locked_until`.
    """
    row = await fetch_one(
        LoginAttemptsRow,
        _q.reserve_attempt(
            conn, region_id=region, login_hash=login_hash, at=now, fresh_after=fresh_after, most=most,
            locked_until=locked_until,
        ),
    )  # fmt: skip
    assert row is not None
    return row


async def release_attempt(conn: Connection, region: int, login_hash: bytes, most: int) -> None:
    """Undo one counted attempt; earlier failures stay counted, and a lock stays only above `most`."""
    await _q.release_attempt(conn, region_id=region, login_hash=login_hash, most=most)


async def clear_attempts(conn: Connection, region: int, login_hash: bytes) -> None:
    """Delete the failures and the lock of a login name."""
    await _q.clear_attempts(conn, region_id=region, login_hash=login_hash)


async def forget_attempts(conn: Connection, region: int, before: datetime) -> None:
    """Delete failures and locks from before this moment."""
    await _q.forget_attempts(conn, region_id=region, before=before)


async def list_held_off(conn: Connection, region: int, now: datetime) -> dict[bytes, datetime]:
    """The locked login names: keyed hash → locked until."""
    rows = await fetch_all(LockedLoginRow, _q.held_off(conn, region_id=region, at=now))
    return {row["login_hash"]: row["locked_until"] for row in rows}


async def open_session(
    conn: Connection, region: int, token_hash: bytes, account_id: UUID, stage: str, now: datetime, address: str,
    browser: str,
) -> None:  # fmt: skip
    """Insert a session; `stage` is half or open."""
    await _q.open_session(
        conn, region_id=region, token_hash=token_hash, account_id=account_id, stage=stage, at=now, address=address,
        browser=browser,
    )  # fmt: skip


async def end_elder_sessions(conn: Connection, region: int, account_id: UUID, keep: int, now: datetime) -> None:
    """End the oldest open sessions of an account beyond its own limit, or beyond `keep` when it has none."""
    await _q.end_elder_sessions(conn, region_id=region, account_id=account_id, keep=keep, at=now)


async def get_viewer(
    conn: Connection, region: int, token_hash: bytes, opened_after: datetime, seen_after: datetime
) -> SessionViewerRow | None:
    """The account of a session that has not ended, was opened after one moment and used after the other."""
    return await fetch_one(
        SessionViewerRow,
        _q.session_viewer(
            conn, region_id=region, token_hash=token_hash, opened_after=opened_after, seen_after=seen_after
        ),
    )


async def get_session_end(conn: Connection, region: int, token_hash: bytes) -> SessionEndRow | None:
    """How a session ended; None for an unknown token."""
    return await fetch_one(SessionEndRow, _q.session_end(conn, region_id=region, token_hash=token_hash))


async def list_sessions(
    conn: Connection, region: int, account_id: UUID, opened_after: datetime, seen_after: datetime
) -> list[OpenSessionRow]:
    """The valid sessions of an account, newest first."""
    return await fetch_all(
        OpenSessionRow,
        _q.sessions_of(conn, region_id=region, account_id=account_id, opened_after=opened_after, seen_after=seen_after),
    )


async def touch_session(conn: Connection, region: int, token_hash: bytes, now: datetime) -> None:
    """Record that a session was used."""
    await _q.touch_session(conn, region_id=region, token_hash=token_hash, at=now)


async def end_session(conn: Connection, region: int, token_hash: bytes, now: datetime, why: str) -> None:
    """End a session with a reason; one that has ended stays as it is."""
    await _q.end_session(conn, region_id=region, token_hash=token_hash, at=now, why=why)


async def end_sessions(
    conn: Connection, region: int, account_id: UUID, now: datetime, why: str, but: bytes | None = None
) -> None:
    """End all sessions of an account, except the one with the token hash `but`."""
    await _q.end_sessions(conn, region_id=region, account_id=account_id, but=but, at=now, why=why)


async def get_factor(conn: Connection, region: int, account_id: UUID) -> SecondFactorRow | None:
    """The second factor of an account, proven or not; None when there is none."""
    return await fetch_one(SecondFactorRow, _q.factor(conn, region_id=region, account_id=account_id))


async def begin_factor(conn: Connection, region: int, account_id: UUID, secret_sealed: bytes, now: datetime) -> None:
    """Store a secret that no code has proven yet; a proven one stays as it is."""
    await _q.begin_factor(conn, region_id=region, account_id=account_id, secret_sealed=secret_sealed, at=now)


async def prove_factor(conn: Connection, region: int, account_id: UUID, now: datetime) -> None:
    """Put the second factor in force."""
    await _q.prove_factor(conn, region_id=region, account_id=account_id, at=now)


async def use_step(conn: Connection, region: int, account_id: UUID, step: int) -> bool:
    """Use up the code of a time step; False when it or a later one was used."""
    used = await fetch_value(int, _q.use_step(conn, region_id=region, account_id=account_id, step=step))
    return used is not None


async def drop_factor(conn: Connection, region: int, account_id: UUID) -> None:
    """Delete the second factor and the recovery codes of an account."""
    await _q.drop_factor(conn, region_id=region, account_id=account_id)
    await _q.drop_codes(conn, region_id=region, account_id=account_id)


async def replace_codes(
    conn: Connection, region: int, account_id: UUID, hashes: Sequence[bytes], now: datetime
) -> None:  # fmt: skip
    """Replace the recovery codes of an account, given as keyed hashes."""
    await _q.drop_codes(conn, region_id=region, account_id=account_id)
    for code_hash in hashes:
        await _q.add_code(conn, region_id=region, account_id=account_id, code_hash=code_hash, at=now)


async def use_code(conn: Connection, region: int, account_id: UUID, hashes: Sequence[bytes], now: datetime) -> bool:
    """Use up the recovery code with one of these hashes; False when there is none or it was used."""
    used_at = await fetch_value(
        datetime, _q.use_code(conn, region_id=region, account_id=account_id, hashes=hashes, at=now)
    )
    return used_at is not None


async def count_codes(conn: Connection, region: int, account_id: UUID) -> int:
    """The number of unused recovery codes."""
    return await fetch_required(int, _q.count_codes(conn, region_id=region, account_id=account_id))
