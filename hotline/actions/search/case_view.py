"""Reading for a person or a unit: inside their rows, masked, the look itself recorded (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.actions.dispatch.joint import arrows_for
from hotline.actions.intake.own_tickets import find_own
from hotline.actions.privacy.complainant import unsealed_person
from hotline.actions.privacy.redaction import veil_dossier
from hotline.actions.region.context import Office
from hotline.actions.region.row_scope import ALL, answers_of, of_number, of_ticket
from hotline.actions.tickets.case_file import Dossier, Person
from hotline.actions.tickets.execution import check_scope
from hotline.domain.accounts.permissions import Right, allow, may
from hotline.domain.accounts.substitution import OF_A_UNIT, Colleague
from hotline.domain.errors import Missing, NotAllowed, NotFound
from hotline.domain.privacy.personal_numbers import mask_text
from hotline.domain.privacy.visibility import masked_person, may_reveal, reads_words, shows_person
from hotline.domain.tickets.lifecycle import Verb
from hotline.domain.tickets.ticket import COMPLAINANT, Actor, Ticket
from hotline.store import callbacks
from hotline.store import interviews as interviews_
from hotline.store.accounts import leaves
from hotline.store.deadline import deadlines
from hotline.store.dispatch import joint
from hotline.store.messaging import reminders
from hotline.store.privacy import views
from hotline.store.region.row_scope import widen
from hotline.store.supervision import instructions, letters, tiers
from hotline.store.tickets import attachments, history, records

Row = Mapping[str, Any]


async def read_ticket(office: Office, ticket_id: UUID, actor: Actor, now: datetime, address: str = "") -> Dossier:
    """One ticket with everything about it. Raises NotAllowed, NotFound outside the actor's rows; the look is recorded."""
    allow(actor, Right.READ_TICKET)
    async with office.writing(actor) as conn:
        ticket = await _visible(office, conn, ticket_id, actor)
        await views.insert_view(conn, office.region, now, actor.account_id, ticket_id, "ticket", address=address)
        return await _gather(office, conn, ticket, actor)


async def _visible(office: Office, conn: Any, ticket_id: UUID, actor: Actor) -> Ticket:
    ticket = await records.get_ticket(conn, office.region, ticket_id)
    if ticket is None:
        raise NotFound
    await check_scope(office, conn, ticket, actor)
    return ticket


async def _gather(office: Office, conn: Any, ticket: Ticket, actor: Actor) -> Dossier:
    region, ticket_id = office.region, ticket.ticket_id
    interviews = await interviews_.list_interviews(conn, region, ticket_id)
    newest = interviews[-1]["interview_id"] if interviews else None
    parts = await joint.list_parts(conn, region, ticket_id)
    dossier = Dossier(
        ticket=ticket,
        body=ticket.body,
        person=Person(shown=False),
        arrows=arrows_for(office, ticket, parts, actor),
        parts=parts,
        events=await history.list_events(conn, region, ticket_id),
        clocks=await deadlines.list_deadlines(conn, region, ticket_id),
        callbacks=await callbacks.list_callbacks(conn, region, ticket_id),
        interviews=interviews,
        reviews=await interviews_.list_reviews(conn, region, newest) if newest else [],
        supervisions=await tiers.list_supervisions(conn, region, ticket_id),
        letters=await letters.list_letters(conn, region, ticket_id),
        instructions=await instructions.list_instructions(conn, region, ticket_id),
        reminders=await reminders.list_reminders(conn, region, ticket_id),
        files=await attachments.list_attachments(conn, region, ticket_id),
        views=await views.list_views(conn, region, ticket_id),
        units={part.unit_id: part.part for part in parts},
        in_charge=await leaves.get_colleague(conn, region, ticket.handler_id) if ticket.handler_id else None,
        staff=await _staff(office, conn, actor),
    )
    leads = office.county.leads(actor, ticket)
    if reads_words(actor, ticket, leads=leads):
        known = await unsealed_person(office, conn, ticket_id)
        return replace(dossier, person=_person(known, ticket, actor, leads))
    # What is to be veiled must be known here, though the reader's own rows do not hold it.
    await widen(conn, ALL)
    known = await unsealed_person(office, conn, ticket_id)
    return veil_dossier(replace(dossier, person=_person(known, ticket, actor, leads)), tuple(known.values()))


async def _staff(office: Office, conn: Any, actor: Actor) -> tuple[Colleague, ...]:
    """Whom a head may put in charge of a ticket."""
    if not may(actor.role, Verb.ASSIGN):
        return ()
    people = await leaves.list_people(conn, office.region, list(office.county.scope(actor)))
    return tuple(one for one in people if one.role in OF_A_UNIT)


def _person(known: Mapping[str, str], ticket: Ticket, actor: Actor, leads: bool) -> Person:
    if not shows_person(actor, ticket):
        return Person(shown=False)
    return Person(True, **masked_person(known), may_reveal=may_reveal(actor, ticket, leads=leads))


async def reveal_person(
    office: Office, ticket_id: UUID, actor: Actor, now: datetime, reason: str, address: str = ""
) -> Person:
    """Name and number in full, for a reason that is recorded. Raises Missing, NotAllowed, NotFound."""
    if not reason.strip():
        raise Missing(what="查看理由")
    async with office.writing(actor) as conn:
        ticket = await _visible(office, conn, ticket_id, actor)
        if not may_reveal(actor, ticket, leads=office.county.leads(actor, ticket)):
            raise NotAllowed
        await views.insert_view(
            conn, office.region, now, actor.account_id, ticket_id, "reveal", reason.strip()[:200], address
        )
        return Person(True, **await unsealed_person(office, conn, ticket_id), may_reveal=True)


async def read_progress(office: Office, number: str, code: str, now: datetime, address: str = "") -> Dossier:
    """The complainant's own view by number and query code. Raises NotFound for a wrong one, whichever is wrong.

    A ticket that was merged also shows the answers of the one that went on: everybody is owed them (并单).
    """
    async with office.writing(of_number(number)) as conn:
        ticket = await find_own(office, conn, number, code)
        await widen(conn, of_ticket(ticket.ticket_id))
        await views.insert_view(conn, office.region, now, None, ticket.ticket_id, "progress", address=address)
        dossier = await _gather(office, conn, ticket, COMPLAINANT)
        if ticket.merged_into is None:
            return dossier
        await widen(conn, answers_of(ticket.merged_into))
        followed = await history.list_events(conn, office.region, ticket.merged_into)
        # Another person's words may be told in that answer: long numbers stay with that person.
        answers = [dict(row) | {"public_text": mask_text(row["public_text"] or "")} for row in followed]
        return replace(dossier, events=dossier.events + [row for row in answers if row["verb"] == Verb.REPLY])
