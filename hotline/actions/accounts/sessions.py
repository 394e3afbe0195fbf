"""Sessions: open, find, list and end. The cookie holds the token, the database only its keyed hash (PROCEDURE §6)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.enums import Role
from hotline.domain.errors import NotFound
from hotline.domain.policy.login_rules import Owes
from hotline.domain.tickets.ticket import Actor
from hotline.store.accounts import logins

TOUCH_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Viewer:
    """The logged-in user, and what they must do before anything else (`owes`)."""

    actor: Actor
    login: str
    owes: Owes = Owes.NOTHING
    enrolled: bool = False

    @property
    def account_id(self) -> UUID:
        """The account of the session. Raises NotFound when there is none."""
        if self.actor.account_id is None:
            raise NotFound
        return self.actor.account_id


@dataclass(frozen=True, slots=True)
class Session:
    """A session as shown to its owner; `key` identifies it in a form, `here` marks the present one."""

    key: str
    opened_at: datetime
    seen_at: datetime
    address: str
    browser: str
    here: bool


async def find_viewer(context: RegionContext, token: str, now: datetime) -> Viewer | None:
    """Return the user of an open session and record its use; None if it is unknown, ended, too old or idle too long."""
    token_hash, rules = hash_token(context, token), context.rules.policy.accounts
    async with context.reading() as conn:
        row = await logins.get_viewer(conn, context.region, token_hash, now - rules.absolute, now - rules.idle)
        if row is None or row["stage"] != "open":
            return None
        if now - row["seen_at"] > TOUCH_AFTER:
            await logins.touch_session(conn, context.region, token_hash, now)
    role = Role(row["role"])
    owes = rules.owes(role, row["password_set_at"], row["must_change"], row["enrolled"], now)
    return Viewer(Actor(role, row["account_id"], row["unit_id"], row["name"]), row["login"], owes, row["enrolled"])


async def why_ended(context: RegionContext, token: str, now: datetime) -> str:
    """Return why the session ended: a value of `session.ended_why`, 'idle' or 'old'; empty for an unknown one."""
    rules = context.rules.policy.accounts
    async with context.reading() as conn:
        row = await logins.get_session_end(conn, context.region, hash_token(context, token))
    if row is None:
        return ""
    until = row["ended_at"] or now
    if until - row["seen_at"] >= rules.idle:
        return "idle"
    if until - row["opened_at"] >= rules.absolute:
        return "old"
    return row["ended_why"] or ""


async def open_session(
    conn: Connection, context: RegionContext, account_id: UUID, stage: str, now: datetime, address: str, browser: str
) -> str:
    """Open a session and return its token; a fully open one ends the oldest beyond the maximum allowed at once."""
    token, rules = secrets.token_urlsafe(32), context.rules.policy.accounts
    await logins.open_session(
        conn, context.region, hash_token(context, token), account_id, stage, now, address, browser
    )  # fmt: skip
    if stage == "open":
        await logins.end_elder_sessions(conn, context.region, account_id, rules.sessions, now)
    return token


async def list_sessions(context: RegionContext, viewer: Viewer, token: str, now: datetime) -> list[Session]:
    """List the viewer's valid sessions, newest first."""
    rules, here = context.rules.policy.accounts, hash_token(context, token)
    async with context.reading() as conn:
        rows = await logins.list_sessions(
            conn, context.region, viewer.account_id, now - rules.absolute, now - rules.idle
        )  # fmt: skip
    return [
        Session(
            row["token_hash"].hex(), row["opened_at"], row["seen_at"], row["address"] or "", row["browser"] or "",
            row["token_hash"] == here,
        )
        for row in rows
    ]  # fmt: skip


async def end_own_session(context: RegionContext, viewer: Viewer, key: str, now: datetime) -> None:
    """End one of the viewer's own sessions by its key. Raises NotFound for any other."""
    rules = context.rules.policy.accounts
    async with context.writing() as conn:
        rows = await logins.list_sessions(
            conn, context.region, viewer.account_id, now - rules.absolute, now - rules.idle
        )  # fmt: skip
        found = next((row["token_hash"] for row in rows if row["token_hash"].hex() == key), None)
        if found is None:
            raise NotFound
        await logins.end_session(conn, context.region, found, now, "ended")


async def end_other_sessions(context: RegionContext, viewer: Viewer, token: str, now: datetime) -> None:
    """End all of the viewer's sessions except the one of this token."""
    async with context.writing() as conn:
        await logins.end_sessions(
            conn, context.region, viewer.account_id, now, "ended", but=hash_token(context, token)
        )  # fmt: skip


async def log_out(context: RegionContext, token: str, now: datetime) -> None:
    """End the session of this token."""
    async with context.writing() as conn:
        await logins.end_session(conn, context.region, hash_token(context, token), now, "log_out")


def hash_token(context: RegionContext, token: str) -> bytes:
    """Return the keyed hash under which the database stores a token."""
    return context.vault.fingerprint(token, "session")
