"""Logging in and out, and making accounts. The token lies in the cookie, only its keyed hash in the database."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hotline.actions.office import Office
from hotline.db import transaction
from hotline.domain.kinds import Role
from hotline.domain.ticket import Actor
from hotline.store import accounts

ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(minutes=30)
TOUCH_AFTER = timedelta(minutes=1)
_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is logged in."""

    actor: Actor
    login: str


def hash_password(password: str) -> str:
    """argon2id, with the library's present recommendation."""
    return _hasher.hash(password)


async def add_account(
    office: Office, login: str, name: str, role: Role, unit_id: UUID | None, password_hash: str, now: datetime
) -> None:
    """Make an account; a login that is taken is left as it is."""
    async with transaction(office.pool) as conn:
        await accounts.add_account(conn, office.region, login, name, role.value, unit_id, password_hash, now)


async def log_in(office: Office, login: str, password: str, now: datetime) -> str | None:
    """The session's token for the right login and password, else None."""
    async with office.pool.acquire() as conn:
        row = await accounts.get_account(conn, office.region, login)
    stored = row["password_hash"] if row else _nobody()
    # Off the loop: a verification takes as long as fifty pages.
    if not await asyncio.to_thread(_matches, stored, password) or row is None:
        return None
    token = secrets.token_urlsafe(32)
    async with transaction(office.pool) as conn:
        await accounts.open_session(conn, office.region, _token_hash(office, token), row["account_id"], now)
    return token


@cache
def _nobody() -> str:
    """Verified when nobody has that login, so that a wrong name takes as long as a wrong password."""
    return _hasher.hash(secrets.token_urlsafe(12))


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


async def find_viewer(office: Office, token: str, now: datetime) -> Viewer | None:
    """Who holds this token, while the session is neither ended, too old nor too long idle."""
    token_hash = _token_hash(office, token)
    async with office.pool.acquire() as conn:
        row = await accounts.get_viewer(conn, office.region, token_hash, now - ABSOLUTE, now - IDLE)
        if row is None:
            return None
        if now - row["seen_at"] > TOUCH_AFTER:
            await accounts.touch_session(conn, office.region, token_hash, now)
    return Viewer(Actor(Role(row["role"]), row["account_id"], row["unit_id"], row["name"]), row["login"])


async def log_out(office: Office, token: str, now: datetime) -> None:
    """End the session."""
    async with transaction(office.pool) as conn:
        await accounts.end_session(conn, office.region, _token_hash(office, token), now)


def _token_hash(office: Office, token: str) -> bytes:
    return office.vault.fingerprint(token, "session")
