"""New tickets with everything written with them, and the numbers they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from hotline.domain.deadline.timers import Start
from hotline.domain.enums import Step
from hotline.domain.tickets.ticket import Event, Ticket
from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.tickets.filing


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


async def take_numbers(conn: Any, region: int, series: str, period: str, amount: int = 1) -> int:
    """Take the next `amount` numbers of a series; gives back the last of them."""
    value: int = await _q.take_numbers(conn, region_id=region, series=series, period=period, amount=amount)
    return value
