"""Leaves and substitutes (AB岗): who is away, who stands in, and whether somebody reads what concerns a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.accounts.substitution import Colleague, Leave, Whereabouts
from hotline.domain.enums import Role
from hotline.store.queries import fetch_all, fetch_one, fetch_required, queries

_q = queries.accounts.leaves


class WhereaboutsRow(TypedDict):
    """Where an account is at a moment: `stand_in` is the substitute who is there, `recused` for one ticket."""

    name: str
    unit_id: UUID | None
    away: bool
    stand_in: UUID | None
    recused: bool


class AttendedUnitRow(TypedDict):
    """A unit in which somebody reads what concerns a ticket."""

    unit_id: UUID


class ColleagueRow(TypedDict):
    """An account with its role, as `permissions` names it, and its unit."""

    account_id: UUID
    name: str
    role: str
    unit_id: UUID | None


class LeaveRow(TypedDict):
    """A leave with the person's name, unit and role, and the substitute's name if there is one."""

    account_id: UUID
    away_from: datetime
    away_until: datetime
    name: str
    unit_id: UUID | None
    role: str
    substitute_name: str | None


async def get_whereabouts(
    conn: Connection, region: int, account_id: UUID, ticket_id: UUID, now: datetime
) -> Whereabouts | None:
    """Where an account is at `now` and whether it is recused from the ticket; None for an inactive account."""
    row = await fetch_one(
        WhereaboutsRow,
        _q.whereabouts(conn, region_id=region, account_id=account_id, ticket_id=ticket_id, now=now),
    )
    if row is None:
        return None
    return Whereabouts(account_id, row["name"], row["unit_id"], row["away"], row["stand_in"], row["recused"])


async def list_attended_units(
    conn: Connection, region: int, units: list[UUID], ticket_id: UUID, now: datetime
) -> set[UUID]:
    """Those of `units` in which a person, or a person's substitute, is present at `now` and not recused."""
    rows = await fetch_all(
        AttendedUnitRow, _q.attended_units(conn, region_id=region, unit_ids=units, ticket_id=ticket_id, now=now)
    )
    return {row["unit_id"] for row in rows}


async def is_role_attended(conn: Connection, region: int, role: str, ticket_id: UUID, now: datetime) -> bool:
    """Whether an account of this role is present at `now` and not recused from the ticket."""
    return await fetch_required(
        bool, _q.is_role_attended(conn, region_id=region, role=role, ticket_id=ticket_id, now=now)
    )


async def list_stood_in_for(conn: Connection, region: int, account_id: UUID, now: datetime) -> list[Colleague]:
    """The active accounts for which this account is the substitute at `now`, by name."""
    rows = await fetch_all(ColleagueRow, _q.stood_in_for(conn, region_id=region, substitute_id=account_id, now=now))
    return [_colleague_of(row) for row in rows]


async def lock_colleague(conn: Connection, region: int, account_id: UUID) -> Colleague | None:
    """An active account, its row locked until the transaction ends; None when there is none."""
    row = await fetch_one(ColleagueRow, _q.lock_person(conn, region_id=region, account_id=account_id))
    return _colleague_of(row) if row else None


async def get_colleague(conn: Connection, region: int, account_id: UUID) -> Colleague | None:
    """An account, active or not; None when there is none."""
    row = await fetch_one(ColleagueRow, _q.person(conn, region_id=region, account_id=account_id))
    return _colleague_of(row) if row else None


def _colleague_of(row: ColleagueRow) -> Colleague:
    return Colleague(row["account_id"], row["name"], Role(row["role"]), row["unit_id"])


async def has_leave(conn: Connection, region: int, account_id: UUID, away_from: datetime, away_until: datetime) -> bool:
    """Whether an account has a leave that overlaps this span; `away_until` is exclusive."""
    return await fetch_required(
        bool,
        _q.has_leave(conn, region_id=region, account_id=account_id, away_from=away_from, away_until=away_until),
    )


async def insert_leave(conn: Connection, region: int, leave: Leave, entered_by: UUID | None, now: datetime) -> None:
    """Insert a leave, or replace the one that begins at the same moment."""
    await _q.insert_leave(
        conn, region_id=region, account_id=leave.person.account_id, away_from=leave.away_from,
        away_until=leave.away_until, substitute_id=leave.substitute.account_id if leave.substitute else None,
        entered_by=entered_by, entered_at=now,
    )  # fmt: skip


async def end_leave(
    conn: Connection, region: int, account_id: UUID, away_from: datetime, now: datetime, by: UUID | None
) -> bool:
    """End a leave at `now`, or before it begins; False when there is no such leave or it is over."""
    tag: str = await _q.end_leave(
        conn, region_id=region, account_id=account_id, away_from=away_from, at=now, entered_by=by
    )
    return tag != "UPDATE 0"


async def list_leaves(
    conn: Connection, region: int, units: list[UUID] | None, account_id: UUID, now: datetime
) -> list[LeaveRow]:
    """Leaves that are not over of this account and of the accounts of `units` (None: of all), the earliest first."""
    return await fetch_all(LeaveRow, _q.leaves(conn, region_id=region, unit_ids=units, account_id=account_id, now=now))


async def list_people(conn: Connection, region: int, units: list[UUID] | None) -> list[Colleague]:
    """The active accounts of these units (None: of all), by name."""
    rows = await fetch_all(ColleagueRow, _q.people_of_units(conn, region_id=region, unit_ids=units))
    return [_colleague_of(row) for row in rows]
