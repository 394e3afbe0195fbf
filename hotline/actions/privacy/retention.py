"""Letting go of what has been kept long enough, night by night, with a report; and what is kept at all (PROCEDURE §6).

Of a ticket the person goes first, then the words; figures, dates and who did what stay. Open tickets are never touched.
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
    """A column that holds personal data: what it is called, what for, how it ends, whether sealed or a keyed hash."""

    table: str
    column: str
    name: str
    purpose: str
    kept: Kept
    sealed: bool
    hashed: bool


async def purge(context: RegionContext, drop: Drop, now: datetime, batch: int) -> int:
    """One batch of every kind not finished this night; how many tickets and rows. By day nothing is done.

    `drop` deletes the bytes of a file by its digest, and may be asked for one that is gone already.
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
        # Bytes first: cut off here, the rows still say what the next night has to do.
        for digest in await store.list_files(conn, context.region, tickets):
            drop(digest)
        await store.erase_words(conn, context.region, tickets, now)
    return len(tickets)


async def list_reports(context: RegionContext, actor: Actor) -> list[RetentionReportRow]:
    """What the nights let go, newest first. Raises NotAllowed."""
    allow(actor, Right.READ_ASSESSMENT)
    async with context.reading() as conn:
        return await store.list_reports(conn, context.region, NIGHTS_SHOWN)


async def list_personal(context: RegionContext, actor: Actor) -> list[PersonalColumn]:
    """Every column that holds personal data, as the schema's own comments say. Raises NotAllowed, BadPolicy."""
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
