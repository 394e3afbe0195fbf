"""The dispatcher's queues: tickets without a unit, returns to rule on, further extensions, and the count of calls
(PROCEDURE §2, §3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.dispatch.catalogue import choose_unit
from hotline.domain.privacy.visibility import body_for
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import SYSTEM, Actor, Ticket
from hotline.store.dispatch import dispatch_queue
from hotline.store.dispatch.dispatch_queue import ExtensionRequestRow as ExtensionRequestRow
from hotline.store.dispatch.dispatch_queue import QueuedTicketRow as QueuedTicketRow
from hotline.store.dispatch.dispatch_queue import ReturnedTicketRow as ReturnedTicketRow
from hotline.store.tickets import lists, records
from hotline.store.tickets.lists import InboxTicketRow as InboxTicketRow

BEYOND_THE_FIRST = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """A received ticket without a unit: its row, text as shown to the actor, and the unit the catalogue suggests."""

    row: InboxTicketRow
    body: str
    suggested: UUID | None


async def list_undispatched(context: RegionContext, actor: Actor, batch: int = 50) -> list[Waiting]:
    """List received tickets, earliest deadline first, each with the unit the catalogue suggests. Raises NotAllowed."""
    allow(actor, Right.LIST_UNDISPATCHED)
    async with context.reading(actor) as conn:
        rows = await lists.list_inbox(conn, context.region, None, [State.RECEIVED.value], batch, 0)
        return [await _waiting(context, conn, row, actor) for row in rows]


async def _waiting(context: RegionContext, conn: Connection, row: InboxTicketRow, actor: Actor) -> Waiting:
    ticket = records.ticket_of(row)
    suggested = choose_unit(context.county.catalogue, ticket, await _excluded(context, conn, ticket))
    return Waiting(row, body_for(actor, ticket), suggested)


async def _excluded(context: RegionContext, conn: Connection, ticket: Ticket) -> set[UUID]:
    """Return the units barred from a ticket: the accused one with its sub-units, and those whose return was upheld."""
    barred = set(context.county.barred(ticket.accused_unit_id))
    if not ticket.return_count:
        return barred
    parts = await records.list_units(conn, context.region, ticket.ticket_id)
    return barred | {unit for unit, part in parts.items() if part == "former"}


async def list_rulings(context: RegionContext, actor: Actor, batch: int = 50) -> list[ReturnedTicketRow]:
    """List returned tickets, earliest ruling due first (PROCEDURE §3). Raises NotAllowed."""
    allow(actor, Right.LIST_UNDISPATCHED)
    async with context.reading(actor) as conn:
        return await dispatch_queue.list_returns(conn, context.region, batch)


async def list_extensions(context: RegionContext, actor: Actor, batch: int = 50) -> list[ExtensionRequestRow]:
    """List requests for a second or later extension, which only a dispatcher may grant (PROCEDURE §3).

    Raises NotAllowed.
    """
    allow(actor, Right.LIST_UNDISPATCHED)
    async with context.reading(actor) as conn:
        return await dispatch_queue.list_extensions(conn, context.region, BEYOND_THE_FIRST, batch)


async def count_calls(context: RegionContext, now: datetime) -> int:
    """Count the callbacks after a reply that wait for a telephone call now."""
    async with context.reading(SYSTEM) as conn:
        return await dispatch_queue.count_calls(conn, context.region, "reply", now)
