"""New tickets with everything written with them, and number series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from hotline.db import Connection
from hotline.domain.deadline.timers import Start
from hotline.domain.enums import Step
from hotline.domain.tickets.ticket import Event, Ticket
from hotline.store.ids import new_id
from hotline.store.queries import fetch_required, queries

_q = queries.tickets.filing


# Parameters of the statement whose name is not the column with an s.
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
    """A ticket with this client_key exists already."""


@dataclass(frozen=True, slots=True)
class SealedPerson:
    """The complainant as stored: sealed columns, and the hash by which earlier tickets are found."""

    contact_hash: bytes
    name_sealed: bytes | None
    phone_sealed: bytes | None
    identity_sealed: bytes | None
    address_sealed: bytes | None
    wechat_sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Filed:
    """A new ticket with what is written with it: complainant, first event, dispatch deadline and its timer."""

    ticket: Ticket
    person: SealedPerson
    code_hash: bytes
    client_key: str
    event: Event
    clock: Start
    first_step: tuple[Step, datetime]

    def row(self) -> dict[str, object]:
        """The values by column of the statement `open_tickets`."""
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


async def insert_tickets(conn: Connection, region: int, filed: Sequence[Filed]) -> None:
    """Insert new tickets, all or none. Raises AlreadyOpened when the client_key of one exists."""
    rows = [ticket.row() for ticket in filed]
    columns = {_PLURALS.get(name, f"{name}s"): [row[name] for row in rows] for name in rows[0]}
    try:
        await _q.open_tickets(conn, region_id=region, **columns)
    except asyncpg.UniqueViolationError as fault:
        raise AlreadyOpened from fault


async def take_numbers(conn: Connection, region: int, series: str, period: str, amount: int = 1) -> int:
    """Take the next `amount` numbers of a series and return the last of them."""
    return await fetch_required(
        int, _q.take_numbers(conn, region_id=region, series=series, period=period, amount=amount)
    )
