"""Log in with password and second factor (PROCEDURE §6).

An attempt is counted before it is checked. A refusal takes the same time and says the same for every login, and unknown
logins are locked after as many failures as known ones, so that nobody can find out which logins exist.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hotline.actions.accounts.sessions import hash_token, open_session
from hotline.actions.region.context import RegionContext
from hotline.crypto import credentials
from hotline.db import Connection
from hotline.domain.policy.login_rules import HeldOff, WrongCredential, plain_login, plain_password
from hotline.store.accounts import logins, staff
from hotline.store.accounts.logins import SecondFactorRow, SessionViewerRow

FORGET_AFTER = timedelta(days=1)
CODE = "动态码"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session is opened: IP address and browser."""

    address: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """The result of a correct password: the session's token; `half`: it still needs the second factor."""

    token: str
    half: bool


@dataclass(frozen=True, slots=True)
class Try:
    """A counted attempt. `shut`: the login was locked already; `last`: a failure of this one locks it until `until`."""

    login: str
    shut: bool
    last: bool
    until: datetime | None


async def log_in(
    context: RegionContext, login: str, password: str, now: datetime, place: Place = Place()
) -> Entry | None:
    """Open a session for a correct login and password; None for a wrong one.

    Raises HeldOff while the login is locked, and when this failure locks it.
    """
    attempt = await begin_try(context, login, now)
    async with context.reading() as conn:
        row = await staff.get_account(conn, context.region, login)
    stored = row["password_hash"] if row else credentials.nobody()
    # In a thread, since hashing would block the event loop; also for a locked login, so that time does not reveal it.
    matches = await asyncio.to_thread(credentials.matches, stored, password)
    if attempt.shut or row is None or not matches:
        await fail_try(context, attempt, row["account_id"] if row else None, now)
        return None
    async with context.writing() as conn:
        factor = await logins.get_factor(conn, context.region, row["account_id"])
        half = factor is not None and factor["proven_at"] is not None
        await (release_try if half else settle_try)(conn, context, attempt)
        token = await open_session(
            conn, context, row["account_id"], "half" if half else "open", now, place.address, place.browser
        )
    return Entry(token, half)


async def is_half_open(context: RegionContext, token: str, now: datetime) -> bool:
    """Return whether the session of this token still needs its second factor."""
    return await _half(context, token, now) is not None


async def prove(context: RegionContext, token: str, code: str, now: datetime, place: Place = Place()) -> str | None:
    """Exchange a half-open session and a second factor for an open session; returns the token of the new session.

    `code` is a code of the authenticator or a recovery code. None when the half-open session is over. Raises
    WrongCredential, HeldOff.
    """
    row = await _half(context, token, now)
    if row is None:
        return None
    attempt, account_id = await begin_try(context, row["login"], now), row["account_id"]
    async with context.writing() as conn:
        taken = not attempt.shut and await take_code(conn, context, account_id, code, now, recovery=True)
        if taken:
            await settle_try(conn, context, attempt)
            await logins.end_session(conn, context.region, hash_token(context, token), now, "factor")
            return await open_session(conn, context, account_id, "open", now, place.address, place.browser)
    await fail_try(context, attempt, account_id, now)
    raise WrongCredential(what=CODE)


async def _half(context: RegionContext, token: str, now: datetime) -> SessionViewerRow | None:
    rules = context.rules.policy.accounts
    async with context.reading() as conn:
        row = await logins.get_viewer(
            conn, context.region, hash_token(context, token), now - rules.absolute, now - rules.idle
        )
    return row if row is not None and row["stage"] == "half" else None


async def take_code(
    conn: Connection, context: RegionContext, account_id: UUID, code: str, now: datetime, *, recovery: bool = False
) -> bool:
    """Use up a code of the account's authenticator, with `recovery` also a recovery code; False if wrong or used."""
    factor = await logins.get_factor(conn, context.region, account_id)
    if factor is None:
        return False
    step = credentials.step_of(unseal_secret(context, factor), "".join(plain_password(code).split()), now)
    if step is not None:
        return await logins.use_step(conn, context.region, account_id, step)
    if not recovery or factor["proven_at"] is None:
        return False
    used = await logins.use_code(conn, context.region, account_id, hashes_of_code(context, account_id, code), now)
    if used:
        await staff.insert_event(conn, context.region, now, account_id, account_id, "code_used")
    return used


def unseal_secret(context: RegionContext, factor: SecondFactorRow) -> str:
    """Return the TOTP secret of a second factor, in base32. Raises BrokenSeal."""
    return context.vault.unseal(factor["secret_sealed"], SECRET)


def hashes_of_code(context: RegionContext, account_id: UUID, code: str) -> list[bytes]:
    """Return the fingerprints of a recovery code under every known key, the present one first."""
    return context.vault.fingerprints(f"{account_id}/{credentials.plain_code(code)}", "recovery")


SECRET = "second_factor.secret"  # noqa: S105 - what the seal is bound to


async def begin_try(context: RegionContext, login: str, now: datetime) -> Try:
    """Count an attempt before it is checked, so that parallel attempts cannot exceed the policy's limit."""
    rules = context.rules.policy.accounts
    async with context.writing() as conn:
        row = await logins.reserve_attempt(
            conn, context.region, hash_login(context, login), now, now - rules.lock, rules.failures, now + rules.lock
        )
    shut = row["failures"] > rules.failures
    return Try(login, shut, not shut and row["failures"] == rules.failures, row["locked_until"])


async def settle_try(conn: Connection, context: RegionContext, attempt: Try) -> None:
    """Delete the counted failures after a success."""
    await logins.clear_attempts(conn, context.region, hash_login(context, attempt.login))


async def release_try(conn: Connection, context: RegionContext, attempt: Try) -> None:
    """Undo this attempt after a success that needs another step; earlier failures stay counted."""
    await logins.release_attempt(
        conn, context.region, hash_login(context, attempt.login), context.rules.policy.accounts.failures
    )


async def fail_try(context: RegionContext, attempt: Try, account_id: UUID | None, now: datetime) -> None:
    """Leave the attempt counted as a failure. Raises HeldOff when it locked the login, or a lock was in force."""
    async with context.writing() as conn:
        await logins.forget_attempts(conn, context.region, now - FORGET_AFTER)
        if attempt.last and account_id is not None:
            await staff.insert_event(conn, context.region, now, account_id, None, "held_off")
    if attempt.until is not None and (attempt.shut or attempt.last):
        raise HeldOff(until=f"{attempt.until.astimezone(context.rules.calendar.zone):%H:%M}")


def hash_login(context: RegionContext, login: str) -> bytes:
    """Return the fingerprint failures are counted under: a password typed as login by mistake is not stored."""
    return context.vault.fingerprint(plain_login(login), "login")
