"""The history of a ticket: its events in, and questions about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.tickets.ticket import Event, Ticket
from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.tickets.history


async def insert_event(conn: Any, region: int, ticket_id: UUID, event: Event, client_key: str | None) -> UUID:
    """Write one line of history; gives back its id."""
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


async def was_done(conn: Any, region: int, ticket_id: UUID, client_key: str) -> bool:
    """Whether a form with this key was already carried out."""
    found = await _q.event_by_client_key(conn, region_id=region, ticket_id=ticket_id, client_key=client_key)
    return found is not None


async def list_events(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """The whole history, oldest first, with `account_name` and `unit_name`."""
    return [row async for row in _q.events_of_ticket(conn, region_id=region, ticket_id=ticket_id)]


async def is_contacted(conn: Any, region: int, ticket: Ticket) -> bool:
    """Whether the person was contacted since the unit got the ticket or had to redo it."""
    value: bool = await _q.contacted_since(conn, region_id=region, ticket_id=ticket.ticket_id, cycle=ticket.cycle)
    return value


async def last_event_at(conn: Any, region: int, ticket_id: UUID, *verbs: str) -> datetime | None:
    """When one of these verbs last happened."""
    value: datetime | None = await _q.last_event_at(conn, region_id=region, ticket_id=ticket_id, verbs=list(verbs))
    return value


async def last_verb(conn: Any, region: int, ticket_id: UUID, *verbs: str) -> str | None:
    """Which of these verbs happened last."""
    value: str | None = await _q.last_verb(conn, region_id=region, ticket_id=ticket_id, verbs=list(verbs))
    return value


async def last_done_by(conn: Any, region: int, ticket_id: UUID, verb: str, role: str) -> datetime | None:
    """When a role last did this to a ticket."""
    at: datetime | None = await _q.last_done_by(conn, region_id=region, ticket_id=ticket_id, verb=verb, role=role)
    return at
