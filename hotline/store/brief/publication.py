"""Briefs with their bodies, frozen figures, states and readings (PROCEDURE §7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.brief.body import BriefBody
from hotline.domain.brief.week import Week
from hotline.store.queries import fetch_all, fetch_one, queries

_q = queries.brief.publication


class BriefWeekRow(TypedDict):
    """The Monday of a week that has a brief."""

    week_start: date


class BriefRow(TypedDict):
    """A brief with its body; `issued_at` is null until it is issued, `advice` empty until it is written."""

    brief_id: UUID
    week_start: date
    year: int
    number: int
    state: str
    compiled_at: datetime
    issued_at: datetime | None
    body: BriefBody
    advice: str


class LockedBriefRow(TypedDict):
    """A brief whose row is locked until the transaction ends."""

    brief_id: UUID
    year: int
    number: int
    state: str


class ListedBriefRow(TypedDict):
    """A brief as listed, without its body."""

    brief_id: UUID
    week_start: date
    year: int
    number: int
    state: str
    compiled_at: datetime
    issued_at: datetime | None


class FigureCountRow(TypedDict):
    """The value of a figure: the length of its list."""

    key: str
    total: int


class FigureTicketRow(TypedDict):
    """A ticket behind a figure; `unit_ids` are the units that have a part in it now."""

    ticket_id: UUID
    number: str
    title: str
    kind: str
    channel: str
    state: str
    received_at: datetime
    lead_unit_id: UUID | None
    unit_name: str | None
    unit_ids: list[UUID]


class BriefReadingRow(TypedDict):
    """An account that confirmed having read a brief."""

    account_id: UUID
    read_at: datetime
    name: str | None


async def list_weeks_done(conn: Connection, region: int) -> list[date]:
    """The Mondays of the weeks that have a brief, in order."""
    return [row["week_start"] for row in await fetch_all(BriefWeekRow, _q.weeks_done(conn, region_id=region))]


async def insert_brief(
    conn: Connection, region: int, brief_id: UUID, week: Week, number: int, now: datetime, body: BriefBody,
    figures: Mapping[str, list[UUID]],
) -> None:  # fmt: skip
    """Insert a draft with its frozen lists of tickets by figure. Raises UniqueViolationError when the week has one."""
    await _q.insert_brief(
        conn, region_id=region, brief_id=brief_id, week_start=week.monday, year=week.year, number=number,
        compiled_at=now, body=body,
    )  # fmt: skip
    rows = [{"region_id": region, "brief_id": brief_id, "key": key, "ticket_ids": ids} for key, ids in figures.items()]
    await _q.insert_figure(conn, rows)


async def get_brief(conn: Connection, region: int, monday: date) -> BriefRow | None:
    """The brief of the week that began on this Monday."""
    return await fetch_one(BriefRow, _q.brief_of_week(conn, region_id=region, week_start=monday))


async def lock_brief(conn: Connection, region: int, monday: date) -> LockedBriefRow | None:
    """The brief of this week, its row locked until the transaction ends."""
    return await fetch_one(LockedBriefRow, _q.lock_brief(conn, region_id=region, week_start=monday))


async def list_briefs(conn: Connection, region: int, states: list[str], batch: int) -> list[ListedBriefRow]:
    """At most `batch` briefs in these states, newest week first."""
    return await fetch_all(ListedBriefRow, _q.briefs(conn, region_id=region, states=states, batch=batch))


async def count_figures(conn: Connection, region: int, brief_id: UUID) -> dict[str, int]:
    """The value of each figure of a brief, by key."""
    rows = await fetch_all(FigureCountRow, _q.figure_counts(conn, region_id=region, brief_id=brief_id))
    return {row["key"]: row["total"] for row in rows}


async def list_figure(conn: Connection, region: int, brief_id: UUID, key: str) -> list[FigureTicketRow]:
    """The tickets behind a figure in the order of its list, a row each time a ticket counts."""
    return await fetch_all(FigureTicketRow, _q.figure_tickets(conn, region_id=region, brief_id=brief_id, key=key))


async def save_advice(conn: Connection, region: int, brief_id: UUID, advice: str) -> None:
    """Replace section 8, the advice."""
    await _q.save_advice(conn, region_id=region, brief_id=brief_id, advice=advice)


async def save_state(conn: Connection, region: int, brief_id: UUID, state: str, issued_at: datetime | None) -> None:
    """Set the state of a brief."""
    await _q.save_brief_state(conn, region_id=region, brief_id=brief_id, state=state, issued_at=issued_at)


async def insert_reading(conn: Connection, region: int, brief_id: UUID, account_id: UUID, now: datetime) -> None:
    """Record that an account has read a brief; the first time stays."""
    await _q.insert_reading(conn, region_id=region, brief_id=brief_id, account_id=account_id, read_at=now)


async def list_readings(conn: Connection, region: int, brief_id: UUID) -> list[BriefReadingRow]:
    """Who confirmed having read a brief, the first on top."""
    return await fetch_all(BriefReadingRow, _q.readings(conn, region_id=region, brief_id=brief_id))
