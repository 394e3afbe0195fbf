"""Lists of tickets: inboxes, closed tickets, supervision, earlier tickets of a person."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.store.queries import fetch_all, queries
from hotline.store.tickets.records import StoredTicketRow

_q = queries.tickets.lists


class ListedTicketRow(TypedDict):
    """A ticket as a list shows it, with the name of its lead unit, if any."""

    ticket_id: UUID
    number: str
    kind: str
    pace: str
    confidential: bool
    title: str
    place: str
    state: str
    received_at: datetime
    tier: int
    parked_until: datetime | None
    close_reason: str | None
    closed_at: datetime | None
    unit_name: str | None


class CallerTicketRow(ListedTicketRow):
    """A ticket that is not confidential with the sealed name of its complainant, if told."""

    name_sealed: bytes | None


class PersonTicketRow(StoredTicketRow):
    """A whole ticket with the name of its lead unit, if any."""

    unit_name: str | None


class InboxTicketRow(PersonTicketRow):
    """A ticket with the deadline its list is sorted by; the deadline's columns are None where none runs."""

    rule: str | None
    due_at: datetime | None
    clock_started_at: datetime | None
    limit_text: str | None


class SupervisedTicketRow(ListedTicketRow):
    """A ticket under supervision: the tier in force, why and since when, until when; `total` counts all of the list."""

    in_force: int
    reason: str
    opened_at: datetime
    due_at: datetime
    total: int


class StateCountRow(TypedDict):
    """How many open tickets are in a state."""

    state: str
    total: int


async def list_inbox(
    conn: Connection, region: int, units: list[UUID] | None, states: list[str], batch: int, skip: int
) -> list[InboxTicketRow]:
    """Open tickets of these units (None: all) in these states, the earliest due first."""
    if units is None:
        return await fetch_all(
            InboxTicketRow, _q.inbox_of_all(conn, region_id=region, states=states, batch=batch, skip=skip)
        )
    return await fetch_all(
        InboxTicketRow, _q.inbox(conn, region_id=region, unit_ids=units, states=states, batch=batch, skip=skip)
    )


async def list_closed(
    conn: Connection, region: int, units: list[UUID] | None, batch: int, skip: int
) -> list[ListedTicketRow]:
    """Closed tickets these units (None: all) led, newest first."""
    if units is None:
        return await fetch_all(ListedTicketRow, _q.closed_of_all(conn, region_id=region, batch=batch, skip=skip))
    return await fetch_all(
        ListedTicketRow, _q.closed_of_units(conn, region_id=region, unit_ids=units, batch=batch, skip=skip)
    )


async def count_by_state(conn: Connection, region: int, units: list[UUID] | None) -> dict[str, int]:
    """Open tickets of these units (None: all) by state, under the same rule as the inbox."""
    if units is None:
        counts = await fetch_all(StateCountRow, _q.count_all_by_state(conn, region_id=region))
    else:
        counts = await fetch_all(StateCountRow, _q.count_by_state(conn, region_id=region, unit_ids=units))
    return {count["state"]: count["total"] for count in counts}


async def list_supervised(
    conn: Connection, region: int, tiers: list[int], batch: int, skip: int
) -> list[SupervisedTicketRow]:
    """Tickets under supervision in these tiers, highest tier first, then the earliest due."""
    return await fetch_all(
        SupervisedTicketRow, _q.supervised(conn, region_id=region, tiers=tiers, batch=batch, skip=skip)
    )


async def list_of_person(
    conn: Connection, region: int, contact_hashes: list[bytes], batch: int
) -> list[PersonTicketRow]:
    """Earlier tickets filed from the same number or WeChat id, newest first."""
    return await fetch_all(
        PersonTicketRow, _q.tickets_of_person(conn, region_id=region, contact_hashes=contact_hashes, batch=batch)
    )


async def list_of_caller(
    conn: Connection, region: int, contact_hashes: list[bytes], batch: int
) -> list[CallerTicketRow]:
    """Earlier tickets filed from the same number, newest first, without the confidential ones."""
    return await fetch_all(
        CallerTicketRow, _q.tickets_of_caller(conn, region_id=region, contact_hashes=contact_hashes, batch=batch)
    )


async def list_latest(conn: Connection, region: int, opened_by: UUID | None, batch: int) -> list[ListedTicketRow]:
    """The tickets an account (None: anybody) opened last, newest first."""
    return await fetch_all(ListedTicketRow, _q.latest(conn, region_id=region, opened_by=opened_by, batch=batch))
