"""The weekly brief: facts of a week out, briefs and their frozen figures in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hotline.domain.brief.facts import CallbackFact, Closed, DeadlineFact, Happened, Met, Period, Received, Standing
from hotline.domain.brief.week import Week
from hotline.store.queries import queries

_q = queries.briefs


Row = Mapping[str, Any]


async def first_receipt(conn: Any, region: int) -> datetime | None:
    """When the first ticket of all came in; None while there is none."""
    value: datetime | None = await _q.first_receipt(conn, region_id=region)
    return value


async def read_period(conn: Any, region: int, week: Week) -> Period:
    """Everything of a week that is counted."""
    span = {"region_id": region, "since": week.begin, "until": week.until}
    return Period(
        received=tuple([_received(row) async for row in _q.received_in_week(conn, **span)]),
        happened=tuple([Happened(*row.values()) async for row in _q.events_in_week(conn, **span)]),
        closed=tuple([Closed(*row.values()) async for row in _q.closed_in_week(conn, **span)]),
        clocks=tuple([DeadlineFact(*row.values()) async for row in _q.clocks_in_week(conn, **span)]),
        asked=tuple([CallbackFact(*row.values()) async for row in _q.callbacks_in_week(conn, **span)]),
        met=tuple([_met(row) for row in await list_interviews_of_week(conn, region, week)]),
        standing=tuple(
            [Standing(*row.values()) async for row in _q.standing_at(conn, region_id=region, at=week.until)]
        ),
    )


def _received(row: Row) -> Received:
    return Received(
        row["ticket_id"], row["channel"], row["kind"], row["matter_id"], row["place"], row["received_at"],
        row["contact_hash"], row["instant"], row["repeated"],
    )  # fmt: skip


def _met(row: Row) -> Met:
    said = row["verdict"] or row["person_verdict"] if row["held"] else None
    return Met(row["ticket_id"], row["unit_id"], row["held"], said)


async def list_interviews_of_week(conn: Any, region: int, week: Week) -> list[Row]:
    """Interviews owed (`held` false) or registered as held in the week: interview columns, ticket's, `verdict` verified."""
    rows = _q.interviews_in_week(conn, region_id=region, since=week.begin, until=week.until)
    return [row async for row in rows]


async def list_supervised_at(conn: Any, region: int, at: datetime) -> list[Row]:
    """Tickets on tier 2 or 3 at a moment, highest tier and longest due first."""
    return [row async for row in _q.supervised_at(conn, region_id=region, at=at)]


async def list_parts_late_at(conn: Any, region: int, at: datetime) -> list[Row]:
    """Parts that were owed and late at a moment, the latest first: the ticket's columns, unit_id, due_at."""
    return [row async for row in _q.parts_late_at(conn, region_id=region, at=at)]


async def list_instructions_of_week(conn: Any, region: int, week: Week) -> list[Row]:
    """Instructions of up to the week that were not fulfilled before it."""
    rows = _q.instructions_in_week(conn, region_id=region, since=week.begin, until=week.until)
    return [row async for row in rows]


async def list_persons(conn: Any, region: int, ticket_ids: list[UUID]) -> list[Row]:
    """complainant_id with name_sealed, phone_sealed, address_sealed."""
    return [row async for row in _q.persons_of_tickets(conn, region_id=region, ticket_ids=ticket_ids)]


async def list_weeks_done(conn: Any, region: int) -> list[date]:
    """The Mondays of the weeks that have a brief."""
    return [row["week_start"] async for row in _q.weeks_done(conn, region_id=region)]


async def insert_brief(
    conn: Any, region: int, brief_id: UUID, week: Week, number: int, now: datetime, body: Mapping[str, Any],
    figures: Mapping[str, list[UUID]],
) -> None:  # fmt: skip
    """A brief with its frozen lists. Raises UniqueViolationError when the week has one."""
    await _q.insert_brief(
        conn, region_id=region, brief_id=brief_id, week_start=week.monday, year=week.year, number=number,
        compiled_at=now, body=dict(body),
    )  # fmt: skip
    rows = [{"region_id": region, "brief_id": brief_id, "key": key, "ticket_ids": ids} for key, ids in figures.items()]
    await _q.insert_figure(conn, rows)


async def get_brief(conn: Any, region: int, monday: date) -> Row | None:
    """The brief of the week that began on this Monday."""
    row: Row | None = await _q.brief_of_week(conn, region_id=region, week_start=monday)
    return row


async def lock_brief(conn: Any, region: int, monday: date) -> Row | None:
    """The same, held until the transaction ends."""
    row: Row | None = await _q.lock_brief(conn, region_id=region, week_start=monday)
    return row


async def list_briefs(conn: Any, region: int, states: list[str], batch: int) -> list[Row]:
    """Briefs in these states, newest week first, without bodies."""
    return [row async for row in _q.briefs(conn, region_id=region, states=states, batch=batch)]


async def count_figures(conn: Any, region: int, brief_id: UUID) -> dict[str, int]:
    """The value of each figure of a brief: the length of its list."""
    return {row["key"]: row["total"] async for row in _q.figure_counts(conn, region_id=region, brief_id=brief_id)}


async def list_figure(conn: Any, region: int, brief_id: UUID, key: str) -> list[Row]:
    """The tickets behind a figure, a row each time one counts: ticket_id, number, title, kind, channel, state,
    received_at, lead_unit_id, unit_name, unit_ids (units with a part in it now)."""
    return [row async for row in _q.figure_tickets(conn, region_id=region, brief_id=brief_id, key=key)]


async def save_advice(conn: Any, region: int, brief_id: UUID, advice: str) -> None:
    """Section 8."""
    await _q.save_advice(conn, region_id=region, brief_id=brief_id, advice=advice)


async def save_state(conn: Any, region: int, brief_id: UUID, state: str, issued_at: datetime | None) -> None:
    """The next step of a brief."""
    await _q.save_brief_state(conn, region_id=region, brief_id=brief_id, state=state, issued_at=issued_at)


async def insert_reading(conn: Any, region: int, brief_id: UUID, account_id: UUID, now: datetime) -> None:
    """A leader has read it."""
    await _q.insert_reading(conn, region_id=region, brief_id=brief_id, account_id=account_id, read_at=now)


async def list_readings(conn: Any, region: int, brief_id: UUID) -> list[Row]:
    """account_id, name, read_at of those who confirmed."""
    return [row async for row in _q.readings(conn, region_id=region, brief_id=brief_id)]
