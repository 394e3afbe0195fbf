"""Who may see what (PROCEDURE §6): rows by role and unit, the person by confidentiality, and how things are masked."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from hotline.domain.accounts.permissions import ROWS, Right, Rows, is_of_unit, may_with
from hotline.domain.enums import Role
from hotline.domain.privacy.complainant import Complainant
from hotline.domain.privacy.personal_numbers import mask_text
from hotline.domain.tickets.ticket import Actor, Ticket


def sees_all(role: Role) -> bool:
    """Roles whose work spans every unit."""
    return ROWS[role] is Rows.ALL


def may_see(actor: Actor, units_of_ticket: Collection[UUID], below: Collection[UUID]) -> bool:
    """Whether the ticket is in the actor's rows: `below` is the actor's unit with all its sub-units."""
    if sees_all(actor.role):
        return True
    return is_of_unit(actor.role) and not set(units_of_ticket).isdisjoint(below)


def may_reveal(actor: Actor, ticket: Ticket, *, leads: bool) -> bool:
    """Whether name and number may be revealed: the hotline always with a reason, the leading unit unless confidential.

    `leads`: the actor's unit, or one below it, leads the ticket; a unit that assists contacts nobody.
    """
    return may_with(actor.role, Right.REVEAL, leads=leads) and (not ticket.confidential or sees_all(actor.role))


def shows_person(actor: Actor, ticket: Ticket) -> bool:
    """Whether the person appears at all, masked; a unit sees a confidential matter without the person."""
    return not ticket.confidential or actor.role is Role.COMPLAINANT or may_reveal(actor, ticket, leads=True)


def reads_words(actor: Actor, ticket: Ticket, *, leads: bool) -> bool:
    """Whether what people wrote is shown as it is; to others without the person's name and without long numbers."""
    return shows_person(actor, ticket) and (leads or not is_of_unit(actor.role))


def mask_name(name: str) -> str:
    """王某某: the first sign of the family name only."""
    return f"{name[0]}{'某' * max(1, min(len(name) - 1, 2))}" if name else ""


def mask_number(number: str) -> str:
    """138****5678; short numbers lose all but the last two digits."""
    if len(number) >= 11:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    return f"{'*' * max(0, len(number) - 2)}{number[-2:]}"


def masked_person(person: Complainant) -> dict[str, str]:
    """Name, phone, identity and address as a page shows them: nothing of an address, an empty text for what lacks."""
    return {
        "name": mask_name(person.name),
        "phone": mask_number(person.phone),
        "identity": mask_number(person.identity),
        "address": "＊＊＊" if person.address else "",
    }


def body_for(actor: Actor, ticket: Ticket) -> str:
    """The person's words as this actor may read them."""
    return ticket.body if shows_person(actor, ticket) else mask_text(ticket.body)
