"""What has been kept long enough: found, let go, and reported."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hotline.domain.policy.retention_periods import Kept
from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.privacy.retention


Row = Mapping[str, Any]
GONE = "（已按保存期限删除）"
# Of an event's details what is no word of a person: clocks, units, marks, choices.
OURS = (
    "rule", "step", "unit", "target", "tier", "limit", "old_due", "new_due", "due_at", "until", "how", "verdict",
    "contacted", "solved", "answer_at_fault", "unit_at_fault", "unit_mark", "operator_mark", "outcome", "held_place",
    "held_at", "meet_at", "promised_on", "person_verdict", "channel", "corrected",
)  # fmt: skip
_DROPS = {
    Kept.NOTICES: _q.drop_notices,
    Kept.CONVERSATIONS: _q.drop_conversations,
    Kept.MESSAGES: _q.drop_messages,
    Kept.SESSIONS: _q.drop_sessions,
    Kept.LOOKS: _q.drop_looks,
}


async def list_lapsed(conn: Any, region: int, before: datetime, today: date, words: bool, batch: int) -> list[UUID]:
    """Tickets whose person, or words, may go, since no hold is in force `today`; locked until the transaction ends."""
    rows = _q.lapsed_tickets(conn, region_id=region, before=before, today=today, words=words, batch=batch)
    return [row["ticket_id"] async for row in rows]


async def count_held(conn: Any, region: int, before: datetime, today: date, words: bool) -> int:
    """Tickets old enough that something still goes on about, or a hold is in force on."""
    count: int = await _q.count_held(conn, region_id=region, before=before, today=today, words=words)
    return count


async def erase_persons(conn: Any, region: int, ticket_ids: Sequence[UUID], now: datetime) -> None:
    """What is known of these tickets' people is gone."""
    nothings = [secrets.token_bytes(32) for _ in ticket_ids]
    await _q.erase_persons(conn, region_id=region, ticket_ids=ticket_ids, nothings=nothings, at=now)


async def erase_words(conn: Any, region: int, ticket_ids: Sequence[UUID], now: datetime) -> None:
    """What was written on these tickets is gone, their history's words last."""
    await _q.erase_words(conn, region_id=region, ticket_ids=ticket_ids, gone=GONE, at=now)
    await _q.erase_event_words(conn, region_id=region, ticket_ids=ticket_ids, kept=list(OURS))


async def list_files(conn: Any, region: int, ticket_ids: Sequence[UUID]) -> list[bytes]:
    """Digests of the files that go with these tickets."""
    return [row["sha256"] async for row in _q.files_of(conn, region_id=region, ticket_ids=ticket_ids)]


async def drop_rows(conn: Any, region: int, kind: Kept, before: datetime, today: date, batch: int) -> int:
    """Let rows of a kind that is no ticket go; how many went."""
    held = {"today": today} if kind is Kept.NOTICES else {}
    count: int = await _DROPS[kind](conn, region_id=region, before=before, batch=batch, **held)
    return count


async def get_report(conn: Any, region: int, night: date, kind: Kept) -> Row | None:
    """What a night let go of a kind so far."""
    row: Row | None = await _q.report(conn, region_id=region, night=night, kind=kind.value)
    return row


async def add_report(
    conn: Any, region: int, night: date, kind: Kept, *, before: datetime, erased: int, held: int,
    finished_at: datetime | None,
) -> None:  # fmt: skip
    """More of a kind was let go in a night."""
    await _q.add_report(
        conn, region_id=region, night=night, kind=kind.value, before=before, erased=erased, held=held,
        finished_at=finished_at,
    )  # fmt: skip


async def insert_hold(
    conn: Any, region: int, ticket_id: UUID, number: str, reason: str, until: date, by: UUID, now: datetime
) -> None:
    """A ticket is kept until after this day."""
    await _q.insert_hold(
        conn, region_id=region, hold_id=new_id(), ticket_id=ticket_id, number=number, reason=reason, until=until,
        set_by=by, set_at=now,
    )  # fmt: skip


async def lift_hold(conn: Any, region: int, ticket_id: UUID, by: UUID, now: datetime) -> bool:
    """The hold on a ticket ends now; False when there was none."""
    return await _q.lift_hold(conn, region_id=region, ticket_id=ticket_id, lifted_by=by, at=now) is not None


async def list_holds(conn: Any, region: int, ticket_id: UUID) -> list[Row]:
    """Every hold there was on a ticket, newest first, with names."""
    return [row async for row in _q.holds_of_ticket(conn, region_id=region, ticket_id=ticket_id)]


async def list_holds_in_force(conn: Any, region: int, today: date, batch: int) -> list[Row]:
    """Holds in force on this day, the first to end on top."""
    return [row async for row in _q.holds_in_force(conn, region_id=region, today=today, batch=batch)]


async def list_reports(conn: Any, region: int, batch: int) -> list[Row]:
    """What the nights let go, newest first."""
    return [row async for row in _q.reports(conn, region_id=region, batch=batch)]


async def list_personal_columns(conn: Any, region: int) -> list[Row]:
    """Columns that hold personal data, with their comments."""
    return [row async for row in _q.personal_columns(conn, region_id=region)]
