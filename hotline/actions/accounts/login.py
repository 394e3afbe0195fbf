"""Logging in: a try is counted before it is judged, and every refusal takes as long and says the same for every name.

A name nobody has is shut after as many failures as one somebody has, so that nothing tells which names exist.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hotline.actions.accounts.sessions import hash_token, open_session
from hotline.actions.region.context import Office
from hotline.crypto import credentials
from hotline.domain.policy.login_rules import HeldOff, WrongCredential, plain_password
from hotline.store.accounts import logins, staff

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


async def log_in(office: Office, login: str, password: str, now: datetime, place: Place = Place()) -> Entry | None:
    """A session for the right login and password, None for wrong ones. Raises HeldOff after too many failures."""
    attempt = await begin_try(office, login, now)
    async with office.reading() as conn:
        row = await staff.get_account(conn, office.region, login)
    stored = row["password_hash"] if row else credentials.nobody()
    # Off the loop: a verification takes as long as fifty pages. Also when it is shut: time tells nothing either.
    right = await asyncio.to_thread(credentials.matches, stored, password)
    if attempt.shut or row is None or not right:
        await fail_try(office, attempt, row["account_id"] if row else None, now)
        return None
    async with office.writing() as conn:
        factor = await logins.get_factor(conn, office.region, row["account_id"])
        half = factor is not None and factor["proven_at"] is not None
        await (release_try if half else settle_try)(conn, office, attempt)
        token = await open_session(
            conn, office, row["account_id"], "half" if half else "open", now, place.address, place.browser
        )
    return Entry(token, half)


async def is_half_open(office: Office, token: str, now: datetime) -> bool:
    """Whether this token awaits its second factor."""
    return await _half(office, token, now) is not None


async def prove(office: Office, token: str, code: str, now: datetime, place: Place = Place()) -> str | None:
    """The open session's token for a half open one and its second factor: a code, or a recovery code.

    None when the half open session is over. Raises WrongCredential, HeldOff.
    """
    row = await _half(office, token, now)
    if row is None:
        return None
    attempt, account_id = await begin_try(office, row["login"], now), row["account_id"]
    async with office.writing() as conn:
        taken = not attempt.shut and await take_code(conn, office, account_id, code, now, recovery=True)
        if taken:
            await settle_try(conn, office, attempt)
            await logins.end_session(conn, office.region, hash_token(office, token), now, "factor")
            return await open_session(conn, office, account_id, "open", now, place.address, place.browser)
    await fail_try(office, attempt, account_id, now)
    raise WrongCredential(what=CODE)


async def _half(office: Office, token: str, now: datetime) -> Any:
    rules = office.rules.policy.accounts
    async with office.reading() as conn:
        row = await logins.get_viewer(
            conn, office.region, hash_token(office, token), now - rules.absolute, now - rules.idle
        )
    return row if row is not None and row["stage"] == "half" else None


async def take_code(
    conn: Any, office: Office, account_id: UUID, code: str, now: datetime, *, recovery: bool = False
) -> bool:
    """Whether this is a code of the account's authenticator (or a recovery code) that nobody gave before."""
    factor = await logins.get_factor(conn, office.region, account_id)
    if factor is None:
        return False
    step = credentials.step_of(unseal_secret(office, factor), "".join(plain_password(code).split()), now)
    if step is not None:
        return await logins.use_step(conn, office.region, account_id, step)
    if not recovery or factor["proven_at"] is None:
        return False
    used = await logins.use_code(conn, office.region, account_id, hashes_of_code(office, account_id, code), now)
    if used:
        await staff.insert_event(conn, office.region, now, account_id, account_id, "code_used")
    return used


def unseal_secret(office: Office, factor: Any) -> str:
    """The shared secret of a row of second factors, in base32."""
    return office.vault.unseal(factor["secret_sealed"], SECRET)


def hashes_of_code(office: Office, account_id: UUID, code: str) -> list[bytes]:
    """A recovery code as the database may know it: by the present finding key first."""
    return office.vault.fingerprints(f"{account_id}/{credentials.plain_code(code)}", "recovery")


SECRET = "second_factor.secret"  # noqa: S105 - what the seal is bound to


async def begin_try(office: Office, login: str, now: datetime) -> Try:
    """Count a try before it is judged: of any number sent at once, no more are judged than the policy allows."""
    rules = office.rules.policy.accounts
    async with office.writing() as conn:
        row = await logins.reserve_attempt(
            conn, office.region, hash_login(office, login), now, now - rules.lock, rules.failures, now + rules.lock
        )
    shut = row["failures"] > rules.failures
    return Try(login, shut, not shut and row["failures"] == rules.failures, row["locked_until"])


async def settle_try(conn: Any, office: Office, attempt: Try) -> None:
    """It was right: nothing counts any more."""
    await logins.clear_attempts(conn, office.region, hash_login(office, attempt.login))


async def release_try(conn: Any, office: Office, attempt: Try) -> None:
    """It was right, but more is asked: this try counts not, the earlier ones do."""
    await logins.release_attempt(
        conn, office.region, hash_login(office, attempt.login), office.rules.policy.accounts.failures
    )


async def fail_try(office: Office, attempt: Try, account_id: UUID | None, now: datetime) -> None:
    """It was wrong. Raises HeldOff when the name is shut by it, or was before."""
    async with office.writing() as conn:
        await logins.forget_attempts(conn, office.region, now - FORGET_AFTER)
        if attempt.last and account_id is not None:
            await staff.insert_event(conn, office.region, now, account_id, None, "held_off")
    if attempt.until is not None and (attempt.shut or attempt.last):
        raise HeldOff(until=f"{attempt.until.astimezone(office.rules.calendar.zone):%H:%M}")


def hash_login(office: Office, login: str) -> bytes:
    """A login name as failures are counted under: what is typed there by mistake is not kept."""
    return office.vault.fingerprint(login, "login")
