"""Tickets and the units that have a part in them."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.enums import Channel, CloseReason, HandlingClass, Kind, Pace
from hotline.domain.messaging.alarms import UNIT_WANTED
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.number import normalise_number
from hotline.domain.tickets.ticket import Ticket
from hotline.store.queries import fetch_all, fetch_one, fetch_value, queries

_q = queries.tickets.records


_SAVED = [
    "ticket_id",
    "kind",
    "handling_class",
    "pace",
    "confidential",
    "title",
    "body",
    "matter_id",
    "state",
    "changed_at",
    "lead_unit_id",
    "accused_unit_id",
    "cycle",
    "tier",
    "redo_count",
    "return_count",
    "extension_count",
    "return_ruled",
    "parked_from",
    "parked_until",
    "close_reason",
    "closed_at",
    "merged_into",
    "version",
    "handler_id",
]


class StoredTicketRow(TypedDict):
    """A ticket; the meaning of each column stands in sql/schema.sql."""

    ticket_id: UUID
    number: str
    channel: str
    kind: str
    handling_class: str
    pace: str
    confidential: bool
    title: str
    body: str
    place: str
    matter_id: str | None
    state: str
    received_at: datetime
    changed_at: datetime
    lead_unit_id: UUID | None
    accused_unit_id: UUID | None
    cycle: int
    tier: int
    redo_count: int
    return_count: int
    extension_count: int
    return_ruled: bool
    parked_from: str | None
    parked_until: datetime | None
    close_reason: str | None
    closed_at: datetime | None
    merged_into: UUID | None
    linked_to: UUID | None
    opened_by: UUID | None
    version: int
    handler_id: UUID | None


class PartRow(TypedDict):
    """A unit's part in a ticket: lead, assisting or former."""

    unit_id: UUID
    part: str


def ticket_of(row: StoredTicketRow) -> Ticket:
    """The domain's ticket of a row."""
    return Ticket(
        ticket_id=row["ticket_id"],
        number=row["number"],
        channel=Channel(row["channel"]),
        kind=Kind(row["kind"]),
        handling_class=HandlingClass(row["handling_class"]),
        pace=Pace(row["pace"]),
        confidential=row["confidential"],
        title=row["title"],
        body=row["body"],
        place=row["place"],
        matter_id=row["matter_id"],
        state=State(row["state"]),
        received_at=row["received_at"],
        changed_at=row["changed_at"],
        lead_unit_id=row["lead_unit_id"],
        accused_unit_id=row["accused_unit_id"],
        cycle=row["cycle"],
        tier=row["tier"],
        redo_count=row["redo_count"],
        return_count=row["return_count"],
        extension_count=row["extension_count"],
        return_ruled=row["return_ruled"],
        parked_from=State(row["parked_from"]) if row["parked_from"] else None,
        parked_until=row["parked_until"],
        close_reason=CloseReason(row["close_reason"]) if row["close_reason"] else None,
        closed_at=row["closed_at"],
        merged_into=row["merged_into"],
        linked_to=row["linked_to"],
        opened_by=row["opened_by"],
        version=row["version"],
        handler_id=row["handler_id"],
    )


async def get_ticket(conn: Connection, region: int, ticket_id: UUID) -> Ticket | None:
    """A ticket by id, without a lock."""
    row = await fetch_one(StoredTicketRow, _q.ticket_by_id(conn, region_id=region, ticket_id=ticket_id))
    return ticket_of(row) if row else None


async def lock_ticket(conn: Connection, region: int, ticket_id: UUID) -> Ticket | None:
    """A ticket by id, locked until the transaction ends."""
    row = await fetch_one(StoredTicketRow, _q.lock_ticket(conn, region_id=region, ticket_id=ticket_id))
    return ticket_of(row) if row else None


async def lock_ticket_skip(conn: Connection, region: int, ticket_id: UUID) -> Ticket | None:
    """A ticket by id, locked until the transaction ends; None when another transaction has locked it."""
    row = await fetch_one(StoredTicketRow, _q.lock_ticket_skip(conn, region_id=region, ticket_id=ticket_id))
    return ticket_of(row) if row else None


async def get_by_number(conn: Connection, region: int, number: str) -> Ticket | None:
    """A ticket by the number people read, such as 20261121-00042, however it was typed."""
    row = await fetch_one(StoredTicketRow, _q.ticket_by_number(conn, region_id=region, number=normalise_number(number)))
    return ticket_of(row) if row else None


async def get_by_client_key(conn: Connection, region: int, client_key: str) -> Ticket | None:
    """The ticket that an earlier delivery of the same filing opened."""
    row = await fetch_one(StoredTicketRow, _q.ticket_by_client_key(conn, region_id=region, client_key=client_key))
    return ticket_of(row) if row else None


async def get_code_hash(conn: Connection, region: int, ticket_id: UUID) -> bytes | None:
    """The keyed hash of the ticket's query code; None when there is no such ticket."""
    return await fetch_value(bytes, _q.query_code_hash(conn, region_id=region, ticket_id=ticket_id))


async def save_ticket(conn: Connection, region: int, ticket: Ticket) -> None:
    """Update the columns a verb may change; the caller has locked the ticket."""
    await _q.save_ticket(conn, region_id=region, **{name: getattr(ticket, name) for name in _SAVED})


async def save_lead(conn: Connection, region: int, ticket: Ticket, now: datetime) -> None:
    """Update the units of a ticket after a change of its lead: the lead before becomes a former unit."""
    await _q.leave_lead(conn, region_id=region, ticket_id=ticket.ticket_id, unit_id=ticket.lead_unit_id)
    if ticket.lead_unit_id is not None:
        await _q.join_unit(
            conn, region_id=region, ticket_id=ticket.ticket_id, unit_id=ticket.lead_unit_id, part="lead", joined_at=now
        )


async def list_units(conn: Connection, region: int, ticket_id: UUID) -> dict[UUID, str]:
    """Units with a part in the ticket: unit → lead, assisting or former."""
    parts = await fetch_all(PartRow, _q.units_of_ticket(conn, region_id=region, ticket_id=ticket_id))
    return {part["unit_id"]: part["part"] for part in parts}


async def claim_received(conn: Connection, region: int, until: datetime, batch: int) -> list[Ticket]:
    """Tickets received up to `until` that wait to be dispatched by the catalogue, oldest first.

    Those that an open alarm leaves to a dispatcher are not among them.
    They stay locked until the transaction ends; those locked by another transaction are skipped.
    """
    left = [kind.value for kind in UNIT_WANTED]
    rows = await fetch_all(
        StoredTicketRow, _q.received_tickets(conn, region_id=region, until=until, alarms=left, batch=batch)
    )
    return [ticket_of(row) for row in rows]


async def list_merged(conn: Connection, region: int, ticket_id: UUID) -> list[Ticket]:
    """Tickets merged into this one, oldest first."""
    rows = await fetch_all(StoredTicketRow, _q.merged_into(conn, region_id=region, ticket_id=ticket_id))
    return [ticket_of(row) for row in rows]


async def follow_merge(conn: Connection, region: int, ticket_id: UUID, target_id: UUID) -> None:
    """Point the tickets merged into `ticket_id` to `target_id`, as `ticket_id` is merged itself."""
    await _q.follow_merge(conn, region_id=region, ticket_id=ticket_id, target_id=target_id)
