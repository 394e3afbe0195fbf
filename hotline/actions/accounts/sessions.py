"""Who is looking: sessions found, listed and ended. The token lies in the cookie, only its keyed hash in the database."""

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
    """Who is logged in, and what has to be done before anything else."""

    actor: Actor
    login: str
    owes: Owes = Owes.NOTHING
    enrolled: bool = False

    @property
    def account_id(self) -> UUID:
        """Whose session it is."""
        if self.actor.account_id is None:
            raise NotFound
        return self.actor.account_id


@dataclass(frozen=True, slots=True)
class Session:
    """A session as its owner is shown it; `key` names it in a form."""

    key: str
    opened_at: datetime
    seen_at: datetime
    address: str
    browser: str
    here: bool


async def find_viewer(context: RegionContext, token: str, now: datetime) -> Viewer | None:
    """Who holds this token, while the session is open, neither ended, too old nor too long idle."""
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
    """How the session of this token ended: one of `session.ended_why`, or idle, or old; empty for an unknown one."""
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
    """A new session's token; an open one ends the eldest beyond those the policy allows at once."""
    token, rules = secrets.token_urlsafe(32), context.rules.policy.accounts
    await logins.open_session(
        conn, context.region, hash_token(context, token), account_id, stage, now, address, browser
    )  # fmt: skip
    if stage == "open":
        await logins.end_elder_sessions(conn, context.region, account_id, rules.sessions, now)
    return token


async def list_sessions(context: RegionContext, viewer: Viewer, token: str, now: datetime) -> list[Session]:
    """The viewer's good sessions, newest first."""
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
    """End one of the viewer's own sessions. Raises NotFound when it is not among them."""
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
    """End all of the viewer's sessions but this one."""
    async with context.writing() as conn:
        await logins.end_sessions(
            conn, context.region, viewer.account_id, now, "ended", but=hash_token(context, token)
        )  # fmt: skip


async def log_out(context: RegionContext, token: str, now: datetime) -> None:
    """End the session."""
    async with context.writing() as conn:
        await logins.end_session(conn, context.region, hash_token(context, token), now, "log_out")


def hash_token(context: RegionContext, token: str) -> bytes:
    """As the database knows the token."""
    return context.vault.fingerprint(token, "session")
