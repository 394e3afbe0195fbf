"""The history of a ticket: one event for each verb that was carried out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.tickets.ticket import Event, Ticket
from hotline.store.ids import new_id
from hotline.store.queries import fetch_all, fetch_required, fetch_value, queries

_q = queries.tickets.history


class TicketEventRow(TypedDict):
    """An event with the names of the account and unit that acted, None for those without.

    `from_state` is None for the first event; `public_text` is what the complainant may read, None for nothing.
    """

    event_id: UUID
    at: datetime
    verb: str
    from_state: str | None
    to_state: str
    cycle: int
    role: str
    unit_id: UUID | None
    public_text: str | None
    details: Mapping[str, object]
    account_name: str | None
    unit_name: str | None


async def insert_event(conn: Connection, region: int, ticket_id: UUID, event: Event, client_key: str | None) -> UUID:
    """Add an event to the history and return its id. `client_key` is the key of the form it came by."""
    event_id = new_id()
    await _q.insert_event(
        conn,
        region_id=region,
        ticket_id=ticket_id,
        event_id=event_id,
        at=event.at,
        verb=event.verb.value,
        from_state=event.from_state,
        to_state=event.to_state.value,
        cycle=event.cycle,
        role=event.actor.role.value,
        account_id=event.actor.account_id,
        unit_id=event.actor.unit_id,
        public_text=event.public_text or None,
        details=dict(event.details),
        client_key=client_key,
    )
    return event_id


async def was_done(conn: Connection, region: int, ticket_id: UUID, client_key: str) -> bool:
    """Whether the form with this key was carried out on the ticket before."""
    event_id = await fetch_value(
        UUID, _q.event_by_client_key(conn, region_id=region, ticket_id=ticket_id, client_key=client_key)
    )
    return event_id is not None


async def list_events(conn: Connection, region: int, ticket_id: UUID) -> list[TicketEventRow]:
    """The whole history of a ticket, oldest first."""
    return await fetch_all(TicketEventRow, _q.events_of_ticket(conn, region_id=region, ticket_id=ticket_id))


async def is_contacted(conn: Connection, region: int, ticket: Ticket) -> bool:
    """Whether the person was contacted since the unit got the ticket or had to redo it."""
    return await fetch_required(
        bool, _q.contacted_since(conn, region_id=region, ticket_id=ticket.ticket_id, cycle=ticket.cycle)
    )


async def last_event_at(conn: Connection, region: int, ticket_id: UUID, *verbs: str) -> datetime | None:
    """When one of these verbs was last carried out; None for never."""
    return await fetch_value(datetime, _q.last_event_at(conn, region_id=region, ticket_id=ticket_id, verbs=list(verbs)))


async def last_verb(conn: Connection, region: int, ticket_id: UUID, *verbs: str) -> str | None:
    """Which of these verbs was carried out last; None when none was."""
    return await fetch_value(str, _q.last_verb(conn, region_id=region, ticket_id=ticket_id, verbs=list(verbs)))


async def last_done_by(conn: Connection, region: int, ticket_id: UUID, verb: str, role: str) -> datetime | None:
    """When a role last carried out this verb on the ticket; None for never."""
    return await fetch_value(
        datetime, _q.last_done_by(conn, region_id=region, ticket_id=ticket_id, verb=verb, role=role)
    )
