"""Reading an issued document for a person of the office (PROCEDURE §6, §7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hotline.actions.privacy.complainant import read_complainant
from hotline.actions.region.context import RegionContext
from hotline.actions.region.row_scope import ALL, scope_of_ticket
from hotline.actions.tickets.execution import check_scope
from hotline.domain.enums import Document
from hotline.domain.errors import NotFound
from hotline.domain.privacy.access_patterns import What
from hotline.domain.privacy.personal_numbers import mask_text, redact
from hotline.domain.privacy.visibility import sees_all
from hotline.domain.tickets.ticket import Actor, Ticket
from hotline.store.privacy import access_log
from hotline.store.region.row_scope import widen_scope
from hotline.store.supervision import letters
from hotline.store.tickets import records

Facts = Mapping[str, Any]
OWN_LETTERS = frozenset({Document.WRITTEN_REPLY})
"""Documents that are addressed to the person."""
# What people wrote themselves.
_FREE = ("reply", "cause", "solution", "rules", "official", "minutes")


async def read_letter(context: RegionContext, letter_id: UUID, actor: Actor) -> tuple[Document, Facts]:
    """A document as its kind and plain facts.

    Each has county, year, number, unit, copy_to, tier, issued_at, ticket_id, ticket_number and title; beside them a 督办函 reason,
    due_at and perhaps passed_on; a 催办通知书 role, rule and due_at (both perhaps None); a 约谈记录 the interview's columns; a 答复意见书
    reply. Moments are local. Of a confidential ticket what people wrote is veiled, and the title is its matter.
    Raises NotFound outside the actor's rows.
    """
    async with context.writing(actor) as conn:
        row = await letters.get_letter(conn, context.region, letter_id)
        if row is None or row["ticket_id"] is None:
            raise NotFound
        ticket = await records.get_ticket(conn, context.region, row["ticket_id"])
        if ticket is None:
            raise NotFound
        await check_scope(context, conn, ticket, actor)
        # What is to be veiled must be known here, though the reader's own rows do not hold it.
        await widen_scope(conn, ALL)
        known = (await read_complainant(context, conn, ticket.ticket_id)).words if ticket.confidential else ()
    # A letter to a former unit is not for the one that has the ticket now.
    if not sees_all(actor.role) and row["unit_id"] not in context.county.scope(actor):
        raise NotFound
    return Document(row["kind"]), _facts(context, row, ticket, known)


async def read_own_letter(
    context: RegionContext, ticket_id: UUID, letter_id: UUID, now: datetime, address: str = ""
) -> tuple[Document, Facts]:
    """The person's own 答复意见书, once number and query code proved whose ticket it is; the look is recorded.

    Raises NotFound for any other document, also of this ticket: letters to units and the record of an interview, which
    holds the unit's own findings, are read inside the office.
    """
    async with context.writing(scope_of_ticket(ticket_id)) as conn:
        row = await letters.get_letter(conn, context.region, letter_id)
        ticket = await records.get_ticket(conn, context.region, ticket_id)
        if row is None or ticket is None or row["ticket_id"] != ticket_id or row["kind"] not in OWN_LETTERS:
            raise NotFound
        await access_log.insert_entry(
            conn, context.region, now, None, ticket_id, What.LETTER, row["kind"], address=address
        )
    return Document(row["kind"]), {**_facts(context, row, ticket, None), "title": ticket.title}


def _facts(context: RegionContext, row: Facts, ticket: Ticket, known: Collection[str] | None) -> Facts:
    """`known` of the person is veiled on a confidential ticket; None before the person, from whom nothing is."""
    zone = context.rules.calendar.zone
    words = dict(row["facts"])
    if ticket.confidential and known is not None:
        words |= {name: redact(words[name], known) for name in _FREE if words.get(name)}
    for name in ("due_at", "held_at"):
        told = row["facts"].get(name)
        words[name] = datetime.fromisoformat(told).astimezone(zone) if told else None
    promised = row["facts"].get("promised_on")
    return {
        **words, "promised_on": date.fromisoformat(promised) if promised else None, "county": context.county.name,
        "year": row["year"], "number": row["number"], "tier": row["tier"], "unit": row["unit_name"] or "",
        "copy_to": row["copy_to"] or "", "issued_at": row["issued_at"].astimezone(zone),
        "ticket_id": ticket.ticket_id, "ticket_number": row["ticket_number"],
        "title": context.county.matter_name(ticket.matter_id) if ticket.confidential else mask_text(row["title"]),
    }  # fmt: skip
