"""A complainant's own tickets: on channels that identify them, and by number and query code (PROCEDURE §2, §6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hotline.actions.privacy.fingerprints import code_hashes, code_of, person_hashes, query_code
from hotline.actions.region.context import RegionContext
from hotline.actions.region.row_scope import scope_of_key, scope_of_number
from hotline.actions.tickets.decision_writer import apply_decision
from hotline.actions.tickets.execution import lock_ticket
from hotline.db import Connection
from hotline.domain.errors import NotFound
from hotline.domain.intake import add_details
from hotline.domain.messaging.message import Incoming
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import COMPLAINANT, Ticket
from hotline.store.intake import own_tickets
from hotline.store.privacy import access_log
from hotline.store.tickets import records


@dataclass(frozen=True, slots=True)
class OwnTicket:
    """A ticket as shown to its complainant; `unit` is empty before dispatch."""

    number: str
    title: str
    state: State
    unit: str


@dataclass(frozen=True, slots=True)
class PendingCallback:
    """A reply the complainant may rate now; `asked_at` is when they were asked."""

    ticket_id: UUID
    number: str
    asked_at: datetime


async def list_own_in(
    context: RegionContext, conn: Connection, incoming: Incoming, now: datetime, batch: int
) -> tuple[list[OwnTicket], int]:
    """List at most `batch` tickets of the sender, newest first, with their total; each access is recorded."""
    rows = await own_tickets.list_own(conn, context.region, incoming.channel, person_hashes(context, incoming), batch)
    for row in rows:
        await access_log.insert_entry(conn, context.region, now, None, row["ticket_id"], "progress")
    shown = [OwnTicket(row["number"], row["title"], State(row["state"]), row["unit_name"] or "") for row in rows]
    return shown, rows[0]["total"] if rows else 0


async def find_asked_in(context: RegionContext, conn: Connection, incoming: Incoming) -> PendingCallback | None:
    """Return the reply the sender was last asked to rate and has not rated yet, or None."""
    row = await own_tickets.get_asked(conn, context.region, incoming.channel, person_hashes(context, incoming))
    return PendingCallback(row["ticket_id"], row["number"], row["asked_at"]) if row else None


async def find_wanting_in(context: RegionContext, conn: Connection, incoming: Incoming) -> tuple[UUID, str] | None:
    """Return id and number of the sender's newest ticket that waits for details, or None."""
    row = await own_tickets.get_wanting(conn, context.region, incoming.channel, person_hashes(context, incoming))
    return (row["ticket_id"], row["number"]) if row else None


async def add_own_details_in(
    context: RegionContext, conn: Connection, ticket_id: UUID, text: str, now: datetime
) -> Ticket:
    """Add the details the complainant supplied (PROCEDURE §2). The open transaction stays usable after a WrongState."""
    ticket = await lock_ticket(context, conn, ticket_id, COMPLAINANT, now)
    decision = add_details(ticket, COMPLAINANT, context.rules, now, {"text": text})
    await apply_decision(context, conn, ticket, decision, now)
    return decision.ticket


async def find_own(context: RegionContext, conn: Connection, number: str, code: str) -> Ticket:
    """Return the ticket with this number if the query code is correct. Raises NotFound otherwise."""
    ticket = await records.get_by_number(conn, context.region, number)
    if ticket is None:
        raise NotFound
    stored = await records.get_code_hash(conn, context.region, ticket.ticket_id)
    if stored not in code_hashes(context, ticket.number, code.strip()):
        raise NotFound
    return ticket


async def filed_code(context: RegionContext, number: str, client_key: str) -> str:
    """Return the query code given for the form with this key; with a number not its own, a code that fits no ticket."""
    async with context.reading(scope_of_key(client_key)) as conn:
        ticket = await records.get_by_client_key(conn, context.region, client_key)
        stored = await records.get_code_hash(conn, context.region, ticket.ticket_id) if ticket else None
    code = code_of(context, number, client_key, stored) if stored else None
    return code or query_code(context, client_key)


async def own_ticket(context: RegionContext, number: str, code: str) -> Ticket:
    """Return the complainant's own ticket by number and query code. Raises NotFound."""
    async with context.reading(scope_of_number(number)) as conn:
        return await find_own(context, conn, number, code)
