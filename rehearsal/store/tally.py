"""What the report of a rehearsal counts."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from hotline.db import Connection
from hotline.store.queries import fetch_all, fetch_one, fetch_required
from rehearsal.store.queries import queries

_q = queries.tally


class TicketCountRow(TypedDict):
    """How many tickets of a channel are in a state; `close_reason` is None for open ones."""

    channel: str
    state: str
    close_reason: str | None
    total: int


class EventCountRow(TypedDict):
    """How often a verb was done, and to how many tickets."""

    verb: str
    tickets: int
    total: int


class ReminderCountRow(TypedDict):
    """How many reminders of a step are in a state."""

    step: str
    state: str
    total: int


class LetterCountRow(TypedDict):
    """How many letters of a kind were issued; `tier` is None for other kinds than the supervision letter."""

    kind: str
    tier: int | None
    total: int


class InterviewCountRow(TypedDict):
    """How many interviews were owed, and how many of them held."""

    owed: int
    held: int


class CallbackCountRow(TypedDict):
    """How many callbacks are in a state with a verdict; None for those without."""

    state: str
    verdict: str | None
    total: int


class AlarmCountRow(TypedDict):
    """How many alarms of a kind are open or settled."""

    kind: str
    open: bool
    total: int


class MessageCountRow(TypedDict):
    """How many messages of a channel are in a state; `folded` for those sent as part of another."""

    channel: str
    state: str
    folded: bool
    total: int


class TicketKeyRow(TypedDict):
    """A ticket's number and the key of the filing that opened it."""

    number: str
    client_key: str


class CompiledBriefRow(TypedDict):
    """A brief by the Monday of its week."""

    week_start: date
    year: int
    number: int
    state: str


async def count_tickets(conn: Connection, region: int) -> list[TicketCountRow]:
    """Tickets by channel, state and reason of closing."""
    return await fetch_all(TicketCountRow, _q.count_tickets(conn, region_id=region))


async def count_events(conn: Connection, region: int) -> list[EventCountRow]:
    """Events by verb."""
    return await fetch_all(EventCountRow, _q.count_events(conn, region_id=region))


async def count_reminders(conn: Connection, region: int) -> list[ReminderCountRow]:
    """Reminders by step and state."""
    return await fetch_all(ReminderCountRow, _q.count_reminders(conn, region_id=region))


async def count_letters(conn: Connection, region: int) -> list[LetterCountRow]:
    """Letters by kind and tier."""
    return await fetch_all(LetterCountRow, _q.count_letters(conn, region_id=region))


async def count_interviews(conn: Connection, region: int) -> InterviewCountRow:
    """Interviews owed and held."""
    row = await fetch_one(InterviewCountRow, _q.count_interviews(conn, region_id=region))
    assert row is not None
    return row


async def count_callbacks(conn: Connection, region: int) -> list[CallbackCountRow]:
    """Callbacks by state and verdict."""
    return await fetch_all(CallbackCountRow, _q.count_callbacks(conn, region_id=region))


async def count_alarms(conn: Connection, region: int) -> list[AlarmCountRow]:
    """Alarms by kind, open and settled."""
    return await fetch_all(AlarmCountRow, _q.count_alarms(conn, region_id=region))


async def count_outbox(conn: Connection, region: int) -> list[MessageCountRow]:
    """Messages by channel and state."""
    return await fetch_all(MessageCountRow, _q.count_outbox(conn, region_id=region))


async def count_told_twice(conn: Connection, region: int) -> int:
    """Number of reminders and messages sent more than once; must be 0."""
    return await fetch_required(int, _q.count_told_twice(conn, region_id=region))


async def list_numbers(conn: Connection, region: int) -> list[TicketKeyRow]:
    """Every ticket's number and key, in order of receipt."""
    return await fetch_all(TicketKeyRow, _q.numbers(conn, region_id=region))


async def list_compiled(conn: Connection, region: int) -> list[CompiledBriefRow]:
    """Every brief, the oldest week first."""
    return await fetch_all(CompiledBriefRow, _q.compiled_briefs(conn, region_id=region))
