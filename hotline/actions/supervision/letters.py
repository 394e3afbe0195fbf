"""Read issued documents: any letter for staff, the written reply for the complainant (PROCEDURE §6, §7)."""

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
"""Documents addressed to the complainant."""
# Facts that hold free text.
_FREE: tuple[Literal["reply", "cause", "solution", "rules", "official", "minutes"], ...] = (
    "reply", "cause", "solution", "rules", "official", "minutes",
)  # fmt: skip


async def read_letter(context: RegionContext, letter_id: UUID, actor: Actor) -> tuple[Document, LetterFacts]:
    """Return a letter as its kind and its facts.

    On a confidential ticket free text is redacted and the matter's name replaces the title. Raises NotFound outside the
    actor's row scope.
    """
    async with context.writing(actor) as conn:
        row = await letters.get_letter(conn, context.region, letter_id)
        if row is None or row["ticket_id"] is None:
            raise NotFound
        ticket = await records.get_ticket(conn, context.region, row["ticket_id"])
        if ticket is None:
            raise NotFound
        await check_scope(context, conn, ticket, actor)
        # Redaction needs the complainant's data, which the reader's row scope may not include.
        await widen_scope(conn, ALL)
        words = (await read_complainant(context, conn, ticket.ticket_id)).words if ticket.confidential else ()
    # The unit that has the ticket now must not read letters to a former unit.
    if not sees_all(actor.role) and row["unit_id"] not in context.county.scope(actor):
        raise NotFound
    return Document(row["kind"]), _facts(context, row, ticket, words)


async def read_own_letter(
    context: RegionContext, ticket_id: UUID, letter_id: UUID, now: datetime, address: str = ""
) -> tuple[Document, LetterFacts]:
    """Return the complainant's written reply (答复意见书) of a ticket proven by number and query code.

    The reading is recorded in the access log. Raises NotFound for any other document of the ticket too: letters to units
    and the record of an interview, with the unit's own findings, are for staff only.
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
    context: RegionContext, row: LetterWithFactsRow, ticket: Ticket, personal: Collection[str] | None
) -> LetterFacts:
    """Redact the `personal` words of a confidential ticket's complainant; None for a letter to the complainant."""
    zone, stored = context.rules.calendar.zone, row["facts"]
    promised_on = stored.get("promised_on")
    words: LetterWords = stored
    if ticket.confidential and personal is not None:
        words = _redacted(stored, personal)
    return {
        **words,
        "due_at": _local(stored.get("due_at"), zone), "held_at": _local(stored.get("held_at"), zone),
        "promised_on": date.fromisoformat(promised_on) if promised_on else None, "county": context.county.name,
        "year": row["year"], "number": row["number"], "tier": row["tier"], "unit": row["unit_name"] or "",
        "copy_to": row["copy_to"] or "", "issued_at": row["issued_at"].astimezone(zone),
        "ticket_id": ticket.ticket_id, "ticket_number": ticket.number,
        "title": context.county.matter_name(ticket.matter_id) if ticket.confidential else mask_text(ticket.title),
    }  # fmt: skip


def _redacted(stored: StoredLetterFacts, personal: Collection[str]) -> LetterWords:
    words: LetterWords = stored.copy()
    for name in _FREE:
        if words.get(name):
            words[name] = redact(words[name], personal)
    return words


def _local(stored: str | None, zone: tzinfo) -> datetime | None:
    return datetime.fromisoformat(stored).astimezone(zone) if stored else None
