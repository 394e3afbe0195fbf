"""Purge data past its retention period every night, with a report; list all columns with personal data (PROCEDURE §6).

Of a closed ticket the complainant's data goes first, then the texts; figures, dates and who did what stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.errors import BadPolicy
from hotline.domain.policy.retention_periods import Kept, is_night
from hotline.domain.privacy.personal_numbers import COLUMN_NAMES
from hotline.domain.tickets.ticket import SYSTEM, Actor
from hotline.store.privacy import retention as store
from hotline.store.privacy.retention import PersonalColumnRow
from hotline.store.privacy.retention import RetentionReportRow as RetentionReportRow

Drop = Callable[[bytes], None]
NIGHTS_SHOWN = 70
_TAG = re.compile(r"(.*?) ?\{personal: (.+?); kept: (\w+)\}$")


@dataclass(frozen=True, slots=True)
class PersonalColumn:
    """A column with personal data: Chinese name, purpose, retention kind, and whether sealed or a keyed hash."""

    table: str
    column: str
    name: str
    purpose: str
    kept: Kept
    sealed: bool
    hashed: bool


async def purge(context: RegionContext, drop: Drop, now: datetime, batch: int) -> int:
    """Purge one batch of every kind not finished this night; returns the number of tickets and rows. 0 by day.

    `drop` deletes the bytes of a file by its digest; it must accept a file that is deleted already.
    """
    if not is_night(now, context.rules.calendar.zone):
        return 0
    return sum([await _let_go_kind(context, kind, drop, now, batch) for kind in Kept])


async def _let_go_kind(context: RegionContext, kind: Kept, drop: Drop, now: datetime, batch: int) -> int:
    night = now.astimezone(context.rules.calendar.zone).date()
    before = context.rules.policy.retention.before(kind, now)
    async with context.writing(SYSTEM) as conn:
        report = await store.get_report(conn, context.region, night, kind)
        if report is not None and report["finished_at"] is not None:
            return 0
        if kind in (Kept.PERSONS, Kept.WORDS):
            erased = await _let_go_tickets(context, conn, kind, before, night, drop, now, batch)
            held = await store.count_held(conn, context.region, before, night, kind is Kept.WORDS)
        else:
            erased, held = await store.drop_rows(conn, context.region, kind, before, night, batch), 0
        finished = now if erased < batch else None
        await store.add_report(
            conn, context.region, night, kind, before=before, erased=erased, held=held, finished_at=finished
        )
    return erased


async def _let_go_tickets(
    context: RegionContext,
    conn: Connection,
    kind: Kept,
    before: datetime,
    night: date,
    drop: Drop,
    now: datetime,
    batch: int,
) -> int:
    tickets = await store.list_lapsed(conn, context.region, before, night, kind is Kept.WORDS, batch)
    if tickets and kind is Kept.PERSONS:
        await store.erase_persons(conn, context.region, tickets, now)
    elif tickets:
        # Bytes first: after an interruption here the rows still name the files to delete.
        for digest in await store.list_files(conn, context.region, tickets):
            drop(digest)
        await store.erase_words(conn, context.region, tickets, now)
    return len(tickets)


async def list_reports(context: RegionContext, actor: Actor) -> list[RetentionReportRow]:
    """List what was purged in the last nights, newest first. Raises NotAllowed."""
    allow(actor, Right.READ_ASSESSMENT)
    async with context.reading() as conn:
        return await store.list_reports(conn, context.region, NIGHTS_SHOWN)


async def list_personal(context: RegionContext, actor: Actor) -> list[PersonalColumn]:
    """List every column with personal data, from the column comments of the schema.

    Raises NotAllowed, BadPolicy for a comment without purpose and retention kind.
    """
    allow(actor, Right.READ_ASSESSMENT)
    async with context.reading() as conn:
        return [_column(row) for row in await store.list_personal_columns(conn, context.region)]


def _column(row: PersonalColumnRow) -> PersonalColumn:
    tag = _TAG.fullmatch(row["comment"])
    if tag is None or tag[3] not in list(Kept):
        raise BadPolicy(what=f"{row['table_name']}.{row['column_name']}")
    table, column = row["table_name"], row["column_name"]
    return PersonalColumn(
        table, column, COLUMN_NAMES.get((table, column), column), tag[2], Kept(tag[3]),
        column.endswith("_sealed"), column.endswith("_hash"),
    )  # fmt: skip
