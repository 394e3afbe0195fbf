"""Issuing a numbered document, inside the transaction of the verb it belongs to (PROCEDURE §7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.tickets.ticket import Paper, Ticket
from hotline.store.supervision import letters
from hotline.store.tickets import filing


async def issue_document(
    context: RegionContext, conn: Connection, ticket: Ticket, paper: Paper, now: datetime, *, tier: int | None = None,
    copy_to: str | None = None,
) -> UUID:  # fmt: skip
    """The next number of its kind and local year, without gaps: undone with the verb, it is given again."""
    year = now.astimezone(context.rules.calendar.zone).year
    number = await filing.take_numbers(conn, context.region, paper.kind.value, str(year))
    return await letters.insert_letter(conn, context.region, {
        "kind": paper.kind.value, "year": year, "number": number, "ticket_id": ticket.ticket_id,
        "unit_id": ticket.lead_unit_id, "copy_to": copy_to, "tier": tier, "facts": dict(paper.facts), "issued_at": now,
    })  # fmt: skip
