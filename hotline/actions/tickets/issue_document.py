"""Issue a numbered document in the transaction of its verb (PROCEDURE §7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.tickets.ticket import DocumentDraft, Ticket
from hotline.store.supervision import letters
from hotline.store.supervision.letters import NewLetter
from hotline.store.tickets import filing


async def issue_document(
    context: RegionContext, conn: Connection, ticket: Ticket, draft: DocumentDraft, now: datetime, *, tier: int | None = None,
    copy_to: str | None = None,
) -> UUID:  # fmt: skip
    """Issue a document under the next number of its kind and local year; returns the id of its letter.

    Numbers have no gaps: a number rolled back with its verb is used again.
    """
    year = now.astimezone(context.rules.calendar.zone).year
    number = await filing.take_numbers(conn, context.region, draft.kind.value, str(year))
    letter = NewLetter(
        draft.kind.value, year, number, ticket.ticket_id, ticket.lead_unit_id, copy_to, tier, draft.facts, now
    )
    return await letters.insert_letter(conn, context.region, letter)
