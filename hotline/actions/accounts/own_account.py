"""A user's own account: change the password, enrol a second factor, renew recovery codes (PROCEDURE §6)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.actions.accounts.login import (
    CODE,
    SECRET,
    begin_try,
    fail_try,
    hashes_of_code,
    release_try,
    settle_try,
    take_code,
    unseal_secret,
)
from hotline.actions.accounts.sessions import Viewer, hash_token
from hotline.actions.region.context import RegionContext
from hotline.crypto import credentials
from hotline.db import Connection
from hotline.domain.errors import NotAllowed
from hotline.domain.policy.login_rules import (
    PASSWORD_LIMIT,
    WeakPassword,
    WrongCredential,
    faults_of_password,
    plain_password,
)
from hotline.store.accounts import logins, staff

OLD_PASSWORD = "现在的密码"  # noqa: S105 - the name of a field
SEPARATOR = "；"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The data for an authenticator: the secret in base32 and the otpauth URI of the QR code."""

    secret: str
    address: str


async def change_password(
    context: RegionContext, viewer: Viewer, token: str, old: str, new: str, now: datetime
) -> None:
    """Change the password and end all other sessions of the account. A wrong `old` counts as a failed log-in.

    Raises WrongCredential, HeldOff, WeakPassword with every fault.
    """
    attempt = await begin_try(context, viewer.login, now)
    async with context.reading() as conn:
        row = await staff.get_account(conn, context.region, viewer.login)
    matches = row is not None and await asyncio.to_thread(credentials.matches, row["password_hash"], old)
    if attempt.shut or row is None or not matches:
        await fail_try(context, attempt, viewer.account_id, now)
        raise WrongCredential(what=OLD_PASSWORD)
    faults = await _faults(context, viewer, row["password_hash"], new)
    hashed = "" if faults else await asyncio.to_thread(credentials.hash_password, new)
    async with context.writing() as conn:
        await (release_try if faults else settle_try)(conn, context, attempt)
        if not faults:
            await _keep(conn, context, viewer, token, hashed, now)
    if faults:
        raise WeakPassword(faults=SEPARATOR.join(faults))


async def _keep(
    conn: Connection, context: RegionContext, viewer: Viewer, token: str, hashed: str, now: datetime
) -> None:
    account_id = viewer.account_id
    kept = context.rules.policy.accounts.remembered
    await staff.set_password(conn, context.region, account_id, hashed, now, must_change=False, remembered=kept)
    await logins.end_sessions(conn, context.region, account_id, now, "password", but=hash_token(context, token))
    await staff.insert_event(conn, context.region, now, account_id, account_id, "password")


async def _faults(context: RegionContext, viewer: Viewer, present: str, new: str) -> Sequence[str]:
    rules = context.rules.policy.accounts
    faults = await faults_of(context, viewer.login, viewer.actor.name, new)
    async with context.reading() as conn:
        former = await staff.list_former_passwords(conn, context.region, viewer.account_id, rules.remembered - 1)
    # The present password is always refused, even when the policy remembers none.
    used = [present, *former] if rules.remembered else [present]
    if not faults and await asyncio.to_thread(credentials.matches_any, used, new):
        return (f"最近{len(used)}次用过" if former else "和现在的密码一样",)
    return faults


async def faults_of(context: RegionContext, login: str, name: str, new: str) -> tuple[str, ...]:
    """Return the faults of a new password by the policy in force, in Chinese; former passwords are not compared."""
    plain, rules = plain_password(new), context.rules.policy.accounts
    common = await asyncio.to_thread(credentials.is_common, plain[:PASSWORD_LIMIT], login, name, context.county.name)
    return faults_of_password(plain, login, name, rules, common=common)


async def begin_factor(context: RegionContext, viewer: Viewer, now: datetime) -> Enrolment:
    """Return a secret for the viewer's authenticator, the same one until it is proven by a code.

    Raises NotAllowed when a second factor is in force.
    """
    async with context.writing() as conn:
        if await logins.get_factor(conn, context.region, viewer.account_id) is None:
            sealed = context.vault.seal(credentials.new_secret(), SECRET)
            await logins.begin_factor(conn, context.region, viewer.account_id, sealed, now)
        factor = await logins.get_factor(conn, context.region, viewer.account_id)
    if factor is None or factor["proven_at"] is not None:
        raise NotAllowed
    secret = unseal_secret(context, factor)
    return Enrolment(secret, credentials.address_of_secret(secret, viewer.login, f"{context.county.name}阳光热线"))


async def prove_factor(context: RegionContext, viewer: Viewer, code: str, now: datetime) -> tuple[str, ...]:
    """Put the second factor in force by its first code; returns ten recovery codes to be shown once.

    Raises WrongCredential, HeldOff.
    """
    return await _with_code(context, viewer, code, "factor", now)


async def renew_codes(context: RegionContext, viewer: Viewer, code: str, now: datetime) -> tuple[str, ...]:
    """Replace the recovery codes by ten new ones, to be shown once. Raises WrongCredential, HeldOff."""
    return await _with_code(context, viewer, code, "codes", now)


async def _with_code(context: RegionContext, viewer: Viewer, code: str, kind: str, now: datetime) -> tuple[str, ...]:
    attempt, account_id = await begin_try(context, viewer.login, now), viewer.account_id
    codes = credentials.new_recovery_codes()
    async with context.writing() as conn:
        taken = not attempt.shut and await take_code(conn, context, account_id, code, now)
        if taken:
            await settle_try(conn, context, attempt)
            await logins.prove_factor(conn, context.region, account_id, now)
            hashes = [hashes_of_code(context, account_id, recovery)[0] for recovery in codes]
            await logins.replace_codes(conn, context.region, account_id, hashes, now)
            await staff.insert_event(conn, context.region, now, account_id, account_id, kind)
    if not taken:
        await fail_try(context, attempt, account_id, now)
        raise WrongCredential(what=CODE)
    return codes


async def count_codes(context: RegionContext, viewer: Viewer) -> int:
    """Count the viewer's unused recovery codes."""
    async with context.reading() as conn:
        return await logins.count_codes(conn, context.region, viewer.account_id)


async def password_set_at(context: RegionContext, viewer: Viewer) -> datetime:
    """Return when the viewer's password was set. Raises NotAllowed for an account that does not exist any more."""
    async with context.reading() as conn:
        row = await staff.get_account(conn, context.region, viewer.login)
    if row is None:
        raise NotAllowed
    return row["password_set_at"]
