"""Callbacks, interviews, supervision, letters, instructions: rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hotline.domain.ticket import Ticket
from hotline.store.ids import new_id
from hotline.store.queries import queries

_c = queries.callback
_i = queries.interview
_s = queries.supervision


async def open_callback(
    conn: Any, region: int, ticket: Ticket, stage: str, channel: str, now: datetime, next_try_at: datetime | None
) -> None:
    """A callback is owed after a reply or an interview."""
    await _c.open_callback(
        conn, region_id=region, callback_id=new_id(), ticket_id=ticket.ticket_id, cycle=ticket.cycle, stage=stage,
        channel=channel, opened_at=now, next_try_at=next_try_at, unit_id=ticket.lead_unit_id,
    )  # fmt: skip


async def get_open_callback(conn: Any, region: int, ticket_id: UUID) -> Mapping[str, Any] | None:
    """The callback that still waits for answers, if any."""
    row: Mapping[str, Any] | None = await _c.open_callback_of_ticket(conn, region_id=region, ticket_id=ticket_id)
    return row


async def close_callback(
    conn: Any, region: int, callback_id: UUID, state: str, now: datetime, answers: Mapping[str, Any],
    account_id: UUID | None,
) -> None:  # fmt: skip
    """The answers (keys as columns), or why there are none."""
    columns = ("contacted", "solved", "verdict", "answer_at_fault", "unit_mark", "operator_mark", "words")
    await _c.close_callback(
        conn, region_id=region, callback_id=callback_id, state=state, done_at=now, account_id=account_id,
        **{name: answers.get(name) for name in columns},
    )  # fmt: skip


async def withdraw_callbacks(conn: Any, region: int, ticket_id: UUID, now: datetime) -> None:
    """The ticket ended another way."""
    await _c.withdraw_callbacks(conn, region_id=region, ticket_id=ticket_id, at=now)


async def try_callback_later(
    conn: Any,
    region: int,
    callback_id: UUID,
    state: str,
    channel: str,
    asked_at: datetime,
    next_try_at: datetime | None,
) -> None:
    """Asked without answer: when to ask again, and by which channel."""
    await _c.try_callback_later(
        conn, region_id=region, callback_id=callback_id, state=state, channel=channel, asked_at=asked_at,
        next_try_at=next_try_at,
    )  # fmt: skip


async def wake_callbacks(conn: Any, region: int, ticket_id: UUID, at: datetime) -> None:
    """A callback that fell due online while its ticket rested is due again."""
    await _c.wake_callbacks(conn, region_id=region, ticket_id=ticket_id, at=at)


async def claim_callbacks(conn: Any, region: int, now: datetime, batch: int) -> list[Mapping[str, Any]]:
    """Callbacks to ask about online now, held for this worker."""
    return [row async for row in _c.claim_callbacks(conn, region_id=region, now=now, batch=batch)]


async def list_calls(conn: Any, region: int, stage: str, now: datetime, batch: int) -> list[Mapping[str, Any]]:
    """The calls to make now, oldest first, with number, title, unit_name."""
    return [row async for row in _c.callback_calls(conn, region_id=region, stage=stage, now=now, batch=batch)]


async def list_callbacks(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Every callback of a ticket."""
    return [row async for row in _c.callbacks_of_ticket(conn, region_id=region, ticket_id=ticket_id)]


async def owe_interview(conn: Any, region: int, ticket: Ticket, unit_id: UUID, now: datetime, due_at: datetime) -> None:
    """An interview is owed by the unit."""
    await _i.owe_interview(
        conn, region_id=region, interview_id=new_id(), ticket_id=ticket.ticket_id, unit_id=unit_id, owed_at=now,
        due_at=due_at,
    )  # fmt: skip


async def move_interview_due(conn: Any, region: int, ticket_id: UUID, due_at: datetime) -> None:
    """A later tier's limit holds for the interview still owed."""
    await _i.move_interview_due(conn, region_id=region, ticket_id=ticket_id, due_at=due_at)


async def get_interview(conn: Any, region: int, ticket_id: UUID) -> Mapping[str, Any] | None:
    """The newest interview of a ticket."""
    row: Mapping[str, Any] | None = await _i.last_interview(conn, region_id=region, ticket_id=ticket_id)
    return row


async def list_interviews(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Every interview of a ticket."""
    return [row async for row in _i.interviews_of_ticket(conn, region_id=region, ticket_id=ticket_id)]


async def plan_interview(conn: Any, region: int, interview_id: UUID, given: Mapping[str, Any]) -> None:
    """Steps 1 and 2 (keys as columns)."""
    columns = ("cause", "solution", "rules", "meet_at", "meet_where", "room_id", "volunteer_id", "planned_by")
    await _i.plan_interview(
        conn, region_id=region, interview_id=interview_id, **{name: given.get(name) for name in columns}
    )


async def hold_interview(conn: Any, region: int, interview_id: UUID, given: Mapping[str, Any]) -> None:
    """Step 3 (keys as columns)."""
    columns = ("held_at", "held_place", "official", "minutes", "outcome", "promised_on", "person_verdict")
    await _i.hold_interview(
        conn, region_id=region, interview_id=interview_id, **{name: given.get(name) for name in columns}
    )


async def review_interview(
    conn: Any, region: int, interview_id: UUID, account_id: UUID, agreed: bool, reason: str, at: datetime
) -> None:
    """One of the two others says whether the demand is unreasonable."""
    await _i.review_interview(
        conn, region_id=region, interview_id=interview_id, account_id=account_id, agreed=agreed, reason=reason, at=at
    )


async def count_agreed(conn: Any, region: int, interview_id: UUID, except_account: UUID | None) -> int:
    """How many others than this account agreed."""
    value: int = await _i.count_agreed(conn, region_id=region, interview_id=interview_id, except_account=except_account)
    return value


async def list_reviews(conn: Any, region: int, interview_id: UUID) -> list[Mapping[str, Any]]:
    """The reviews with account_name."""
    return [row async for row in _i.reviews_of_interview(conn, region_id=region, interview_id=interview_id)]


async def list_reviews_wanted(
    conn: Any, region: int, account_id: UUID, reviewers: int, batch: int
) -> list[Mapping[str, Any]]:
    """Interviews that wait for this account's review, oldest first, with number, title, unit_name, agreed."""
    rows = _i.reviews_wanted(conn, region_id=region, account_id=account_id, reviewers=reviewers, batch=batch)
    return [row async for row in rows]


async def list_rooms(conn: Any, region: int, unit_id: UUID | None) -> list[Mapping[str, Any]]:
    """Interview rooms, the unit's own first."""
    return [row async for row in _i.rooms(conn, region_id=region, unit_id=unit_id)]


async def open_supervision(conn: Any, region: int, row: Mapping[str, Any]) -> None:
    """A tier is entered (keys as columns)."""
    await _s.open_supervision(conn, region_id=region, supervision_id=new_id(), **row)


async def settle_supervisions(conn: Any, region: int, ticket_id: UUID, now: datetime, settled_by: str) -> None:
    """The tier in force ends."""
    await _s.settle_supervisions(conn, region_id=region, ticket_id=ticket_id, settled_at=now, settled_by=settled_by)


async def move_supervision(conn: Any, region: int, ticket_id: UUID, unit_id: UUID | None, due_at: datetime) -> None:
    """The tier in force goes on with another unit or another limit."""
    await _s.move_supervision(conn, region_id=region, ticket_id=ticket_id, unit_id=unit_id, due_at=due_at)


async def list_supervisions(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """The ladder of a ticket, oldest first, with the letter's year and letter_number."""
    return [row async for row in _s.supervisions_of_ticket(conn, region_id=region, ticket_id=ticket_id)]


async def insert_letter(conn: Any, region: int, row: Mapping[str, Any]) -> UUID:
    """A document is issued (keys as columns); gives back its id."""
    letter_id = new_id()
    await _s.insert_letter(conn, region_id=region, letter_id=letter_id, **row)
    return letter_id


async def get_letter(conn: Any, region: int, letter_id: UUID) -> Mapping[str, Any] | None:
    """One document with unit_name, ticket_number and title."""
    row: Mapping[str, Any] | None = await _s.letter_by_id(conn, region_id=region, letter_id=letter_id)
    return row


async def list_letters(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Documents of a ticket, oldest first."""
    return [row async for row in _s.letters_of_ticket(conn, region_id=region, ticket_id=ticket_id)]


async def insert_instruction(
    conn: Any, region: int, ticket_id: UUID, leader_id: UUID, text: str, due_on: date, now: datetime
) -> None:
    """A leader's instruction with its date."""
    await _s.insert_instruction(
        conn, region_id=region, instruction_id=new_id(), ticket_id=ticket_id, leader_id=leader_id, text=text,
        due_on=due_on, written_at=now,
    )  # fmt: skip


async def leaders_date(conn: Any, region: int, ticket_id: UUID) -> datetime | None:
    """The date of a leader's open instruction, None when none is open."""
    at: datetime | None = await _s.leaders_date(conn, region_id=region, ticket_id=ticket_id)
    return at


async def fulfil_instructions(conn: Any, region: int, ticket_id: UUID, now: datetime, fulfilment: str) -> None:
    """What the leader asked for was done."""
    await _s.fulfil_instructions(conn, region_id=region, ticket_id=ticket_id, at=now, fulfilment=fulfilment)


async def list_instructions(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Instructions on a ticket with leader_name, oldest first."""
    return [row async for row in _s.instructions_of_ticket(conn, region_id=region, ticket_id=ticket_id)]
