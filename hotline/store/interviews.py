"""Interviews and their reviews (PROCEDURE §4)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.tickets.ticket import Ticket
from hotline.store.ids import new_id
from hotline.store.queries import fetch_all, fetch_one, fetch_required, queries

_q = queries.interviews


class LastInterviewRow(TypedDict):
    """The newest interview of a ticket: its plan, None until it is planned, and when it was held."""

    interview_id: UUID
    owed_at: datetime
    cause: str | None
    solution: str | None
    rules: str | None
    held_at: datetime | None


class InterviewRow(TypedDict):
    """An interview with the columns of its three steps, each None until that step is done."""

    interview_id: UUID
    round: int
    due_at: datetime
    cause: str | None
    solution: str | None
    rules: str | None
    meet_at: datetime | None
    meet_where: str | None
    held_at: datetime | None
    held_place: str | None
    official: str | None
    minutes: str | None
    outcome: str | None
    promised_on: date | None
    person_verdict: str | None


class InterviewReviewRow(TypedDict):
    """A review: whether the account agrees that the demand is unreasonable, and why."""

    account_id: UUID
    agreed: bool
    reason: str
    account_name: str | None


class WantedReviewRow(TypedDict):
    """An interview that waits for a review; `agreed` counts the reviews that agree so far."""

    ticket_id: UUID
    held_at: datetime
    number: str
    title: str
    unit_name: str | None
    agreed: int


@dataclass(frozen=True, slots=True)
class InterviewPlan:
    """Steps 1 and 2: cause, solution and rules, when and where to meet, who planned it."""

    cause: str
    solution: str
    rules: str
    meet_at: datetime
    meet_where: str
    room_id: UUID | None
    volunteer_id: UUID | None
    planned_by: UUID | None


@dataclass(frozen=True, slots=True)
class InterviewMinutes:
    """Step 3: when and where they met, who spoke for the unit, what was said and promised, the person's verdict."""

    held_at: datetime
    held_place: str
    official: str
    minutes: str
    outcome: str
    promised_on: date | None
    person_verdict: str


async def owe_interview(
    conn: Connection, region: int, ticket: Ticket, unit_id: UUID, now: datetime, due_at: datetime
) -> None:
    """Open an interview that the unit owes until `due_at`; rounds of a ticket count up."""
    await _q.owe_interview(
        conn, region_id=region, interview_id=new_id(), ticket_id=ticket.ticket_id, unit_id=unit_id, owed_at=now,
        due_at=due_at,
    )  # fmt: skip


async def move_interview_due(conn: Connection, region: int, ticket_id: UUID, due_at: datetime) -> None:
    """Give the interview that is still owed the limit of a later tier."""
    await _q.move_interview_due(conn, region_id=region, ticket_id=ticket_id, due_at=due_at)


async def get_interview(conn: Connection, region: int, ticket_id: UUID) -> LastInterviewRow | None:
    """The newest interview of a ticket, or None."""
    return await fetch_one(LastInterviewRow, _q.last_interview(conn, region_id=region, ticket_id=ticket_id))


async def list_interviews(conn: Connection, region: int, ticket_id: UUID) -> list[InterviewRow]:
    """Every interview of a ticket, the oldest first."""
    return await fetch_all(InterviewRow, _q.interviews_of_ticket(conn, region_id=region, ticket_id=ticket_id))


async def plan_interview(conn: Connection, region: int, interview_id: UUID, plan: InterviewPlan) -> None:
    """Store the plan of an interview; a second one replaces the first."""
    await _q.plan_interview(conn, region_id=region, interview_id=interview_id, **asdict(plan))


async def hold_interview(conn: Connection, region: int, interview_id: UUID, minutes: InterviewMinutes) -> None:
    """Store that an interview was held; once stored it stays as it is."""
    await _q.hold_interview(conn, region_id=region, interview_id=interview_id, **asdict(minutes))


async def review_interview(
    conn: Connection, region: int, interview_id: UUID, account_id: UUID, agreed: bool, reason: str, at: datetime
) -> None:
    """Store whether an account agrees that the demand is unreasonable; its first review counts."""
    await _q.review_interview(
        conn, region_id=region, interview_id=interview_id, account_id=account_id, agreed=agreed, reason=reason, at=at
    )


async def count_agreed(conn: Connection, region: int, interview_id: UUID, except_account: UUID | None) -> int:
    """How many accounts other than `except_account` agreed that the demand is unreasonable."""
    return await fetch_required(
        int, _q.count_agreed(conn, region_id=region, interview_id=interview_id, except_account=except_account)
    )


async def list_reviews(conn: Connection, region: int, interview_id: UUID) -> list[InterviewReviewRow]:
    """The reviews of an interview, the oldest first."""
    return await fetch_all(
        InterviewReviewRow, _q.reviews_of_interview(conn, region_id=region, interview_id=interview_id)
    )


async def list_reviews_wanted(
    conn: Connection, region: int, account_id: UUID, reviewers: int, batch: int
) -> list[WantedReviewRow]:
    """At most `batch` interviews with fewer than `reviewers` agreeing that this account has not reviewed, the oldest first."""
    return await fetch_all(
        WantedReviewRow,
        _q.reviews_wanted(conn, region_id=region, account_id=account_id, reviewers=reviewers, batch=batch),
    )
