"""Who is away, who stands in, who is there: rows in and out (AB岗)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.accounts.substitution import Colleague, Leave, Whereabouts
from hotline.domain.enums import Role
from hotline.store.queries import queries

_q = queries.accounts.leaves


Row = Mapping[str, Any]


async def get_whereabouts(
    conn: Any, region: int, account_id: UUID, ticket_id: UUID, now: datetime
) -> Whereabouts | None:
    """Where a person is now, for what is told of this ticket; None for one who may not log in any more."""
    row = await _q.whereabouts(conn, region_id=region, account_id=account_id, ticket_id=ticket_id, now=now)
    if row is None:
        return None
    return Whereabouts(account_id, row["name"], row["unit_id"], row["away"], row["stand_in"], row["recused"])


async def list_attended_units(conn: Any, region: int, units: list[UUID], ticket_id: UUID, now: datetime) -> set[UUID]:
    """Of these units those where somebody, or somebody's substitute, reads what is told of this ticket now."""
    rows = _q.attended_units(conn, region_id=region, unit_ids=units, ticket_id=ticket_id, now=now)
    return {row["unit_id"] async for row in rows}


async def is_role_attended(conn: Any, region: int, role: str, ticket_id: UUID, now: datetime) -> bool:
    """Whether somebody of this role is there now to read what is told of this ticket."""
    attended: bool = await _q.is_role_attended(conn, region_id=region, role=role, ticket_id=ticket_id, now=now)
    return attended


async def list_stood_in_for(conn: Any, region: int, account_id: UUID, now: datetime) -> list[Colleague]:
    """For whom this person stands in now."""
    rows = _q.stood_in_for(conn, region_id=region, substitute_id=account_id, now=now)
    return [_person_of(row) async for row in rows]


async def lock_colleague(conn: Any, region: int, account_id: UUID) -> Colleague | None:
    """A person who may log in, held until the transaction ends."""
    row = await _q.lock_person(conn, region_id=region, account_id=account_id)
    return _person_of(row) if row else None


async def get_colleague(conn: Any, region: int, account_id: UUID) -> Colleague | None:
    """A person of the office, whether they may still log in or not."""
    row = await _q.person(conn, region_id=region, account_id=account_id)
    return _person_of(row) if row else None


def _person_of(row: Row) -> Colleague:
    return Colleague(row["account_id"], row["name"], Role(row["role"]), row["unit_id"])


async def has_leave(conn: Any, region: int, account_id: UUID, away_from: datetime, away_until: datetime) -> bool:
    """Whether a person is away at any moment of this span."""
    found: bool = await _q.has_leave(
        conn, region_id=region, account_id=account_id, away_from=away_from, away_until=away_until
    )
    return found


async def insert_leave(conn: Any, region: int, leave: Leave, entered_by: UUID | None, now: datetime) -> None:
    """Somebody will be away."""
    await _q.insert_leave(
        conn, region_id=region, account_id=leave.person.account_id, away_from=leave.away_from,
        away_until=leave.away_until, substitute_id=leave.substitute.account_id if leave.substitute else None,
        entered_by=entered_by, entered_at=now,
    )  # fmt: skip


async def end_leave(
    conn: Any, region: int, account_id: UUID, away_from: datetime, now: datetime, by: UUID | None
) -> bool:
    """Back earlier than entered; False when there is no such leave, or it is over."""
    tag: str = await _q.end_leave(
        conn, region_id=region, account_id=account_id, away_from=away_from, at=now, entered_by=by
    )
    return tag != "UPDATE 0"


async def list_leaves(conn: Any, region: int, units: list[UUID] | None, account_id: UUID, now: datetime) -> list[Row]:
    """Leaves that are not over of this person and of these units' people (None: of everybody), the earliest first."""
    rows = _q.leaves(conn, region_id=region, unit_ids=units, account_id=account_id, now=now)
    return [row async for row in rows]


async def list_people(conn: Any, region: int, units: list[UUID] | None) -> list[Colleague]:
    """Who works in these units (None: in any) and may log in, by name."""
    return [_person_of(row) async for row in _q.people_of_units(conn, region_id=region, unit_ids=units)]
