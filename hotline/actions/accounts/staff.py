"""Making and keeping accounts: by the security administrator on the page, by whoever has the server on the command line.

Three administrators with disjoint powers (PROCEDURE §1): nobody manages the own account, the last of each stays, and
accounts of administrators come from the command line only, so that none of them can make itself another.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from hotline.actions.accounts.login import hash_login
from hotline.actions.accounts.own_account import SEPARATOR, faults_of
from hotline.actions.region.context import RegionContext
from hotline.crypto import credentials
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.enums import Role
from hotline.domain.errors import Malformed, Missing, NotFound, Refusal
from hotline.domain.policy.login_rules import (
    ADMINISTRATORS,
    NUMBERS,
    AdministratorByHand,
    LastAdministrator,
    OwnAccount,
    WeakPassword,
)
from hotline.domain.tickets.ticket import Actor
from hotline.store.accounts import logins, staff
from hotline.store.accounts.staff import AccountEventRow as AccountEventRow
from hotline.store.accounts.staff import LockedAccountRow, StaffRow
from hotline.store.region.regions import lock_region

NAME_LIMIT = 40
REASON_LIMIT = 200
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_IN_UNITS = (Role.HANDLER, Role.UNIT_HEAD)


class ListedStaffRow(StaffRow):
    """An account as listed, with `held_until`: until when it is locked after failures, or None."""

    held_until: datetime | None


class LoginTaken(Refusal):
    """用户名 {login} 已经有了。"""


async def add_account(
    context: RegionContext, who: Actor | None, login: str, name: str, role: Role, unit_id: UUID | None, now: datetime, *,
    password: str | None = None,
) -> str:  # fmt: skip
    """A new account; gives back its password for the first log-in, which must change it. `who` None: command line.

    Raises Malformed, Missing, LoginTaken, WeakPassword, AdministratorByHand, NotAllowed.
    """
    _check(who, role)
    _check_post(login, name, role, unit_id)
    if password is not None and (faults := await faults_of(context, login, name, password)):
        raise WeakPassword(faults=SEPARATOR.join(faults))
    first = credentials.new_password() if password is None else password
    hashed = await asyncio.to_thread(credentials.hash_password, first)
    async with context.writing() as conn:
        account_id = await staff.add_account(
            conn, context.region, login, name, role.value, unit_id, hashed, now, must_change=True
        )
        if account_id is None:
            raise LoginTaken(login=login)
        details = {"role": role.value, "unit": context.county.unit_name(unit_id)}
        await staff.insert_event(conn, context.region, now, account_id, _id(who), "added", **details)
    await context.refresh(now, force=True)
    return first


def _check_post(login: str, name: str, role: Role, unit_id: UUID | None) -> None:
    if not _LOGIN.fullmatch(login):
        raise Malformed(what="用户名（2–40 位小写字母、数字、点、横线）")
    if not 0 < len(name) <= NAME_LIMIT:
        raise Malformed(what=f"姓名（{NAME_LIMIT} 字以内）")
    if role in _IN_UNITS and unit_id is None:
        raise Missing(what="所在单位（承办人和承办单位负责人必须有）")


async def lock_account(context: RegionContext, who: Actor | None, login: str, reason: str, now: datetime) -> None:
    """The account may not log in any more; its sessions end at once. Raises LastAdministrator, OwnAccount, NotFound."""
    async with _administering(context, who, login, now) as (conn, row):
        await _check_last(conn, context, row)
        await staff.set_active(conn, context.region, row["account_id"], False)
        await _end(conn, context, row, "locked", now)
        await _note(conn, context, who, row, "locked", now, reason=_reason(reason))


async def unlock_account(context: RegionContext, who: Actor | None, login: str, now: datetime) -> None:
    """The account may log in again, be it locked by an administrator or shut after failures."""
    async with _administering(context, who, login, now) as (conn, row):
        if row["role"] in ADMINISTRATORS and not row["active"] and who is not None:
            raise AdministratorByHand
        await staff.set_active(conn, context.region, row["account_id"], True)
        await logins.clear_attempts(conn, context.region, hash_login(context, login))
        await _note(conn, context, who, row, "let_in" if row["active"] else "unlocked", now)


async def reset_password(context: RegionContext, who: Actor | None, login: str, now: datetime) -> str:
    """A new password for the next log-in, which must change it; shown once. All sessions end."""
    first = credentials.new_password()
    hashed = await asyncio.to_thread(credentials.hash_password, first)
    async with _administering(context, who, login, now, by_hand=True) as (conn, row):
        kept = context.rules.policy.accounts.remembered
        await staff.set_password(
            conn, context.region, row["account_id"], hashed, now, must_change=True, remembered=kept
        )
        await logins.clear_attempts(conn, context.region, hash_login(context, login))
        await _end(conn, context, row, "reset", now)
        await _note(conn, context, who, row, "reset", now)
    return first


async def take_factor(context: RegionContext, who: Actor | None, login: str, reason: str, now: datetime) -> None:
    """The authenticator is lost: the second factor and its recovery codes go, to be made anew at the next log-in."""
    async with _administering(context, who, login, now, by_hand=True) as (conn, row):
        await logins.drop_factor(conn, context.region, row["account_id"])
        await _end(conn, context, row, "reset", now)
        await _note(conn, context, who, row, "factor_taken", now, reason=_reason(reason))


async def change_post(
    context: RegionContext, who: Actor | None, login: str, role: Role, unit_id: UUID | None, reason: str, now: datetime
) -> None:
    """Another role or unit; sessions end, so that no page of the former role stays open.

    Raises AdministratorByHand from and to an administrator's role, LastAdministrator, Missing, Malformed.
    """
    _check(who, role)
    async with _administering(context, who, login, now, by_hand=True) as (conn, row):
        _check_post(login, row["name"], role, unit_id)
        if role.value != row["role"]:
            await _check_last(conn, context, row)
        await staff.set_post(conn, context.region, row["account_id"], role.value, unit_id)
        await _end(conn, context, row, "changed", now)
        details = {"was": row["role"], "role": role.value, "unit": context.county.unit_name(unit_id)}
        await _note(conn, context, who, row, "changed", now, reason=_reason(reason), **details)


async def allow_sessions(
    context: RegionContext, who: Actor | None, login: str, sessions: int | None, reason: str, now: datetime
) -> None:
    """How many log-ins this account may have at once; None: as many as the policy says. The eldest beyond it end.

    Raises Malformed, Missing, AdministratorByHand, OwnAccount, NotFound.
    """
    lowest, highest = NUMBERS["sessions"]
    if sessions is not None and not lowest <= sessions <= highest:
        raise Malformed(what=f"同时登录几处（{lowest}–{highest}）")
    async with _administering(context, who, login, now, by_hand=True) as (conn, row):
        await staff.set_sessions(conn, context.region, row["account_id"], sessions)
        keep = context.rules.policy.accounts.sessions
        await logins.end_elder_sessions(conn, context.region, row["account_id"], keep, now)
        limit = "按统一规定" if sessions is None else f"{sessions} 处"
        await _note(conn, context, who, row, "sessions", now, reason=_reason(reason), sessions=limit)


async def list_staff(
    context: RegionContext,
    who: Actor | None,
    now: datetime,
    *,
    words: str = "",
    role: Role | None = None,
    login: str = "",
) -> list[ListedStaffRow]:
    """The accounts: those with these words in login, name or unit, with this role, with this login, or all."""
    _check(who)
    async with context.reading() as conn:
        rows = await staff.list_accounts(
            conn, context.region, words.strip() or None, role.value if role else None, login or None
        )
        held = await logins.list_held_off(conn, context.region, now)
    return [{**row, "held_until": held.get(hash_login(context, row["login"]))} for row in rows]


async def list_events(
    context: RegionContext, who: Actor, login: str | None, before: datetime | None, most: int
) -> list[AccountEventRow]:
    """What was done to accounts, newest first; for the security and the audit administrator. Raises NotAllowed."""
    allow(who, Right.READ_ACCOUNT_EVENTS)
    async with context.reading() as conn:
        return await staff.list_account_events(conn, context.region, login, before, most)


@asynccontextmanager
async def _administering(
    context: RegionContext, who: Actor | None, login: str, now: datetime, *, by_hand: bool = False
) -> AsyncIterator[tuple[Connection, LockedAccountRow]]:
    """The account locked in a transaction; `by_hand`: of an administrator only on the command line."""
    _check(who)
    async with context.writing() as conn:
        # One at a time: two of the last two could else lock each other.
        await lock_region(conn, context.region)
        row = await staff.lock_account(conn, context.region, login)
        if row is None:
            raise NotFound
        if who is not None and row["account_id"] == who.account_id:
            raise OwnAccount
        if by_hand and who is not None and row["role"] in ADMINISTRATORS:
            raise AdministratorByHand
        yield conn, row
    await context.refresh(now, force=True)


def _check(who: Actor | None, role: Role | None = None) -> None:
    if who is None:
        return
    allow(who, Right.KEEP_ACCOUNTS)
    if role in ADMINISTRATORS:
        raise AdministratorByHand


async def _check_last(conn: Connection, context: RegionContext, row: LockedAccountRow) -> None:
    if row["role"] not in ADMINISTRATORS or not row["active"]:
        return
    if not await staff.count_others(conn, context.region, row["account_id"], row["role"]):
        raise LastAdministrator(role=ADMINISTRATOR_NAMES[Role(row["role"])])


ADMINISTRATOR_NAMES: Mapping[Role, str] = {
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
}


def _reason(reason: str) -> str:
    if not reason:
        raise Missing(what="理由")
    return reason[:REASON_LIMIT]


async def _end(conn: Connection, context: RegionContext, row: LockedAccountRow, why: str, now: datetime) -> None:
    await logins.end_sessions(conn, context.region, row["account_id"], now, why)


async def _note(
    conn: Connection,
    context: RegionContext,
    who: Actor | None,
    row: LockedAccountRow,
    kind: str,
    now: datetime,
    **details: str,
) -> None:
    await staff.insert_event(conn, context.region, now, row["account_id"], _id(who), kind, **details)


def _id(who: Actor | None) -> UUID | None:
    return who.account_id if who else None
