"""Deadlines, the reminder ledger and the jobs' heartbeats: rows in and out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hotline.domain.deadline.timers import Deadline, Start
from hotline.domain.deadline.working_time import Due, Pause
from hotline.domain.enums import Rule, Step
from hotline.domain.tickets.ticket import Ticket
from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.deadline.deadlines


_FOREVER = datetime(2900, 1, 1, tzinfo=UTC)


def deadline_of(row: Mapping[str, Any]) -> Deadline:
    """A row of `deadline` as the domain knows it."""
    values = {name: row[name] for name in Deadline.__slots__}
    values |= {
        "rule": Rule(row["rule"]),
        "next_step": Step(row["next_step"]) if row["next_step"] else None,
        "pauses": pauses_of(row["pauses"]),
    }
    return Deadline(**values)


def pauses_of(stored: list[list[str | None]]) -> tuple[Pause, ...]:
    """The pauses of a clock; one that still lasts has no end in sight."""
    return tuple(
        (datetime.fromisoformat(begin or ""), datetime.fromisoformat(until) if until else _FOREVER)
        for begin, until in stored
    )


def _stored(pauses: Iterable[Pause]) -> list[list[str | None]]:
    return [[begin.isoformat(), None if until == _FOREVER else until.isoformat()] for begin, until in pauses]


async def insert_deadline(
    conn: Any, region: int, ticket: Ticket, start: Start, timer: tuple[Step, datetime] | None
) -> None:
    """Start a clock with its timer (the first step and its moment)."""
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


async def settle_deadlines(conn: Any, region: int, ticket_id: UUID, rules: Iterable[Rule], at: datetime) -> None:
    """What these clocks asked for was done: met or missed by their own limit."""
    await _q.settle_deadlines(conn, region_id=region, ticket_id=ticket_id, rules=[rule.value for rule in rules], at=at)


async def withdraw_deadlines(
    conn: Any, region: int, ticket_id: UUID, rules: Iterable[Rule] | None, at: datetime
) -> None:
    """These clocks (None: all) are of no use any more."""
    names = None if rules is None else [rule.value for rule in rules]
    await _q.withdraw_deadlines(conn, region_id=region, ticket_id=ticket_id, rules=names, at=at)


async def advance_deadline(
    conn: Any, region: int, deadline: Deadline, *, missed: bool, timer: tuple[Step, datetime] | None
) -> None:
    """A step was taken; wait for the next. `missed` when the step was the expiry."""
    await _q.advance_deadline(
        conn,
        region_id=region,
        deadline_id=deadline.deadline_id,
        missed=missed,
        at=deadline.due_at,
        next_step=timer[0].value if timer else None,
        next_at=timer[1] if timer else None,
    )


async def show_clock(conn: Any, region: int, ticket_id: UUID) -> None:
    """Let a held ticket show in lists the clock that runs out first, after its clocks changed."""
    await _q.show_clock(conn, region_id=region, ticket_id=ticket_id)


async def list_due_tickets(conn: Any, region: int, now: datetime, batch: int) -> dict[UUID, int]:
    """Tickets of the `batch` clocks that are due longest, each with how many of those are its own."""
    rows = _q.tickets_with_due_clocks(conn, region_id=region, now=now, batch=batch)
    return {row["ticket_id"]: row["clocks"] async for row in rows}


async def list_due(conn: Any, region: int, ticket_id: UUID, now: datetime) -> list[Deadline]:
    """Clocks of a held ticket with a step due, longest due first."""
    rows = _q.due_clocks_of_ticket(conn, region_id=region, ticket_id=ticket_id, now=now)
    return [deadline_of(row) async for row in rows]


async def postpone_clocks(conn: Any, region: int, ticket_id: UUID, now: datetime, until: datetime) -> None:
    """Try what is due of a ticket again later."""
    await _q.postpone_clocks(conn, region_id=region, ticket_id=ticket_id, now=now, until=until)


async def list_running(conn: Any, region: int, ticket_id: UUID) -> list[tuple[Deadline, int | None]]:
    """Running and paused clocks of a held ticket, each with the seconds kept when it was paused."""
    rows = _q.running_clocks_of_ticket(conn, region_id=region, ticket_id=ticket_id)
    return [(deadline_of(row), row["left_seconds"]) async for row in rows]


async def pause_clock(conn: Any, region: int, deadline: Deadline, left_seconds: int, at: datetime) -> None:
    """Stop a clock and keep what was left of it; one that is paused already stays as it is."""
    if deadline.state == "running":
        pauses = _stored((*deadline.pauses, (at, _FOREVER)))
        await _q.pause_clock(
            conn, region_id=region, deadline_id=deadline.deadline_id, left_seconds=left_seconds, pauses=pauses
        )


async def resume_clock(
    conn: Any, region: int, deadline: Deadline, due: Due, pauses: Iterable[Pause], timer: tuple[Step, datetime] | None
) -> None:
    """Let a paused clock go on towards its new end, its last pause closed."""
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
    conn: Any, region: int, now: datetime, after: tuple[datetime, UUID], batch: int, known_until: datetime | None
) -> list[tuple[str, Deadline]]:
    """Running clocks not yet passed with their tickets' numbers, by timer, from `after` on.

    With `known_until` only those reckoned over unpublished days that end before it.
    """
    rows = _q.reckonable_clocks(
        conn, region_id=region, now=now, after_at=after[0], after_id=after[1], batch=batch, known_until=known_until
    )
    return [(row["number"], deadline_of(row)) async for row in rows]


async def has_unconfirmed(conn: Any, region: int, now: datetime, known_until: datetime) -> bool:
    """Whether a running clock still counts as provisional though its days are published by now."""
    found: bool = await _q.has_unconfirmed(conn, region_id=region, now=now, known_until=known_until)
    return found


async def shift_clock(conn: Any, region: int, deadline_id: UUID, due: Due, timer: tuple[Step, datetime]) -> None:
    """A changed calendar moves a running clock and its timer."""
    await _q.shift_clock(
        conn, region_id=region, deadline_id=deadline_id, due_at=due.at, provisional=due.provisional,
        next_step=timer[0].value, next_at=timer[1],
    )  # fmt: skip


async def recount_clock(conn: Any, region: int, deadline_id: UUID, start: Start, timer: tuple[Step, datetime]) -> None:
    """A running clock by another limit."""
    await _q.recount_clock(
        conn, region_id=region, deadline_id=deadline_id, started_at=start.started_at, due_at=start.due.at,
        provisional=start.due.provisional, urgent=start.urgent, limit_text=start.limit_text,
        pauses=_stored(start.pauses), next_step=timer[0].value, next_at=timer[1],
    )  # fmt: skip


async def list_deadlines(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Every clock a ticket ever had, oldest first."""
    return [row async for row in _q.deadlines_of_ticket(conn, region_id=region, ticket_id=ticket_id)]
