"""Log-ins: tries, sessions, second factors and recovery codes; rows in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.store.queries import queries

_q = queries.accounts.logins


Row = Mapping[str, Any]


async def reserve_attempt(
    conn: Any, region: int, login_hash: bytes, now: datetime, fresh_after: datetime, most: int, locked_until: datetime
) -> Row:
    """Count one more try: `failures` with this one, `locked_until`. More than `most`: it was shut already."""
    row: Row = await _q.reserve_attempt(
        conn, region_id=region, login_hash=login_hash, at=now, fresh_after=fresh_after, most=most,
        locked_until=locked_until,
    )  # fmt: skip
    return row


async def release_attempt(conn: Any, region: int, login_hash: bytes, most: int) -> None:
    """The try was no failure, but nobody is in yet."""
    await _q.release_attempt(conn, region_id=region, login_hash=login_hash, most=most)


async def clear_attempts(conn: Any, region: int, login_hash: bytes) -> None:
    """Somebody is in, or the lock was lifted."""
    await _q.clear_attempts(conn, region_id=region, login_hash=login_hash)


async def forget_attempts(conn: Any, region: int, before: datetime) -> None:
    """Failures so old that they count no more."""
    await _q.forget_attempts(conn, region_id=region, before=before)


async def list_held_off(conn: Any, region: int, now: datetime) -> dict[bytes, datetime]:
    """Hashes of the login names that are shut, each with until when."""
    return {row["login_hash"]: row["locked_until"] async for row in _q.held_off(conn, region_id=region, at=now)}


async def open_session(
    conn: Any, region: int, token_hash: bytes, account_id: UUID, stage: str, now: datetime, address: str, browser: str
) -> None:
    """A log-in; `stage` half or open."""
    await _q.open_session(
        conn, region_id=region, token_hash=token_hash, account_id=account_id, stage=stage, at=now, address=address,
        browser=browser,
    )  # fmt: skip


async def end_elder_sessions(conn: Any, region: int, account_id: UUID, keep: int, now: datetime) -> None:
    """The eldest sessions beyond `keep` end."""
    await _q.end_elder_sessions(conn, region_id=region, account_id=account_id, keep=keep, at=now)


async def get_viewer(
    conn: Any, region: int, token_hash: bytes, opened_after: datetime, seen_after: datetime
) -> Row | None:
    """Who holds this session while it is good, with what decides what the account owes."""
    row: Row | None = await _q.session_viewer(
        conn, region_id=region, token_hash=token_hash, opened_after=opened_after, seen_after=seen_after
    )
    return row


async def get_session_end(conn: Any, region: int, token_hash: bytes) -> Row | None:
    """How a session ended: `ended_at`, `ended_why`, `opened_at`, `seen_at`."""
    row: Row | None = await _q.session_end(conn, region_id=region, token_hash=token_hash)
    return row


async def list_sessions(
    conn: Any, region: int, account_id: UUID, opened_after: datetime, seen_after: datetime
) -> list[Row]:
    """Good sessions of an account, newest first."""
    rows = _q.sessions_of(
        conn, region_id=region, account_id=account_id, opened_after=opened_after, seen_after=seen_after
    )
    return [row async for row in rows]


async def touch_session(conn: Any, region: int, token_hash: bytes, now: datetime) -> None:
    """The session was used."""
    await _q.touch_session(conn, region_id=region, token_hash=token_hash, at=now)


async def end_session(conn: Any, region: int, token_hash: bytes, now: datetime, why: str) -> None:
    """A session ends."""
    await _q.end_session(conn, region_id=region, token_hash=token_hash, at=now, why=why)


async def end_sessions(
    conn: Any, region: int, account_id: UUID, now: datetime, why: str, but: bytes | None = None
) -> None:
    """All sessions of an account end, but perhaps one."""
    await _q.end_sessions(conn, region_id=region, account_id=account_id, but=but, at=now, why=why)


async def get_factor(conn: Any, region: int, account_id: UUID) -> Row | None:
    """The second factor, in force (`proven_at`) or begun."""
    row: Row | None = await _q.factor(conn, region_id=region, account_id=account_id)
    return row


async def begin_factor(conn: Any, region: int, account_id: UUID, secret_sealed: bytes, now: datetime) -> None:
    """A new secret no code has proven yet; one in force stays."""
    await _q.begin_factor(conn, region_id=region, account_id=account_id, secret_sealed=secret_sealed, at=now)


async def prove_factor(conn: Any, region: int, account_id: UUID, now: datetime) -> None:
    """The first code was right."""
    await _q.prove_factor(conn, region_id=region, account_id=account_id, at=now)


async def use_step(conn: Any, region: int, account_id: UUID, step: int) -> bool:
    """Take the code of a step, once."""
    return await _q.use_step(conn, region_id=region, account_id=account_id, step=step) is not None


async def drop_factor(conn: Any, region: int, account_id: UUID) -> None:
    """No second factor and no recovery codes any more."""
    await _q.drop_factor(conn, region_id=region, account_id=account_id)
    await _q.drop_codes(conn, region_id=region, account_id=account_id)


async def replace_codes(conn: Any, region: int, account_id: UUID, hashes: Sequence[bytes], now: datetime) -> None:
    """New recovery codes; the former ones hold no more."""
    await _q.drop_codes(conn, region_id=region, account_id=account_id)
    for code_hash in hashes:
        await _q.add_code(conn, region_id=region, account_id=account_id, code_hash=code_hash, at=now)


async def use_code(conn: Any, region: int, account_id: UUID, hashes: Sequence[bytes], now: datetime) -> bool:
    """Take a recovery code, once, by whichever of its hashes is kept."""
    return await _q.use_code(conn, region_id=region, account_id=account_id, hashes=hashes, at=now) is not None


async def count_codes(conn: Any, region: int, account_id: UUID) -> int:
    """How many recovery codes are left."""
    found: int = await _q.count_codes(conn, region_id=region, account_id=account_id)
    return found
