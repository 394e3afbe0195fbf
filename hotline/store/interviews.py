"""Interviews and their reviews. Rows in and out (PROCEDURE §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.tickets.ticket import Ticket
from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.interviews


async def owe_interview(conn: Any, region: int, ticket: Ticket, unit_id: UUID, now: datetime, due_at: datetime) -> None:
    """An interview is owed by the unit."""
    await _q.owe_interview(
        conn, region_id=region, interview_id=new_id(), ticket_id=ticket.ticket_id, unit_id=unit_id, owed_at=now,
        due_at=due_at,
    )  # fmt: skip


async def move_interview_due(conn: Any, region: int, ticket_id: UUID, due_at: datetime) -> None:
    """A later tier's limit holds for the interview still owed."""
    await _q.move_interview_due(conn, region_id=region, ticket_id=ticket_id, due_at=due_at)


async def get_interview(conn: Any, region: int, ticket_id: UUID) -> Mapping[str, Any] | None:
    """The newest interview of a ticket."""
    row: Mapping[str, Any] | None = await _q.last_interview(conn, region_id=region, ticket_id=ticket_id)
    return row


async def list_interviews(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Every interview of a ticket."""
    return [row async for row in _q.interviews_of_ticket(conn, region_id=region, ticket_id=ticket_id)]


async def plan_interview(conn: Any, region: int, interview_id: UUID, given: Mapping[str, Any]) -> None:
    """Steps 1 and 2 (keys as columns)."""
    columns = ("cause", "solution", "rules", "meet_at", "meet_where", "room_id", "volunteer_id", "planned_by")
    await _q.plan_interview(
        conn, region_id=region, interview_id=interview_id, **{name: given.get(name) for name in columns}
    )


async def hold_interview(conn: Any, region: int, interview_id: UUID, given: Mapping[str, Any]) -> None:
    """Step 3 (keys as columns)."""
    columns = ("held_at", "held_place", "official", "minutes", "outcome", "promised_on", "person_verdict")
    await _q.hold_interview(
        conn, region_id=region, interview_id=interview_id, **{name: given.get(name) for name in columns}
    )


async def review_interview(
    conn: Any, region: int, interview_id: UUID, account_id: UUID, agreed: bool, reason: str, at: datetime
) -> None:
    """One of the two others says whether the demand is unreasonable."""
    await _q.review_interview(
        conn, region_id=region, interview_id=interview_id, account_id=account_id, agreed=agreed, reason=reason, at=at
    )


async def count_agreed(conn: Any, region: int, interview_id: UUID, except_account: UUID | None) -> int:
    """How many others than this account agreed."""
    value: int = await _q.count_agreed(conn, region_id=region, interview_id=interview_id, except_account=except_account)
    return value


async def list_reviews(conn: Any, region: int, interview_id: UUID) -> list[Mapping[str, Any]]:
    """The reviews with account_name."""
    return [row async for row in _q.reviews_of_interview(conn, region_id=region, interview_id=interview_id)]


async def list_reviews_wanted(
    conn: Any, region: int, account_id: UUID, reviewers: int, batch: int
) -> list[Mapping[str, Any]]:
    """Interviews that wait for this account's review, oldest first, with number, title, unit_name, agreed."""
    rows = _q.reviews_wanted(conn, region_id=region, account_id=account_id, reviewers=reviewers, batch=batch)
    return [row async for row in rows]
