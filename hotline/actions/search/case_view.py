"""Read a case file: within the reader's row scope, masked, and recorded in the access log (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from hotline.actions.intake.own_tickets import find_own
from hotline.actions.privacy.complainant import read_complainant
from hotline.actions.privacy.redaction import redact_case
from hotline.actions.region.context import RegionContext
from hotline.actions.region.row_scope import ALL, scope_of_answers, scope_of_number, scope_of_ticket
from hotline.actions.tickets.case_file import CaseFile, Person, TicketEventRow
from hotline.actions.tickets.execution import check_scope
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow, may
from hotline.domain.accounts.substitution import OF_A_UNIT, Colleague
from hotline.domain.available import (
    CaseFacts,
    Line,
    available,
    handed_at,
    is_contacted,
    is_extension_asked,
    reminded_at,
)
from hotline.domain.enums import Role, Rule
from hotline.domain.errors import Missing, NotAllowed, NotFound
from hotline.domain.privacy.complainant import Complainant
from hotline.domain.privacy.personal_numbers import mask_text
from hotline.domain.privacy.visibility import masked_person, may_reveal, reads_words, shows_person
from hotline.domain.text import clean
from hotline.domain.tickets.lifecycle import Verb
from hotline.domain.tickets.ticket import COMPLAINANT, Actor, Ticket
from hotline.store import callbacks
from hotline.store import interviews as interviews_
from hotline.store.accounts import leaves
from hotline.store.deadline import deadlines
from hotline.store.dispatch import joint
from hotline.store.messaging import reminders
from hotline.store.privacy import access_log
from hotline.store.region.row_scope import widen_scope
from hotline.store.supervision import instructions, letters, tiers
from hotline.store.tickets import attachments, history, records


async def read_ticket(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, address: str = ""
) -> CaseFile:
    """Return the case file of a ticket and record the access.

    Raises NotAllowed, NotFound outside the actor's row scope.
    """
    allow(actor, Right.READ_TICKET)
    async with context.writing(actor) as conn:
        ticket = await _visible(context, conn, ticket_id, actor)
        await access_log.insert_entry(conn, context.region, now, actor.account_id, ticket_id, "ticket", address=address)
        return await _gather(context, conn, ticket, actor, now)


async def _visible(context: RegionContext, conn: Connection, ticket_id: UUID, actor: Actor) -> Ticket:
    ticket = await records.get_ticket(conn, context.region, ticket_id)
    if ticket is None:
        raise NotFound
    await check_scope(context, conn, ticket, actor)
    return ticket


async def _gather(context: RegionContext, conn: Connection, ticket: Ticket, actor: Actor, now: datetime) -> CaseFile:
    region, ticket_id = context.region, ticket.ticket_id
    interviews = await interviews_.list_interviews(conn, region, ticket_id)
    newest = interviews[-1]["interview_id"] if interviews else None
    parts = await joint.list_parts(conn, region, ticket_id)
    case_file = CaseFile(
        ticket=ticket,
        body=ticket.body,
        person=Person(shown=False),
        may=frozenset(),
        facts=CaseFacts(),
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
        views=await access_log.list_entries_of_ticket(conn, region, ticket_id),
        units={part.unit_id: part.part for part in parts},
        in_charge=await leaves.get_colleague(conn, region, ticket.handler_id) if ticket.handler_id else None,
        staff=await _staff(context, conn, actor),
    )
    facts = facts_of(case_file, context.county.scope(actor), now)
    may_do = available(ticket, facts, actor, context.rules, now)
    case_file = replace(case_file, facts=facts, may=may_do)
    leads = context.county.leads(actor, ticket)
    if reads_words(actor, ticket, leads=leads):
        complainant = await read_complainant(context, conn, ticket_id)
        return replace(case_file, person=_person(complainant, ticket, actor, leads))
    # Redaction needs the complainant's data, which the reader's row scope may not include.
    await widen_scope(conn, ALL)
    complainant = await read_complainant(context, conn, ticket_id)
    return redact_case(replace(case_file, person=_person(complainant, ticket, actor, leads)), complainant.words)


def facts_of(case_file: CaseFile, scope: Collection[UUID], now: datetime) -> CaseFacts:
    """What the rules ask of a ticket, read from its case file; `scope` are the reader's units."""
    history = [Line(Verb(row["verb"]), Role(row["role"]), row["at"]) for row in case_file.events]
    replies = [row["due_at"] for row in case_file.clocks if row["rule"] == Rule.REPLY and row["state"] == "running"]
    return CaseFacts(
        scope=scope,
        parts=case_file.parts,
        handed_at=handed_at(history),
        contacted=is_contacted(history),
        # A clock that has run out strikes before anything else is done.
        reply_due=next((due_at for due_at in replies if due_at > now), None),
        extension_asked=is_extension_asked(history),
        calling=any(row["done_at"] is None for row in case_file.callbacks),
        planned=bool(case_file.interviews and case_file.interviews[-1]["cause"]),
        reviewers=frozenset(row["account_id"] for row in case_file.reviews),
        instructed=any(row["fulfilled_at"] is None for row in case_file.instructions),
        reminded_at=reminded_at(history),
    )


async def _staff(context: RegionContext, conn: Connection, actor: Actor) -> tuple[Colleague, ...]:
    """Return members of the actor's units who may be put in charge of a ticket; none if the actor may not assign."""
    if not may(actor.role, Verb.ASSIGN):
        return ()
    people = await leaves.list_people(conn, context.region, list(context.county.scope(actor)))
    return tuple(person for person in people if person.role in OF_A_UNIT)


def _person(complainant: Complainant, ticket: Ticket, actor: Actor, leads: bool) -> Person:
    if not shows_person(actor, ticket):
        return Person(shown=False)
    return Person(True, **masked_person(complainant), may_reveal=may_reveal(actor, ticket, leads=leads))


async def reveal_person(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, reason: str, address: str = ""
) -> Person:
    """Return the complainant unmasked; the reason goes into the access log. Raises Missing, NotAllowed, NotFound."""
    reason = clean(reason)
    if not reason:
        raise Missing(what="查看理由")
    async with context.writing(actor) as conn:
        ticket = await _visible(context, conn, ticket_id, actor)
        if not may_reveal(actor, ticket, leads=context.county.leads(actor, ticket)):
            raise NotAllowed
        await access_log.insert_entry(
            conn, context.region, now, actor.account_id, ticket_id, "reveal", reason[:200], address
        )
        complainant = await read_complainant(context, conn, ticket_id)
    return Person(True, complainant.name, complainant.phone, complainant.address, complainant.identity, may_reveal=True)


async def read_progress(context: RegionContext, number: str, code: str, now: datetime, address: str = "") -> CaseFile:
    """Return the complainant's own case file by ticket number and query code. Raises NotFound when either is wrong.

    A merged ticket also shows the replies of its target, since every complainant is owed an answer (并单).
    """
    async with context.writing(scope_of_number(number)) as conn:
        ticket = await find_own(context, conn, number, code)
        await widen_scope(conn, scope_of_ticket(ticket.ticket_id))
        await access_log.insert_entry(conn, context.region, now, None, ticket.ticket_id, "progress", address=address)
        case_file = await _gather(context, conn, ticket, COMPLAINANT, now)
        if ticket.merged_into is None:
            return case_file
        await widen_scope(conn, scope_of_answers(ticket.merged_into))
        followed = await history.list_events(conn, context.region, ticket.merged_into)
        # The target's reply may quote its own complainant: long numbers are masked.
        answers: list[TicketEventRow] = [
            {**event, "public_text": mask_text(event["public_text"] or "")}
            for event in followed
            if event["verb"] == Verb.REPLY
        ]
        return replace(case_file, events=case_file.events + answers)
