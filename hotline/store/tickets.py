"""Tickets, their history, units and files: rows in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from hotline.domain.deadline import Start
from hotline.domain.kinds import Channel, CloseReason, HandlingClass, Kind, Pace, Step
from hotline.domain.lifecycle import State
from hotline.domain.ticket import Event, Ticket
from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.ticket
_SAVED = [
    "ticket_id",
    "kind",
    "handling_class",
    "pace",
    "confidential",
    "title",
    "body",
    "matter_id",
    "state",
    "changed_at",
    "lead_unit_id",
    "accused_unit_id",
    "cycle",
    "tier",
    "redo_count",
    "return_count",
    "extension_count",
    "return_ruled",
    "parked_from",
    "parked_until",
    "close_reason",
    "closed_at",
    "merged_into",
    "version",
    "handler_id",
]
# Where the statement's plural is not the column with an s.
_PLURALS = {
    "query_code_hash": "query_code_hashes",
    "handling_class": "handling_classes",
    "body": "bodies",
    "contact_hash": "contact_hashes",
    "details": "details",
    "name_sealed": "names_sealed",
    "phone_sealed": "phones_sealed",
    "identity_sealed": "identities_sealed",
    "address_sealed": "addresses_sealed",
    "wechat_sealed": "wechats_sealed",
}
_OF_TICKET = (
    "ticket_id", "number", "channel", "kind", "handling_class", "pace", "confidential", "title", "body", "place",
    "matter_id", "received_at", "accused_unit_id", "linked_to", "opened_by",
)  # fmt: skip


class AlreadyOpened(Exception):
    """The filing with this client_key was taken in before."""


@dataclass(frozen=True, slots=True)
class SealedPerson:
    """The person behind a ticket as it is stored: sealed, with a hash to find earlier tickets by."""

    contact_hash: bytes
    name_sealed: bytes | None
    phone_sealed: bytes | None
    identity_sealed: bytes | None
    address_sealed: bytes | None
    wechat_sealed: bytes | None


def ticket_of(row: Mapping[str, Any]) -> Ticket:
    """A row of `ticket` as the domain knows it."""
    values = {name: row[name] for name in Ticket.__slots__}
    values |= {
        "channel": Channel(row["channel"]),
        "kind": Kind(row["kind"]),
        "handling_class": HandlingClass(row["handling_class"]),
        "pace": Pace(row["pace"]),
        "state": State(row["state"]),
        "parked_from": State(row["parked_from"]) if row["parked_from"] else None,
        "close_reason": CloseReason(row["close_reason"]) if row["close_reason"] else None,
    }
    return Ticket(**values)


@dataclass(frozen=True, slots=True)
class Filed:
    """A new ticket with all that is written with it: its person, first event, dispatch clock and that clock's timer."""

    ticket: Ticket
    person: SealedPerson
    code_hash: bytes
    client_key: str
    event: Event
    clock: Start
    first_step: tuple[Step, datetime]

    def row(self) -> dict[str, Any]:
        """The values by column."""
        step, at = self.first_step
        return {name: getattr(self.ticket, name) for name in _OF_TICKET} | {
            "query_code_hash": self.code_hash,
            "client_key": self.client_key,
            "contact_hash": self.person.contact_hash,
            "name_sealed": self.person.name_sealed,
            "phone_sealed": self.person.phone_sealed,
            "identity_sealed": self.person.identity_sealed,
            "address_sealed": self.person.address_sealed,
            "wechat_sealed": self.person.wechat_sealed,
            "event_id": new_id(),
            "role": self.event.actor.role,
            "public_text": self.event.public_text,
            "details": self.event.details,
            "deadline_id": new_id(),
            "due_at": self.clock.due.at,
            "provisional": self.clock.due.provisional,
            "limit_text": self.clock.limit_text,
            "next_step": step,
            "next_at": at,
        }


async def insert_tickets(conn: Any, region: int, filed: Sequence[Filed]) -> None:
    """Write new tickets, all or none. Raises AlreadyOpened when one of them is a repeat."""
    rows = [one.row() for one in filed]
    columns = {_PLURALS.get(name, f"{name}s"): [row[name] for row in rows] for name in rows[0]}
    try:
        await _q.open_tickets(conn, region_id=region, **columns)
    except asyncpg.UniqueViolationError as fault:
        raise AlreadyOpened from fault


async def get_ticket(conn: Any, region: int, ticket_id: UUID) -> Ticket | None:
    """One ticket, not held."""
    row = await _q.ticket_by_id(conn, region_id=region, ticket_id=ticket_id)
    return ticket_of(row) if row else None


async def lock_ticket(conn: Any, region: int, ticket_id: UUID) -> Ticket | None:
    """One ticket, held until the transaction ends."""
    row = await _q.lock_ticket(conn, region_id=region, ticket_id=ticket_id)
    return ticket_of(row) if row else None


async def lock_ticket_skip(conn: Any, region: int, ticket_id: UUID) -> Ticket | None:
    """One ticket for a sweep; None when somebody else holds it."""
    row = await queries.clock.lock_ticket_skip(conn, region_id=region, ticket_id=ticket_id)
    return ticket_of(row) if row else None


async def get_by_number(conn: Any, region: int, number: str) -> Ticket | None:
    """One ticket by its readable number."""
    row = await _q.ticket_by_number(conn, region_id=region, number=number)
    return ticket_of(row) if row else None


async def get_by_client_key(conn: Any, region: int, client_key: str) -> Ticket | None:
    """The ticket an earlier delivery of the same filing opened."""
    row = await _q.ticket_by_client_key(conn, region_id=region, client_key=client_key)
    return ticket_of(row) if row else None


async def get_code_hash(conn: Any, region: int, ticket_id: UUID) -> bytes | None:
    """The keyed hash of the ticket's query code."""
    value: bytes | None = await _q.query_code_hash(conn, region_id=region, ticket_id=ticket_id)
    return value


async def save_ticket(conn: Any, region: int, ticket: Ticket) -> None:
    """Keep what a verb changed; the caller holds the row."""
    await _q.save_ticket(conn, region_id=region, **{name: getattr(ticket, name) for name in _SAVED})


async def insert_event(conn: Any, region: int, ticket_id: UUID, event: Event, client_key: str | None) -> UUID:
    """Write one line of history; gives back its id."""
    event_id = new_id()
    await _q.insert_event(
        conn,
        region_id=region,
        ticket_id=ticket_id,
        event_id=event_id,
        at=event.at,
        verb=event.verb.value,
        from_state=event.from_state,
        to_state=event.to_state.value,
        cycle=event.cycle,
        role=event.actor.role.value,
        account_id=event.actor.account_id,
        unit_id=event.actor.unit_id,
        public_text=event.public_text or None,
        details=dict(event.details),
        client_key=client_key,
    )
    return event_id


async def was_done(conn: Any, region: int, ticket_id: UUID, client_key: str) -> bool:
    """Whether a form with this key was already carried out."""
    found = await _q.event_by_client_key(conn, region_id=region, ticket_id=ticket_id, client_key=client_key)
    return found is not None


async def list_events(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """The whole history, oldest first, with `account_name` and `unit_name`."""
    return [row async for row in _q.events_of_ticket(conn, region_id=region, ticket_id=ticket_id)]


async def is_contacted(conn: Any, region: int, ticket: Ticket) -> bool:
    """Whether the person was contacted since the unit got the ticket or had to redo it."""
    value: bool = await _q.contacted_since(conn, region_id=region, ticket_id=ticket.ticket_id, cycle=ticket.cycle)
    return value


async def last_event_at(conn: Any, region: int, ticket_id: UUID, *verbs: str) -> datetime | None:
    """When one of these verbs last happened."""
    value: datetime | None = await _q.last_event_at(conn, region_id=region, ticket_id=ticket_id, verbs=list(verbs))
    return value


async def last_verb(conn: Any, region: int, ticket_id: UUID, *verbs: str) -> str | None:
    """Which of these verbs happened last."""
    value: str | None = await _q.last_verb(conn, region_id=region, ticket_id=ticket_id, verbs=list(verbs))
    return value


async def last_done_by(conn: Any, region: int, ticket_id: UUID, verb: str, role: str) -> datetime | None:
    """When a role last did this to a ticket."""
    at: datetime | None = await _q.last_done_by(conn, region_id=region, ticket_id=ticket_id, verb=verb, role=role)
    return at


async def save_lead(conn: Any, region: int, ticket: Ticket, now: datetime) -> None:
    """Keep the list of units in step with the lead; a lead that was becomes a former one."""
    await _q.leave_lead(conn, region_id=region, ticket_id=ticket.ticket_id, unit_id=ticket.lead_unit_id)
    if ticket.lead_unit_id is not None:
        await _q.join_unit(
            conn, region_id=region, ticket_id=ticket.ticket_id, unit_id=ticket.lead_unit_id, part="lead", joined_at=now
        )


async def list_units(conn: Any, region: int, ticket_id: UUID) -> dict[UUID, str]:
    """Units with a part in the ticket: unit → lead, assisting or former."""
    rows = _q.units_of_ticket(conn, region_id=region, ticket_id=ticket_id)
    return {row["unit_id"]: row["part"] async for row in rows}


async def take_numbers(conn: Any, region: int, series: str, period: str, amount: int = 1) -> int:
    """Take the next `amount` numbers of a series; gives back the last of them."""
    value: int = await _q.take_numbers(conn, region_id=region, series=series, period=period, amount=amount)
    return value


async def claim_received(conn: Any, region: int, until: datetime, batch: int) -> list[Ticket]:
    """Tickets that wait to be dispatched, oldest first, held for this worker."""
    rows = _q.received_tickets(conn, region_id=region, until=until, batch=batch)
    return [ticket_of(row) async for row in rows]


async def insert_attachment(conn: Any, region: int, ticket_id: UUID, file: Mapping[str, Any]) -> None:
    """A file of a ticket: keys attachment_id, file_name, media_type, size_bytes, sha256, label, added_at, account_id."""
    await _q.insert_attachment(conn, region_id=region, ticket_id=ticket_id, **file)


async def list_attachments(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Files of a ticket, oldest first."""
    return [row async for row in _q.attachments_of_ticket(conn, region_id=region, ticket_id=ticket_id)]


async def get_attachment(conn: Any, region: int, ticket_id: UUID, attachment_id: UUID) -> Mapping[str, Any] | None:
    """One file of a ticket."""
    row: Mapping[str, Any] | None = await _q.attachment_by_id(
        conn, region_id=region, ticket_id=ticket_id, attachment_id=attachment_id
    )
    return row


async def list_merged(conn: Any, region: int, ticket_id: UUID) -> list[Ticket]:
    """Tickets merged into this one, oldest first."""
    return [ticket_of(row) async for row in _q.merged_into(conn, region_id=region, ticket_id=ticket_id)]


async def follow_merge(conn: Any, region: int, ticket_id: UUID, target_id: UUID) -> None:
    """What was merged into a ticket goes with it into the target."""
    await _q.follow_merge(conn, region_id=region, ticket_id=ticket_id, target_id=target_id)
