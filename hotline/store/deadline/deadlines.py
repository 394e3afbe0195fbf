"""Deadlines of tickets, which are also the timers of their reminders (PROCEDURE §3, §4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.deadline.timers import Deadline, Start
from hotline.domain.deadline.working_time import Due, Pause
from hotline.domain.enums import Rule, Step
from hotline.domain.tickets.ticket import Ticket
from hotline.store.ids import new_id
from hotline.store.queries import fetch_all, fetch_required, queries

_q = queries.deadline.deadlines


_FOREVER = datetime(2900, 1, 1, tzinfo=UTC)
StoredPauses = list[list[str | None]]
"""Pauses as pairs of ISO moments [from, until]; `until` is None while the pause lasts."""


class DeadlineRow(TypedDict):
    """A deadline. `unit_id` is None for the hotline's own, the timer (`next_step`, `next_at`) when nothing is left.

    `done_at` is None while what it limits is still owed.
    """

    deadline_id: UUID
    ticket_id: UUID
    cycle: int
    rule: str
    unit_id: UUID | None
    started_at: datetime
    due_at: datetime
    provisional: bool
    urgent: bool
    limit_text: str
    state: str
    next_step: str | None
    next_at: datetime | None
    pauses: StoredPauses
    done_at: datetime | None


class EndedDeadlineRow(DeadlineRow):
    """A deadline with the moment it was met, missed or withdrawn; None while it runs or is paused."""

    ended_at: datetime | None


class PausableDeadlineRow(DeadlineRow):
    """A deadline with the seconds that were left when it was paused; None while it runs."""

    left_seconds: int | None


class NumberedDeadlineRow(DeadlineRow):
    """A deadline with the number of its ticket."""

    number: str


class DueTicketRow(TypedDict):
    """A ticket with due timers, and how many."""

    ticket_id: UUID
    clocks: int


def deadline_of(row: DeadlineRow) -> Deadline:
    """The domain's deadline of a row."""
    return Deadline(
        deadline_id=row["deadline_id"],
        ticket_id=row["ticket_id"],
        cycle=row["cycle"],
        rule=Rule(row["rule"]),
        unit_id=row["unit_id"],
        started_at=row["started_at"],
        due_at=row["due_at"],
        provisional=row["provisional"],
        urgent=row["urgent"],
        limit_text=row["limit_text"],
        state=row["state"],
        next_step=Step(row["next_step"]) if row["next_step"] else None,
        next_at=row["next_at"],
        pauses=pauses_of(row["pauses"]),
        done_at=row["done_at"],
    )


def pauses_of(stored: StoredPauses) -> tuple[Pause, ...]:
    """The pauses of a stored deadline; one that still lasts ends in the year 2900."""
    return tuple(
        (datetime.fromisoformat(begin or ""), datetime.fromisoformat(until) if until else _FOREVER)
        for begin, until in stored
    )


def _stored(pauses: Iterable[Pause]) -> StoredPauses:
    return [[begin.isoformat(), None if until == _FOREVER else until.isoformat()] for begin, until in pauses]


async def insert_deadline(
    conn: Connection, region: int, ticket: Ticket, start: Start, timer: tuple[Step, datetime] | None
) -> None:
    """Start a deadline with its timer: the first step and its moment.

    The same deadline is never started twice; one that ended at the moment it began runs again.
    """
    await _q.insert_deadline(
        conn,
        region_id=region,
        deadline_id=new_id(),
        ticket_id=ticket.ticket_id,
        cycle=ticket.cycle,
        rule=start.rule.value,
        unit_id=start.unit_id,
        started_at=start.started_at,
        due_at=start.due.at,
        provisional=start.due.provisional,
        urgent=start.urgent,
        limit_text=start.limit_text,
        pauses=_stored(start.pauses),
        next_step=timer[0].value if timer else None,
        next_at=timer[1] if timer else None,
    )


async def settle_deadlines(conn: Connection, region: int, ticket_id: UUID, rules: Iterable[Rule], at: datetime) -> None:
    """End the deadlines of these rules, as what they limit was done at `at`: met, or missed when past due."""
    await _q.settle_deadlines(conn, region_id=region, ticket_id=ticket_id, rules=[rule.value for rule in rules], at=at)


async def withdraw_deadlines(
    conn: Connection, region: int, ticket_id: UUID, rules: Iterable[Rule] | None, at: datetime
) -> None:
    """Withdraw the deadlines of these rules (None: all); a missed one stays missed."""
    names = None if rules is None else [rule.value for rule in rules]
    await _q.withdraw_deadlines(conn, region_id=region, ticket_id=ticket_id, rules=names, at=at)


async def advance_deadline(
    conn: Connection, region: int, deadline: Deadline, *, missed: bool, timer: tuple[Step, datetime] | None
) -> None:
    """Set the next timer after a step was taken. `missed` marks a running deadline as missed at its due time."""
    await _q.advance_deadline(
        conn,
        region_id=region,
        deadline_id=deadline.deadline_id,
        missed=missed,
        at=deadline.due_at,
        next_step=timer[0].value if timer else None,
        next_at=timer[1] if timer else None,
    )


async def show_clock(conn: Connection, region: int, ticket_id: UUID) -> None:
    """Update the deadline by which lists sort a locked ticket: the running one that ends first."""
    await _q.show_clock(conn, region_id=region, ticket_id=ticket_id)


async def list_due_tickets(conn: Connection, region: int, now: datetime, batch: int) -> dict[UUID, int]:
    """Tickets of the `batch` timers that are due longest, each with how many of those are its own."""
    due = await fetch_all(DueTicketRow, _q.tickets_with_due_clocks(conn, region_id=region, now=now, batch=batch))
    return {ticket["ticket_id"]: ticket["clocks"] for ticket in due}


async def list_due(conn: Connection, region: int, ticket_id: UUID, now: datetime) -> list[Deadline]:
    """Deadlines of a locked ticket whose timer is due, longest due first."""
    rows = await fetch_all(DeadlineRow, _q.due_clocks_of_ticket(conn, region_id=region, ticket_id=ticket_id, now=now))
    return [deadline_of(row) for row in rows]


async def postpone_clocks(conn: Connection, region: int, ticket_id: UUID, now: datetime, until: datetime) -> None:
    """Postpone the due timers of a ticket to `until`, so that a failing ticket does not block others."""
    await _q.postpone_clocks(conn, region_id=region, ticket_id=ticket_id, now=now, until=until)


async def list_running(conn: Connection, region: int, ticket_id: UUID) -> list[tuple[Deadline, int | None]]:
    """Running and paused deadlines of a locked ticket, each with the seconds kept when it was paused."""
    rows = await fetch_all(
        PausableDeadlineRow, _q.running_clocks_of_ticket(conn, region_id=region, ticket_id=ticket_id)
    )
    return [(deadline_of(row), row["left_seconds"]) for row in rows]


async def pause_clock(conn: Connection, region: int, deadline: Deadline, left_seconds: int, at: datetime) -> None:
    """Pause a running deadline with `left_seconds` of working or natural time left; a paused one stays as it is."""
    if deadline.state == "running":
        pauses = _stored((*deadline.pauses, (at, _FOREVER)))
        await _q.pause_clock(
            conn, region_id=region, deadline_id=deadline.deadline_id, left_seconds=left_seconds, pauses=pauses
        )


async def resume_clock(
    conn: Connection,
    region: int,
    deadline: Deadline,
    due: Due,
    pauses: Iterable[Pause],
    timer: tuple[Step, datetime] | None,
) -> None:
    """Resume a paused deadline with a new due time; `pauses` has the last pause closed."""
    await _q.resume_clock(
        conn,
        region_id=region,
        deadline_id=deadline.deadline_id,
        due_at=due.at,
        provisional=due.provisional,
        pauses=_stored(pauses),
        next_step=timer[0].value if timer else None,
        next_at=timer[1] if timer else None,
    )


async def list_reckonable(
    conn: Connection, region: int, now: datetime, after: tuple[datetime, UUID], batch: int,
    known_until: datetime | None,
) -> list[tuple[str, Deadline]]:  # fmt: skip
    """Running deadlines not yet due with their tickets' numbers, by timer, from (`next_at`, `deadline_id`) `after` on.

    With `known_until` only the provisional ones that end before it.
    """
    rows = await fetch_all(
        NumberedDeadlineRow,
        _q.reckonable_clocks(
            conn, region_id=region, now=now, after_at=after[0], after_id=after[1], batch=batch, known_until=known_until
        ),
    )
    return [(row["number"], deadline_of(row)) for row in rows]


async def has_unconfirmed(conn: Connection, region: int, now: datetime, known_until: datetime) -> bool:
    """Whether a running deadline that ends before `known_until` is still marked as provisional."""
    return await fetch_required(bool, _q.has_unconfirmed(conn, region_id=region, now=now, known_until=known_until))


async def shift_clock(conn: Connection, region: int, deadline_id: UUID, due: Due, timer: tuple[Step, datetime]) -> None:
    """Move a running deadline and its timer after a change of the calendar."""
    await _q.shift_clock(
        conn, region_id=region, deadline_id=deadline_id, due_at=due.at, provisional=due.provisional,
        next_step=timer[0].value, next_at=timer[1],
    )  # fmt: skip


async def recount_clock(
    conn: Connection, region: int, deadline_id: UUID, start: Start, timer: tuple[Step, datetime]
) -> None:
    """Give a running deadline another limit, after a correction of kind or matter."""
    await _q.recount_clock(
        conn, region_id=region, deadline_id=deadline_id, started_at=start.started_at, due_at=start.due.at,
        provisional=start.due.provisional, urgent=start.urgent, limit_text=start.limit_text,
        pauses=_stored(start.pauses), next_step=timer[0].value, next_at=timer[1],
    )  # fmt: skip


async def list_deadlines(conn: Connection, region: int, ticket_id: UUID) -> list[EndedDeadlineRow]:
    """Every deadline a ticket ever had, oldest first."""
    return await fetch_all(EndedDeadlineRow, _q.deadlines_of_ticket(conn, region_id=region, ticket_id=ticket_id))
