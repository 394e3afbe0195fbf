"""Reading an issued document for a person of the office (PROCEDURE §6, §7)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, tzinfo
from typing import Literal
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
from hotline.domain.tickets.letter_facts import LetterFacts, LetterWords, StoredLetterFacts
from hotline.domain.tickets.ticket import Actor, Ticket
from hotline.store.privacy import access_log
from hotline.store.region.row_scope import widen_scope
from hotline.store.supervision import letters
from hotline.store.supervision.letters import LetterWithFactsRow
from hotline.store.tickets import records

OWN_LETTERS = frozenset({Document.WRITTEN_REPLY})
"""Documents that are addressed to the person."""
# What people wrote themselves.
_FREE: tuple[Literal["reply", "cause", "solution", "rules", "official", "minutes"], ...] = (
    "reply", "cause", "solution", "rules", "official", "minutes",
)  # fmt: skip


async def read_letter(context: RegionContext, letter_id: UUID, actor: Actor) -> tuple[Document, LetterFacts]:
    """A letter as its kind and what it says.

    Of a confidential ticket, what people wrote is redacted, and the title is its matter. Raises NotFound outside the
    actor's rows.
    """
    async with context.writing(actor) as conn:
        row = await letters.get_letter(conn, context.region, letter_id)
        if row is None or row["ticket_id"] is None:
            raise NotFound
        ticket = await records.get_ticket(conn, context.region, row["ticket_id"])
        if ticket is None:
            raise NotFound
        await check_scope(context, conn, ticket, actor)
        # What is to be redacted must be known here, though the reader's own row scope does not hold it.
        await widen_scope(conn, ALL)
        known = (await read_complainant(context, conn, ticket.ticket_id)).words if ticket.confidential else ()
    # A letter to a former unit is not for the one that has the ticket now.
    if not sees_all(actor.role) and row["unit_id"] not in context.county.scope(actor):
        raise NotFound
    return Document(row["kind"]), _facts(context, row, ticket, known)


async def read_own_letter(
    context: RegionContext, ticket_id: UUID, letter_id: UUID, now: datetime, address: str = ""
) -> tuple[Document, LetterFacts]:
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


def _facts(
    context: RegionContext, row: LetterWithFactsRow, ticket: Ticket, known: Collection[str] | None
) -> LetterFacts:
    """`known` of the person is redacted on a confidential ticket; None for a letter to the person."""
    zone, stored = context.rules.calendar.zone, row["facts"]
    promised_on = stored.get("promised_on")
    words: LetterWords = stored
    if ticket.confidential and known is not None:
        words = _redacted(stored, known)
    return {
        **words,
        "due_at": _local(stored.get("due_at"), zone), "held_at": _local(stored.get("held_at"), zone),
        "promised_on": date.fromisoformat(promised_on) if promised_on else None, "county": context.county.name,
        "year": row["year"], "number": row["number"], "tier": row["tier"], "unit": row["unit_name"] or "",
        "copy_to": row["copy_to"] or "", "issued_at": row["issued_at"].astimezone(zone),
        "ticket_id": ticket.ticket_id, "ticket_number": ticket.number,
        "title": context.county.matter_name(ticket.matter_id) if ticket.confidential else mask_text(ticket.title),
    }  # fmt: skip


def _redacted(stored: StoredLetterFacts, known: Collection[str]) -> LetterWords:
    words: LetterWords = stored.copy()
    for name in _FREE:
        if words.get(name):
            words[name] = redact(words[name], known)
    return words


def _local(stored: str | None, zone: tzinfo) -> datetime | None:
    return datetime.fromisoformat(stored).astimezone(zone) if stored else None
