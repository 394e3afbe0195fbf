"""Visibility (PROCEDURE §6): rows by role and unit, the complainant's data by confidentiality, and masking."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from hotline.domain.accounts.permissions import ROWS, Right, Rows, is_of_unit, may_with
from hotline.domain.enums import Role
from hotline.domain.privacy.complainant import Complainant
from hotline.domain.privacy.personal_numbers import mask_text
from hotline.domain.tickets.ticket import Actor, Ticket


def sees_all(role: Role) -> bool:
    """Return whether the role sees the tickets of every unit."""
    return ROWS[role] is Rows.ALL


def may_see(actor: Actor, units_of_ticket: Collection[UUID], below: Collection[UUID]) -> bool:
    """Return whether the ticket is within the actor's row scope; `below` is the actor's unit with its sub-units."""
    if sees_all(actor.role):
        return True
    return is_of_unit(actor.role) and not set(units_of_ticket).isdisjoint(below)


def may_reveal(actor: Actor, ticket: Ticket, *, leads: bool) -> bool:
    """Return whether the actor may reveal name and number, with a reason.

    The hotline may always, the leading unit unless the ticket is confidential. `leads`: the actor's unit, or one below
    it, leads the ticket; assisting units contact nobody.
    """
    return may_with(actor.role, Right.REVEAL, leads=leads) and (not ticket.confidential or sees_all(actor.role))


def shows_person(actor: Actor, ticket: Ticket) -> bool:
    """Return whether the complainant is shown at all, masked; on confidential tickets not to units."""
    return not ticket.confidential or actor.role is Role.COMPLAINANT or may_reveal(actor, ticket, leads=True)


def reads_words(actor: Actor, ticket: Ticket, *, leads: bool) -> bool:
    """Return whether free text is shown unredacted; others see it without the complainant's name and long numbers."""
    return shows_person(actor, ticket) and (leads or not is_of_unit(actor.role))


def mask_name(name: str) -> str:
    """Mask a name to its first character: 王某某."""
    return f"{name[0]}{'某' * max(1, min(len(name) - 1, 2))}" if name else ""


def mask_number(number: str) -> str:
    """Mask a number: 138****5678; numbers shorter than 11 characters keep the last two."""
    if len(number) >= 11:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    return f"{'*' * max(0, len(number) - 2)}{number[-2:]}"


def masked_person(person: Complainant) -> dict[str, str]:
    """Return name, phone, identity and address masked; missing values are empty texts."""
    return {
        "name": mask_name(person.name),
        "phone": mask_number(person.phone),
        "identity": mask_number(person.identity),
        "address": "＊＊＊" if person.address else "",
    }


def body_for(actor: Actor, ticket: Ticket) -> str:
    """Return the ticket's text as this actor may read it."""
    return ticket.body if shows_person(actor, ticket) else mask_text(ticket.body)
