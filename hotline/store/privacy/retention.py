"""Data past its retention period: found, erased and reported; and the holds that delay it (PROCEDURE §6)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.policy.retention_periods import Kept
from hotline.store.ids import new_id
from hotline.store.queries import fetch_all, fetch_one, fetch_required, fetch_value, queries

_q = queries.privacy.retention

GONE = "（已按保存期限删除）"
# Of an event's details what is no word of a person: clocks, units, marks, choices.
OURS = (
    "rule", "step", "unit", "target", "tier", "limit", "old_due", "new_due", "due_at", "until", "how", "verdict",
    "contacted", "solved", "answer_at_fault", "unit_at_fault", "unit_mark", "operator_mark", "outcome", "held_place",
    "held_at", "meet_at", "promised_on", "person_verdict", "channel", "corrected",
)  # fmt: skip


class LapsedTicketRow(TypedDict):
    """A ticket past a retention period."""

    ticket_id: UUID


class ErasedFileRow(TypedDict):
    """The digest of a file to delete."""

    sha256: bytes


class RetentionReportRow(TypedDict):
    """What one night erased of a kind from before a moment, and how many tickets were held back.

    `finished_at` is null while the night has not come to the end of the kind.
    """

    night: date
    kind: str
    before: datetime
    erased: int
    held: int
    finished_at: datetime | None


class RetentionHoldRow(TypedDict):
    """A hold on a ticket up to and with the day `until`; `lifted_at` is null while nobody lifted it."""

    reason: str
    until: date
    set_at: datetime
    lifted_at: datetime | None
    set_by_name: str | None
    lifted_by_name: str | None


class HoldInForceRow(TypedDict):
    """A hold in force, with the number of its ticket and the name of whoever set it."""

    number: str
    reason: str
    until: date
    set_by_name: str | None


class PersonalColumnRow(TypedDict):
    """A column that holds personal data, and its comment in the schema."""

    table_name: str
    column_name: str
    comment: str


async def list_lapsed(
    conn: Connection, region: int, before: datetime, today: date, words: bool, batch: int
) -> list[UUID]:  # fmt: skip
    """At most `batch` tickets closed before a moment whose texts (`words`) or persons are to be erased.

    Tickets with open supervision, instructions or links, or with a hold in force `today`, are left out. The rows are
    locked until the transaction ends.
    """
    rows = await fetch_all(
        LapsedTicketRow,
        _q.lapsed_tickets(conn, region_id=region, before=before, today=today, words=words, batch=batch),
    )
    return [row["ticket_id"] for row in rows]


async def count_held(conn: Connection, region: int, before: datetime, today: date, words: bool) -> int:
    """The number of tickets that are old enough and left out of `list_lapsed`."""
    return await fetch_required(int, _q.count_held(conn, region_id=region, before=before, today=today, words=words))


async def erase_persons(conn: Connection, region: int, ticket_ids: Sequence[UUID], now: datetime) -> None:
    """Erase what is kept of these tickets' persons; random bytes take the place of their fingerprints."""
    nothings = [secrets.token_bytes(32) for _ in ticket_ids]
    await _q.erase_persons(conn, region_id=region, ticket_ids=ticket_ids, nothings=nothings, at=now)


async def erase_words(conn: Connection, region: int, ticket_ids: Sequence[UUID], now: datetime) -> None:
    """Erase the texts of these tickets, those of their history last."""
    await _q.erase_words(conn, region_id=region, ticket_ids=ticket_ids, gone=GONE, at=now)
    await _q.erase_event_words(conn, region_id=region, ticket_ids=ticket_ids, kept=list(OURS))


async def list_files(conn: Connection, region: int, ticket_ids: Sequence[UUID]) -> list[bytes]:
    """SHA-256 digests of the files of these tickets that no other ticket with texts has."""
    rows = await fetch_all(ErasedFileRow, _q.files_of(conn, region_id=region, ticket_ids=ticket_ids))
    return [row["sha256"] for row in rows]


async def drop_rows(conn: Connection, region: int, kind: Kept, before: datetime, today: date, batch: int) -> int:
    """Delete at most `batch` rows of a kind from before a moment and return how many.

    Raises ValueError for persons and words, which are erased with their tickets.
    """
    match kind:
        case Kept.NOTICES:
            return await fetch_required(
                int, _q.drop_notices(conn, region_id=region, before=before, today=today, batch=batch)
            )
        case Kept.CONVERSATIONS:
            return await fetch_required(int, _q.drop_conversations(conn, region_id=region, before=before, batch=batch))
        case Kept.MESSAGES:
            return await fetch_required(int, _q.drop_messages(conn, region_id=region, before=before, batch=batch))
        case Kept.SESSIONS:
            return await fetch_required(int, _q.drop_sessions(conn, region_id=region, before=before, batch=batch))
        case Kept.LOOKS:
            return await fetch_required(int, _q.drop_looks(conn, region_id=region, before=before, batch=batch))
        case _:
            raise ValueError(kind)


async def get_report(conn: Connection, region: int, night: date, kind: Kept) -> RetentionReportRow | None:
    """What a night has erased of a kind so far; None before its first batch."""
    return await fetch_one(RetentionReportRow, _q.report(conn, region_id=region, night=night, kind=kind.value))


async def add_report(
    conn: Connection, region: int, night: date, kind: Kept, *, before: datetime, erased: int, held: int,
    finished_at: datetime | None,
) -> None:  # fmt: skip
    """Add a batch to the report of a night and kind: `erased` is added, `held` and `finished_at` are replaced."""
    await _q.add_report(
        conn, region_id=region, night=night, kind=kind.value, before=before, erased=erased, held=held,
        finished_at=finished_at,
    )  # fmt: skip


async def insert_hold(
    conn: Connection, region: int, ticket_id: UUID, number: str, reason: str, until: date, by: UUID, now: datetime
) -> None:
    """Insert a hold on a ticket up to and with the day `until`."""
    await _q.insert_hold(
        conn, region_id=region, hold_id=new_id(), ticket_id=ticket_id, number=number, reason=reason, until=until,
        set_by=by, set_at=now,
    )  # fmt: skip


async def lift_hold(conn: Connection, region: int, ticket_id: UUID, by: UUID, now: datetime) -> bool:
    """End the hold on a ticket; False when there is none that nobody lifted."""
    hold_id = await fetch_value(
        UUID, _q.lift_hold(conn, region_id=region, ticket_id=ticket_id, lifted_by=by, at=now)
    )  # fmt: skip
    return hold_id is not None


async def list_holds(conn: Connection, region: int, ticket_id: UUID) -> list[RetentionHoldRow]:
    """Every hold there was on a ticket, newest first."""
    return await fetch_all(RetentionHoldRow, _q.holds_of_ticket(conn, region_id=region, ticket_id=ticket_id))


async def list_holds_in_force(conn: Connection, region: int, today: date, batch: int) -> list[HoldInForceRow]:
    """At most `batch` holds in force on this day, the first to end on top."""
    return await fetch_all(HoldInForceRow, _q.holds_in_force(conn, region_id=region, today=today, batch=batch))


async def list_reports(conn: Connection, region: int, batch: int) -> list[RetentionReportRow]:
    """At most `batch` reports, newest night first."""
    return await fetch_all(RetentionReportRow, _q.reports(conn, region_id=region, batch=batch))


async def list_personal_columns(conn: Connection, region: int) -> list[PersonalColumnRow]:
    """The columns whose comment in the schema says that they hold personal data."""
    return await fetch_all(PersonalColumnRow, _q.personal_columns(conn, region_id=region))
