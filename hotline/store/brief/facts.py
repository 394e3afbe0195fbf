"""The facts of a week that a brief is compiled from (PROCEDURE §7)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.brief.facts import CallbackFact, Closed, DeadlineFact, Happened, Met, Period, Received, Standing
from hotline.domain.brief.week import Week
from hotline.store.queries import fetch_all, fetch_value, queries

_q = queries.brief.facts


class ReceivedInWeekRow(TypedDict):
    """A ticket received: `instant` was answered at first contact, `repeated` by the same contact in thirty days."""

    ticket_id: UUID
    channel: str
    kind: str
    matter_id: str | None
    place: str
    received_at: datetime
    contact_hash: bytes
    instant: bool
    repeated: bool


class EventInWeekRow(TypedDict):
    """An event that counts, with the unit concerned if there is one."""

    ticket_id: UUID
    verb: str
    unit_id: UUID | None


class ClosedInWeekRow(TypedDict):
    """A ticket closed; `reworked`: a redo or an interview came before."""

    ticket_id: UUID
    close_reason: str
    reworked: bool


class DeadlineInWeekRow(TypedDict):
    """A limit that was met, missed or withdrawn; `interview_owed`: of an interview that was not held in time."""

    ticket_id: UUID
    unit_id: UUID | None
    rule: str
    state: str
    due_at: datetime
    ended_at: datetime | None
    interview_owed: bool


class CallbackInWeekRow(TypedDict):
    """A callback that ended; the answers are null unless the person gave them."""

    ticket_id: UUID
    unit_id: UUID | None
    state: str
    contacted: bool | None
    solved: bool | None
    verdict: str | None


class StandingRow(TypedDict):
    """A ticket open at a moment, and the tier it then was on (0: none)."""

    ticket_id: UUID
    tier: int


class BriefTicketRow(TypedDict):
    """A ticket that a brief names."""

    ticket_id: UUID
    number: str
    title: str
    confidential: bool
    matter_id: str | None


class InterviewInWeekRow(BriefTicketRow):
    """An interview owed (`held` false) or registered as held at the moment `at`.

    `verdict` is what the person said when the hotline verified a held one; null while nobody asked.
    """

    held: bool
    at: datetime
    unit_id: UUID
    held_at: datetime | None
    held_place: str | None
    official: str | None
    cause: str | None
    solution: str | None
    outcome: str | None
    promised_on: date | None
    person_verdict: str | None
    verdict: str | None


class SupervisedAtRow(BriefTicketRow):
    """A ticket on tier 2 or 3 at a moment, with the state it then had; `planned`: its interview was planned."""

    tier: int
    reason: str
    opened_at: datetime
    due_at: datetime
    unit_id: UUID | None
    state: str
    planned: bool


class LatePartRow(BriefTicketRow):
    """A part that the assisting unit `unit_id` owed and was late with at a moment."""

    unit_id: UUID | None
    due_at: datetime
    lead_unit_id: UUID | None


class InstructionInWeekRow(BriefTicketRow):
    """An instruction by `leader`; the fulfilment is null until there is one."""

    text: str
    due_on: date
    written_at: datetime
    fulfilled_at: datetime | None
    fulfilment: str | None
    lead_unit_id: UUID | None
    leader: str | None


class SealedPersonRow(TypedDict):
    """The sealed name, numbers and address of the person behind the ticket `complainant_id`."""

    complainant_id: UUID
    name_sealed: bytes | None
    phone_sealed: bytes | None
    identity_sealed: bytes | None
    address_sealed: bytes | None


async def first_receipt(conn: Connection, region: int) -> datetime | None:
    """When the first ticket of all was received; None while there is none."""
    return await fetch_value(datetime, _q.first_receipt(conn, region_id=region))


async def read_period(conn: Connection, region: int, week: Week) -> Period:
    """Everything of a week that is counted, except cards."""
    return Period(
        received=await _list_received(conn, region, week),
        happened=await _list_events(conn, region, week),
        closed=await _list_closed(conn, region, week),
        clocks=await _list_deadlines(conn, region, week),
        asked=await _list_callbacks(conn, region, week),
        met=tuple([_met(row) for row in await list_interviews_of_week(conn, region, week)]),
        standing=await _list_standing(conn, region, week.until),
    )


async def _list_received(conn: Connection, region: int, week: Week) -> tuple[Received, ...]:
    rows = await fetch_all(
        ReceivedInWeekRow, _q.received_in_week(conn, region_id=region, since=week.begin, until=week.until)
    )
    return tuple(
        Received(
            row["ticket_id"], row["channel"], row["kind"], row["matter_id"], row["place"], row["received_at"],
            row["contact_hash"], row["instant"], row["repeated"],
        )
        for row in rows
    )  # fmt: skip


async def _list_events(conn: Connection, region: int, week: Week) -> tuple[Happened, ...]:
    rows = await fetch_all(
        EventInWeekRow, _q.events_in_week(conn, region_id=region, since=week.begin, until=week.until)
    )
    return tuple(Happened(row["ticket_id"], row["verb"], row["unit_id"]) for row in rows)


async def _list_closed(conn: Connection, region: int, week: Week) -> tuple[Closed, ...]:
    rows = await fetch_all(
        ClosedInWeekRow, _q.closed_in_week(conn, region_id=region, since=week.begin, until=week.until)
    )
    return tuple(Closed(row["ticket_id"], row["close_reason"], row["reworked"]) for row in rows)


async def _list_deadlines(conn: Connection, region: int, week: Week) -> tuple[DeadlineFact, ...]:
    rows = await fetch_all(
        DeadlineInWeekRow, _q.clocks_in_week(conn, region_id=region, since=week.begin, until=week.until)
    )
    return tuple(
        DeadlineFact(
            row["ticket_id"], row["unit_id"], row["rule"], row["state"], row["due_at"], row["ended_at"],
            row["interview_owed"],
        )
        for row in rows
    )  # fmt: skip


async def _list_callbacks(conn: Connection, region: int, week: Week) -> tuple[CallbackFact, ...]:
    rows = await fetch_all(
        CallbackInWeekRow, _q.callbacks_in_week(conn, region_id=region, since=week.begin, until=week.until)
    )
    return tuple(
        CallbackFact(
            row["ticket_id"], row["unit_id"], row["state"], row["contacted"], row["solved"], row["verdict"]
        )
        for row in rows
    )  # fmt: skip


async def _list_standing(conn: Connection, region: int, at: datetime) -> tuple[Standing, ...]:
    rows = await fetch_all(StandingRow, _q.standing_at(conn, region_id=region, at=at))
    return tuple(Standing(row["ticket_id"], row["tier"]) for row in rows)


def _met(row: InterviewInWeekRow) -> Met:
    verdict = row["verdict"] or row["person_verdict"] if row["held"] else None
    return Met(row["ticket_id"], row["unit_id"], row["held"], verdict)


async def list_interviews_of_week(conn: Connection, region: int, week: Week) -> list[InterviewInWeekRow]:
    """Interviews that became owed or were registered as held in the week, in this order."""
    return await fetch_all(
        InterviewInWeekRow, _q.interviews_in_week(conn, region_id=region, since=week.begin, until=week.until)
    )


async def list_supervised_at(conn: Connection, region: int, at: datetime) -> list[SupervisedAtRow]:
    """Tickets on tier 2 or 3 at a moment, highest tier and longest due first."""
    return await fetch_all(SupervisedAtRow, _q.supervised_at(conn, region_id=region, at=at))


async def list_parts_late_at(conn: Connection, region: int, at: datetime) -> list[LatePartRow]:
    """Parts of joint tickets that were owed and late at a moment, longest due first."""
    return await fetch_all(LatePartRow, _q.parts_late_at(conn, region_id=region, at=at))


async def list_instructions_of_week(conn: Connection, region: int, week: Week) -> list[InstructionInWeekRow]:
    """Instructions written before the week's end and not fulfilled before its beginning, oldest first."""
    return await fetch_all(
        InstructionInWeekRow, _q.instructions_in_week(conn, region_id=region, since=week.begin, until=week.until)
    )


async def list_persons(conn: Connection, region: int, ticket_ids: list[UUID]) -> list[SealedPersonRow]:
    """The sealed data of the persons behind these tickets, to be redacted in texts."""
    return await fetch_all(SealedPersonRow, _q.persons_of_tickets(conn, region_id=region, ticket_ids=ticket_ids))
