"""A ticket with everything a page about it shows; what stands in it is decided where it is gathered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hotline.domain.accounts.substitution import Colleague
from hotline.domain.available import Act, CaseFacts
from hotline.domain.dispatch.joint import Part
from hotline.domain.tickets.ticket import Ticket

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """The person behind a ticket as shown: masked, or revealed for a reason. `shown` is false on a unit's confidential ticket."""

    shown: bool
    name: str = ""
    phone: str = ""
    address: str = ""
    identity: str = ""
    may_reveal: bool = False


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything a page about one ticket shows; `may` is what the reader may do with it now, `facts` is what says so."""

    ticket: Ticket
    body: str
    person: Person
    may: frozenset[Act]
    facts: CaseFacts
    events: list[Row]
    clocks: list[Row]
    callbacks: list[Row]
    interviews: list[Row]
    reviews: list[Row]
    supervisions: list[Row]
    letters: list[Row]
    instructions: list[Row]
    reminders: list[Row]
    files: list[Row]
    views: list[Row]
    units: Mapping[UUID, str]
    parts: list[Part]
    in_charge: Colleague | None = None
    staff: tuple[Colleague, ...] = ()
