"""Logging in: a try is counted before it is judged, and every refusal takes as long and says the same for every name.

A name nobody has is shut after as many failures as one somebody has, so that nothing tells which names exist.
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
from hotline.domain.policy.login_rules import HeldOff, WrongCredential, plain_password
from hotline.store.accounts import logins, staff
from hotline.store.accounts.logins import SecondFactorRow, SessionViewerRow

FORGET_AFTER = timedelta(days=1)
CODE = "动态码"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session is opened from: network address and kind of browser."""

    address: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A right password: the session's token, and whether it is half open only, awaiting the second factor."""

    token: str
    half: bool


@dataclass(frozen=True, slots=True)
class Try:
    """One counted try. `shut`: not to be judged at all; `last`: should it fail, the name is shut."""

    login: str
    shut: bool
    last: bool
    until: datetime | None


async def log_in(
    context: RegionContext, login: str, password: str, now: datetime, place: Place = Place()
) -> Entry | None:
    """A session for the right login and password, None for wrong ones. Raises HeldOff after too many failures."""
    attempt = await begin_try(context, login, now)
    async with context.reading() as conn:
        row = await staff.get_account(conn, context.region, login)
    stored = row["password_hash"] if row else credentials.nobody()
    # Off the loop: a verification takes as long as fifty pages. Also when it is shut: time tells nothing either.
    right = await asyncio.to_thread(credentials.matches, stored, password)
    if attempt.shut or row is None or not right:
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
    """Whether this token awaits its second factor."""
    return await _half(context, token, now) is not None


async def prove(context: RegionContext, token: str, code: str, now: datetime, place: Place = Place()) -> str | None:
    """The open session's token for a half open one and its second factor: a code, or a recovery code.

    None when the half open session is over. Raises WrongCredential, HeldOff.
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
    """Whether this is a code of the account's authenticator (or a recovery code) that nobody gave before."""
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
    """The shared secret of a second factor, in base32."""
    return context.vault.unseal(factor["secret_sealed"], SECRET)


def hashes_of_code(context: RegionContext, account_id: UUID, code: str) -> list[bytes]:
    """A recovery code as the database may know it: by the present finding key first."""
    return context.vault.fingerprints(f"{account_id}/{credentials.plain_code(code)}", "recovery")


SECRET = "second_factor.secret"  # noqa: S105 - what the seal is bound to


async def begin_try(context: RegionContext, login: str, now: datetime) -> Try:
    """Count a try before it is judged: of any number sent at once, no more are judged than the policy allows."""
    rules = context.rules.policy.accounts
    async with context.writing() as conn:
        row = await logins.reserve_attempt(
            conn, context.region, hash_login(context, login), now, now - rules.lock, rules.failures, now + rules.lock
        )
    shut = row["failures"] > rules.failures
    return Try(login, shut, not shut and row["failures"] == rules.failures, row["locked_until"])


async def settle_try(conn: Connection, context: RegionContext, attempt: Try) -> None:
    """It was right: nothing counts any more."""
    await logins.clear_attempts(conn, context.region, hash_login(context, attempt.login))


async def release_try(conn: Connection, context: RegionContext, attempt: Try) -> None:
    """It was right, but more is asked: this try counts not, the earlier ones do."""
    await logins.release_attempt(
        conn, context.region, hash_login(context, attempt.login), context.rules.policy.accounts.failures
    )


async def fail_try(context: RegionContext, attempt: Try, account_id: UUID | None, now: datetime) -> None:
    """It was wrong. Raises HeldOff when the name is shut by it, or was before."""
    async with context.writing() as conn:
        await logins.forget_attempts(conn, context.region, now - FORGET_AFTER)
        if attempt.last and account_id is not None:
            await staff.insert_event(conn, context.region, now, account_id, None, "held_off")
    if attempt.until is not None and (attempt.shut or attempt.last):
        raise HeldOff(until=f"{attempt.until.astimezone(context.rules.calendar.zone):%H:%M}")


def hash_login(context: RegionContext, login: str) -> bytes:
    """A login name as failures are counted under: what is typed there by mistake is not kept."""
    return context.vault.fingerprint(login, "login")
