"""Manage accounts: by the security administrator on the page, or on the server's command line (`actor` None).

The three administrators have disjoint rights (PROCEDURE §1): nobody manages their own account, the last administrator of
each kind stays, and administrators' accounts are created, changed and unlocked on the command line only, so that none can
create another.
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
    LOG_IN_ROLES,
    NUMBERS,
    AdministratorByHand,
    LastAdministrator,
    OwnAccount,
    WeakPassword,
    plain_login,
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
    """An account as listed; `held_until` is the end of its lock after failed log-ins, or None."""

    held_until: datetime | None


class LoginTaken(Refusal):
    """用户名 {login} 已经有了。"""


async def add_account(
    context: RegionContext, actor: Actor | None, login: str, name: str, role: Role, unit_id: UUID | None, now: datetime, *,
    password: str | None = None,
) -> str:  # fmt: skip
    """Add an account and return its first password (None: a random one), which must be changed at the first log-in.

    Raises Malformed, Missing, LoginTaken, WeakPassword, AdministratorByHand, NotAllowed.
    """
    _check(actor, role)
    login = plain_login(login)
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
        await staff.insert_event(conn, context.region, now, account_id, _id(actor), "added", **details)
    await context.refresh(now, force=True)
    return first


def _check_post(login: str, name: str, role: Role, unit_id: UUID | None) -> None:
    if not _LOGIN.fullmatch(login):
        raise Malformed(what="用户名（2–40 位小写字母、数字、点、横线）")
    if not 0 < len(name) <= NAME_LIMIT:
        raise Malformed(what=f"姓名（{NAME_LIMIT} 字以内）")
    if role not in LOG_IN_ROLES:
        raise Malformed(what="角色（要从列表里选）")
    if role in _IN_UNITS and unit_id is None:
        raise Missing(what="所在单位（承办人和承办单位负责人必须有）")


async def lock_account(context: RegionContext, actor: Actor | None, login: str, reason: str, now: datetime) -> None:
    """Lock an account and end its sessions.

    Raises LastAdministrator, OwnAccount, NotFound, NotAllowed, Missing without a reason.
    """
    async with _administering(context, actor, login, now) as (conn, row):
        await _check_last(conn, context, row)
        await staff.set_active(conn, context.region, row["account_id"], False)
        await _end(conn, context, row, "locked", now)
        await _note(conn, context, actor, row, "locked", now, reason=_reason(reason))


async def unlock_account(context: RegionContext, actor: Actor | None, login: str, now: datetime) -> None:
    """Unlock an account, whether locked by an administrator or after failed log-ins.

    Raises AdministratorByHand, OwnAccount, NotFound, NotAllowed.
    """
    async with _administering(context, actor, login, now) as (conn, row):
        if row["role"] in ADMINISTRATORS and not row["active"] and actor is not None:
            raise AdministratorByHand
        await staff.set_active(conn, context.region, row["account_id"], True)
        await logins.clear_attempts(conn, context.region, hash_login(context, login))
        await _note(conn, context, actor, row, "let_in" if row["active"] else "unlocked", now)


async def reset_password(context: RegionContext, actor: Actor | None, login: str, now: datetime) -> str:
    """Set a random password, to be shown once and changed at the next log-in, and return it. All sessions end.

    Raises AdministratorByHand, OwnAccount, NotFound, NotAllowed.
    """
    first = credentials.new_password()
    hashed = await asyncio.to_thread(credentials.hash_password, first)
    async with _administering(context, actor, login, now, by_hand=True) as (conn, row):
        kept = context.rules.policy.accounts.remembered
        await staff.set_password(
            conn, context.region, row["account_id"], hashed, now, must_change=True, remembered=kept
        )
        await logins.clear_attempts(conn, context.region, hash_login(context, login))
        await _end(conn, context, row, "reset", now)
        await _note(conn, context, actor, row, "reset", now)
    return first


async def take_factor(context: RegionContext, actor: Actor | None, login: str, reason: str, now: datetime) -> None:
    """Delete the second factor and recovery codes of an account that lost its authenticator. All sessions end.

    Raises AdministratorByHand, OwnAccount, NotFound, NotAllowed, Missing.
    """
    async with _administering(context, actor, login, now, by_hand=True) as (conn, row):
        await logins.drop_factor(conn, context.region, row["account_id"])
        await _end(conn, context, row, "reset", now)
        await _note(conn, context, actor, row, "factor_taken", now, reason=_reason(reason))


async def change_post(
    context: RegionContext,
    actor: Actor | None,
    login: str,
    role: Role,
    unit_id: UUID | None,
    reason: str,
    now: datetime,
) -> None:
    """Change role and unit of an account; its sessions end, so that no page of the former role stays open.

    Raises AdministratorByHand from and to an administrator's role, LastAdministrator, Missing, Malformed.
    """
    _check(actor, role)
    async with _administering(context, actor, login, now, by_hand=True) as (conn, row):
        _check_post(login, row["name"], role, unit_id)
        if role.value != row["role"]:
            await _check_last(conn, context, row)
        await staff.set_post(conn, context.region, row["account_id"], role.value, unit_id)
        await _end(conn, context, row, "changed", now)
        details = {"was": row["role"], "role": role.value, "unit": context.county.unit_name(unit_id)}
        await _note(conn, context, actor, row, "changed", now, reason=_reason(reason), **details)


async def allow_sessions(
    context: RegionContext, actor: Actor | None, login: str, sessions: int | None, reason: str, now: datetime
) -> None:
    """Set how many sessions an account may have at once (None: the policy's number); the oldest beyond it end.

    Raises Malformed, Missing, AdministratorByHand, OwnAccount, NotFound.
    """
    lowest, highest = NUMBERS["sessions"]
    if sessions is not None and not lowest <= sessions <= highest:
        raise Malformed(what=f"同时登录几处（{lowest}–{highest}）")
    async with _administering(context, actor, login, now, by_hand=True) as (conn, row):
        await staff.set_sessions(conn, context.region, row["account_id"], sessions)
        keep = context.rules.policy.accounts.sessions
        await logins.end_elder_sessions(conn, context.region, row["account_id"], keep, now)
        limit = "按统一规定" if sessions is None else f"{sessions} 处"
        await _note(conn, context, actor, row, "sessions", now, reason=_reason(reason), sessions=limit)


async def list_staff(
    context: RegionContext,
    actor: Actor | None,
    now: datetime,
    *,
    words: str = "",
    role: Role | None = None,
    login: str = "",
) -> list[ListedStaffRow]:
    """List accounts: all, or those with `words` in login, name or unit, with this role, with this login.

    Raises NotAllowed.
    """
    _check(actor)
    async with context.reading() as conn:
        rows = await staff.list_accounts(
            conn, context.region, words.strip() or None, role.value if role else None, login or None
        )
        held = await logins.list_held_off(conn, context.region, now)
    return [{**row, "held_until": held.get(hash_login(context, row["login"]))} for row in rows]


async def list_events(
    context: RegionContext, actor: Actor, login: str | None, before: datetime | None, most: int
) -> list[AccountEventRow]:
    """List at most `most` changes of accounts before a moment, newest first. Raises NotAllowed."""
    allow(actor, Right.READ_ACCOUNT_EVENTS)
    async with context.reading() as conn:
        return await staff.list_account_events(conn, context.region, login, before, most)


@asynccontextmanager
async def _administering(
    context: RegionContext, actor: Actor | None, login: str, now: datetime, *, by_hand: bool = False
) -> AsyncIterator[tuple[Connection, LockedAccountRow]]:
    """Lock an account in a transaction; with `by_hand`, administrators' accounts on the command line only."""
    _check(actor)
    async with context.writing() as conn:
        # One at a time: otherwise the last two administrators could lock each other out.
        await lock_region(conn, context.region)
        row = await staff.lock_account(conn, context.region, login)
        if row is None:
            raise NotFound
        if actor is not None and row["account_id"] == actor.account_id:
            raise OwnAccount
        if by_hand and actor is not None and row["role"] in ADMINISTRATORS:
            raise AdministratorByHand
        yield conn, row
    await context.refresh(now, force=True)


def _check(actor: Actor | None, role: Role | None = None) -> None:
    if actor is None:
        return
    allow(actor, Right.KEEP_ACCOUNTS)
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
    actor: Actor | None,
    row: LockedAccountRow,
    kind: str,
    now: datetime,
    **details: str,
) -> None:
    await staff.insert_event(conn, context.region, now, row["account_id"], _id(actor), kind, **details)


def _id(actor: Actor | None) -> UUID | None:
    return actor.account_id if actor else None
