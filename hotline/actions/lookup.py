"""Reading for a person or a unit: inside their rows, masked, the look itself recorded (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hotline.actions.deed import check_scope
from hotline.actions.dossier import Dossier, Person
from hotline.actions.intake import contact_hashes
from hotline.actions.joint import arrows_for
from hotline.actions.lending import ALL, answers_of, of_number, of_ticket
from hotline.actions.office import Office
from hotline.actions.progress import find_own
from hotline.actions.veiling import veil_dossier
from hotline.domain.absence import OF_A_UNIT, Colleague
from hotline.domain.errors import Missing, NotAllowed, NotFound
from hotline.domain.lifecycle import State, Verb
from hotline.domain.personal import mask_text
from hotline.domain.privacy import masked_person, may_reveal, reads_words, sees_all, shows_person
from hotline.domain.rights import Right, allow, may
from hotline.domain.ticket import COMPLAINANT, Actor, Ticket
from hotline.phone import normalise
from hotline.store import accounts, clocks, joint, leaves, lists, mechanism, outbox, tickets
from hotline.store.rows import widen

Row = Mapping[str, Any]
NOTICES_KEPT = timedelta(days=14)


async def read_ticket(office: Office, ticket_id: UUID, actor: Actor, now: datetime, address: str = "") -> Dossier:
    """One ticket with everything about it. Raises NotAllowed, NotFound outside the actor's rows; the look is recorded."""
    allow(actor, Right.READ_TICKET)
    async with office.writing(actor) as conn:
        ticket = await _visible(office, conn, ticket_id, actor)
        await accounts.insert_view(conn, office.region, now, actor.account_id, ticket_id, "ticket", address=address)
        return await _gather(office, conn, ticket, actor)


async def _visible(office: Office, conn: Any, ticket_id: UUID, actor: Actor) -> Ticket:
    ticket = await tickets.get_ticket(conn, office.region, ticket_id)
    if ticket is None:
        raise NotFound
    await check_scope(office, conn, ticket, actor)
    return ticket


async def _gather(office: Office, conn: Any, ticket: Ticket, actor: Actor) -> Dossier:
    region, ticket_id = office.region, ticket.ticket_id
    interviews = await mechanism.list_interviews(conn, region, ticket_id)
    newest = interviews[-1]["interview_id"] if interviews else None
    parts = await joint.list_parts(conn, region, ticket_id)
    dossier = Dossier(
        ticket=ticket,
        body=ticket.body,
        person=Person(shown=False),
        arrows=arrows_for(office, ticket, parts, actor),
        parts=parts,
        events=await tickets.list_events(conn, region, ticket_id),
        clocks=await clocks.list_deadlines(conn, region, ticket_id),
        callbacks=await mechanism.list_callbacks(conn, region, ticket_id),
        interviews=interviews,
        reviews=await mechanism.list_reviews(conn, region, newest) if newest else [],
        supervisions=await mechanism.list_supervisions(conn, region, ticket_id),
        letters=await mechanism.list_letters(conn, region, ticket_id),
        instructions=await mechanism.list_instructions(conn, region, ticket_id),
        reminders=await clocks.list_reminders(conn, region, ticket_id),
        files=await tickets.list_attachments(conn, region, ticket_id),
        views=await accounts.list_views(conn, region, ticket_id),
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


async def unsealed_person(office: Office, conn: Any, ticket_id: UUID) -> dict[str, str]:
    """Name, phone, identity and address in full; an empty text for what was not told. Raises NotFound."""
    row = await accounts.get_complainant(conn, office.region, ticket_id)
    if row is None:
        raise NotFound
    return {
        what: office.vault.unseal(row[f"{what}_sealed"], f"complainant.{what}") if row[f"{what}_sealed"] else ""
        for what in ("name", "phone", "identity", "address")
    }


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
        await accounts.insert_view(
            conn, office.region, now, actor.account_id, ticket_id, "reveal", reason.strip()[:200], address
        )
        return Person(True, **await unsealed_person(office, conn, ticket_id), may_reveal=True)


async def list_inbox(
    office: Office, actor: Actor, states: list[State], batch: int = 50, skip: int = 0
) -> tuple[list[Row], dict[str, int]]:
    """The actor's open tickets in these states, what runs out first on top, and counts of all open ones by state."""
    allow(actor, Right.LIST_TICKETS)
    units = _units(office, actor)
    async with office.reading(actor) as conn:
        rows = await lists.list_inbox(conn, office.region, units, [state.value for state in states], batch, skip)
        return rows, await lists.count_by_state(conn, office.region, units)


async def list_closed(office: Office, actor: Actor, batch: int = 50, skip: int = 0) -> tuple[list[Row], dict[str, int]]:
    """The actor's closed tickets, newest first, and counts of the open ones by state; closed ones are never counted."""
    allow(actor, Right.LIST_TICKETS)
    units = _units(office, actor)
    async with office.reading(actor) as conn:
        rows = await lists.list_closed(conn, office.region, units, batch, skip)
        return rows, await lists.count_by_state(conn, office.region, units)


def _units(office: Office, actor: Actor) -> list[UUID] | None:
    return None if sees_all(actor.role) else list(office.county.scope(actor))


async def list_supervised(office: Office, actor: Actor, tiers: list[int], batch: int = 50, skip: int = 0) -> list[Row]:
    """Tickets under supervision. Raises NotAllowed for those whose work it is not."""
    allow(actor, Right.LIST_SUPERVISED)
    async with office.reading(actor) as conn:
        return await lists.list_supervised(conn, office.region, tiers, batch, skip)


async def list_calls(office: Office, actor: Actor, stage: str, now: datetime, batch: int = 50) -> list[Row]:
    """Callbacks to make by telephone now: stage 'reply' for operators, 'interview' for those who verify."""
    allow(actor, Right.LIST_CALLS if stage == "reply" else Right.LIST_VERIFICATIONS)
    async with office.reading(actor) as conn:
        return await mechanism.list_calls(conn, office.region, stage, now, batch)


async def list_caller(office: Office, phone: str, actor: Actor, now: datetime, address: str = "") -> list[Row]:
    """Earlier tickets from this very number, newest first; nothing for a number that only stands in a text."""
    allow(actor, Right.SEARCH_CALLER)
    number = normalise(phone, area_code=office.area_code)
    if number is None:
        return []
    async with office.writing(actor) as conn:
        await accounts.insert_view(conn, office.region, now, actor.account_id, None, "search", address=address)
        return await lists.list_of_person(conn, office.region, contact_hashes(office, number.text), 10)


async def list_latest(office: Office, actor: Actor, batch: int = 8) -> list[Row]:
    """What this operator took in lately."""
    async with office.reading(actor) as conn:
        return await lists.list_latest(conn, office.region, actor.account_id, batch)


async def list_alarms(office: Office, actor: Actor, batch: int = 100) -> list[Row]:
    """What waits for a dispatcher's eye, oldest first."""
    allow(actor, Right.READ_ALARMS)
    async with office.reading(actor) as conn:
        rows = await outbox.list_alarms(conn, office.region, batch)
    # An administrator keeps the house running; what a ticket says is not read by role (三员分立, PROCEDURE §1).
    return rows if may(actor.role, Right.READ_TICKET) else [dict(row) | {"title": None} for row in rows]


async def settle_alarm(office: Office, alarm_id: UUID, actor: Actor, now: datetime) -> None:
    """A dispatcher dealt with it."""
    allow(actor, Right.SETTLE_ALARM)
    async with office.writing(actor) as conn:
        await outbox.settle_alarm(conn, office.region, alarm_id, now, actor.account_id)


async def list_notices(office: Office, actor: Actor, now: datetime, batch: int = 50) -> list[Row]:
    """What was told in the last two weeks to the actor's desk, to the actor, and to those the actor stands in for now.

    Newest first; `stands_for` is the name of the person it was meant for, empty for what is the actor's own.
    """
    async with office.reading(actor) as conn:
        desks = await _desks(office, conn, actor, now)
        rows = await outbox.list_desk_notices(conn, office.region, list(desks), now - NOTICES_KEPT, batch)
    return [dict(row) | {"stands_for": desks[row["recipient"]] or row["instead_name"] or ""} for row in rows]


async def settle_notice(office: Office, outbox_id: UUID, actor: Actor, now: datetime) -> None:
    """The reader has dealt with a notice."""
    async with office.writing(actor) as conn:
        desks = await _desks(office, conn, actor, now)
        await outbox.settle_notice(conn, office.region, outbox_id, list(desks))


async def _desks(office: Office, conn: Any, actor: Actor, now: datetime) -> dict[str, str]:
    """Every desk the actor reads now, with the name of the person away whose it is; empty for the actor's own."""
    desks: dict[str, str] = {}
    if actor.account_id is not None:
        for person in await leaves.list_stood_in_for(conn, office.region, actor.account_id, now):
            # What a person reads is never more than they may see, whoever moved since the leave was entered.
            if person.unit_id in office.county.scope(actor):
                desks |= {f"unit:{person.unit_id}": person.name} if person.role in OF_A_UNIT else {}
                desks[f"account:{person.account_id}"] = person.name
        desks[f"account:{actor.account_id}"] = ""
    own = {f"unit:{actor.unit_id}": ""} if actor.role in OF_A_UNIT else {}
    return {**desks, **own, f"role:{actor.role}": ""}


async def read_progress(office: Office, number: str, code: str, now: datetime, address: str = "") -> Dossier:
    """The complainant's own view by number and query code. Raises NotFound for a wrong one, whichever is wrong.

    A ticket that was merged also shows the answers of the one that went on: everybody is owed them (并单).
    """
    async with office.writing(of_number(number)) as conn:
        ticket = await find_own(office, conn, number, code)
        await widen(conn, of_ticket(ticket.ticket_id))
        await accounts.insert_view(conn, office.region, now, None, ticket.ticket_id, "progress", address=address)
        dossier = await _gather(office, conn, ticket, COMPLAINANT)
        if ticket.merged_into is None:
            return dossier
        await widen(conn, answers_of(ticket.merged_into))
        followed = await tickets.list_events(conn, office.region, ticket.merged_into)
        # Another person's words may be told in that answer: long numbers stay with that person.
        answers = [dict(row) | {"public_text": mask_text(row["public_text"] or "")} for row in followed]
        return replace(dossier, events=dossier.events + [row for row in answers if row["verb"] == Verb.REPLY])


async def list_heartbeats(office: Office) -> list[Row]:
    """When each job of the timetable last ran."""
    async with office.reading() as conn:
        return await clocks.list_heartbeats(conn, office.region)


async def list_rooms(office: Office, actor: Actor) -> list[Row]:
    """Interview rooms, the unit's own first."""
    async with office.reading() as conn:
        return await mechanism.list_rooms(conn, office.region, actor.unit_id)
