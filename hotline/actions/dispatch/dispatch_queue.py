"""The dispatcher's queues: tickets without a unit, returns to rule on, further extensions, and the count of calls
(PROCEDURE §2, §3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.available import Act, CaseFacts, available
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

QueuedRow = TypeVar("QueuedRow", bound=QueuedTicketRow)

BEYOND_THE_FIRST = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """A received ticket without a unit: its row, text as shown to the actor, and the unit the catalogue suggests."""

    row: InboxTicketRow
    body: str
    suggested: UUID | None


@dataclass(frozen=True, slots=True)
class Question(Generic[QueuedRow]):
    """A ticket on which something is to be decided: its row, and what the reader may do with it now."""

    row: QueuedRow
    may: frozenset[Act]


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


async def list_rulings(
    context: RegionContext, actor: Actor, now: datetime, batch: int = 50
) -> list[Question[ReturnedTicketRow]]:
    """Returned tickets to rule on, the ruling that is due first on top (PROCEDURE §3). Raises NotAllowed for other roles."""
    allow(actor, Right.LIST_UNDISPATCHED)
    async with context.reading(actor) as conn:
        rows = await dispatch_queue.list_returns(conn, context.region, batch)
    return [Question(row, _may(context, row, CaseFacts(), actor, now)) for row in rows]


async def list_extensions(
    context: RegionContext, actor: Actor, now: datetime, batch: int = 50
) -> list[Question[ExtensionRequestRow]]:
    """List requests for a second or later extension, which only a dispatcher may grant (PROCEDURE §3).

    Raises NotAllowed.
    """
    allow(actor, Right.LIST_UNDISPATCHED)
    async with context.reading(actor) as conn:
        rows = await dispatch_queue.list_extensions(conn, context.region, BEYOND_THE_FIRST, batch)
    return [Question(row, _may(context, row, _asked(row["reply_due_at"], now), actor, now)) for row in rows]


def _asked(reply_due: datetime | None, now: datetime) -> CaseFacts:
    running = reply_due is not None and reply_due > now
    return CaseFacts(extension_asked=True, reply_due=reply_due if running else None)


def _may(context: RegionContext, row: QueuedTicketRow, facts: CaseFacts, actor: Actor, now: datetime) -> frozenset[Act]:
    return available(records.ticket_of(row), facts, actor, context.rules, now)


async def count_calls(context: RegionContext, now: datetime) -> int:
    """Count the callbacks after a reply that wait for a telephone call now."""
    async with context.reading(SYSTEM) as conn:
        return await dispatch_queue.count_calls(conn, context.region, "reply", now)
