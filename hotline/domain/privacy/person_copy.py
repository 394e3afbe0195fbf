"""A person's own copy of what is held of them, as plain data (个人信息保护法 §45). Moments are local, to the minute."""

from __future__ import annotations

from typing import TypedDict


class CopiedEvent(TypedDict):
    """A public event of a ticket's history."""

    at: str
    what: str
    text: str


class CopiedAccess(TypedDict):
    """Who of the staff has seen a ticket: the role, or `command line`, and the kind of access."""

    at: str
    role: str
    what: str


class TicketCopy(TypedDict):
    """A ticket of the person; `person` is name, phone, identity, address and wechat, empty where not told."""

    number: str
    kind: str
    state: str
    received_at: str
    title: str
    body: str
    place: str
    person: dict[str, str]
    events: list[CopiedEvent]
    files: list[str]
    looks: list[CopiedAccess]


class PersonCopy(TypedDict):
    """Everything held of a person, oldest ticket first."""

    county: str
    tickets: list[TicketCopy]
