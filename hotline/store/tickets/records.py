"""Tickets, their history, units and files: rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.enums import Channel, CloseReason, HandlingClass, Kind, Pace
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import Ticket
from hotline.store.queries import queries

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


def ticket_of(row: Mapping[str, Any]) -> Ticket:
    """A row of `ticket` as the domain knows it."""
    values = {name: row[name] for name in Ticket.__slots__}
    values |= {
        "channel": Channel(row["channel"]),
        "kind": Kind(row["kind"]),
        "handling_class": HandlingClass(row["handling_class"]),
        "pace": Pace(row["pace"]),
        "state": State(row["state"]),
        "parked_from": State(row["parked_from"]) if row["parked_from"] else None,
        "close_reason": CloseReason(row["close_reason"]) if row["close_reason"] else None,
    }
    return Ticket(**values)


async def get_ticket(conn: Any, region: int, ticket_id: UUID) -> Ticket | None:
    """One ticket, not held."""
    row = await _q.ticket_by_id(conn, region_id=region, ticket_id=ticket_id)
    return ticket_of(row) if row else None


async def lock_ticket(conn: Any, region: int, ticket_id: UUID) -> Ticket | None:
    """One ticket, held until the transaction ends."""
    row = await _q.lock_ticket(conn, region_id=region, ticket_id=ticket_id)
    return ticket_of(row) if row else None


async def lock_ticket_skip(conn: Any, region: int, ticket_id: UUID) -> Ticket | None:
    """One ticket for a sweep; None when somebody else holds it."""
    row = await _q.lock_ticket_skip(conn, region_id=region, ticket_id=ticket_id)
    return ticket_of(row) if row else None


async def get_by_number(conn: Any, region: int, number: str) -> Ticket | None:
    """One ticket by its readable number."""
    row = await _q.ticket_by_number(conn, region_id=region, number=number)
    return ticket_of(row) if row else None


async def get_by_client_key(conn: Any, region: int, client_key: str) -> Ticket | None:
    """The ticket an earlier delivery of the same filing opened."""
    row = await _q.ticket_by_client_key(conn, region_id=region, client_key=client_key)
    return ticket_of(row) if row else None


async def get_code_hash(conn: Any, region: int, ticket_id: UUID) -> bytes | None:
    """The keyed hash of the ticket's query code."""
    value: bytes | None = await _q.query_code_hash(conn, region_id=region, ticket_id=ticket_id)
    return value


async def save_ticket(conn: Any, region: int, ticket: Ticket) -> None:
    """Keep what a verb changed; the caller holds the row."""
    await _q.save_ticket(conn, region_id=region, **{name: getattr(ticket, name) for name in _SAVED})


async def save_lead(conn: Any, region: int, ticket: Ticket, now: datetime) -> None:
    """Keep the list of units in step with the lead; a lead that was becomes a former one."""
    await _q.leave_lead(conn, region_id=region, ticket_id=ticket.ticket_id, unit_id=ticket.lead_unit_id)
    if ticket.lead_unit_id is not None:
        await _q.join_unit(
            conn, region_id=region, ticket_id=ticket.ticket_id, unit_id=ticket.lead_unit_id, part="lead", joined_at=now
        )


async def list_units(conn: Any, region: int, ticket_id: UUID) -> dict[UUID, str]:
    """Units with a part in the ticket: unit → lead, assisting or former."""
    rows = _q.units_of_ticket(conn, region_id=region, ticket_id=ticket_id)
    return {row["unit_id"]: row["part"] async for row in rows}


async def claim_received(conn: Any, region: int, until: datetime, batch: int) -> list[Ticket]:
    """Tickets that wait to be dispatched, oldest first, held for this worker."""
    rows = _q.received_tickets(conn, region_id=region, until=until, batch=batch)
    return [ticket_of(row) async for row in rows]


async def list_merged(conn: Any, region: int, ticket_id: UUID) -> list[Ticket]:
    """Tickets merged into this one, oldest first."""
    return [ticket_of(row) async for row in _q.merged_into(conn, region_id=region, ticket_id=ticket_id)]


async def follow_merge(conn: Any, region: int, ticket_id: UUID, target_id: UUID) -> None:
    """What was merged into a ticket goes with it into the target."""
    await _q.follow_merge(conn, region_id=region, ticket_id=ticket_id, target_id=target_id)
