"""Which rows a connection is lent for: told to the database, whose policies hold whatever a query forgets (PROCEDURE §6).

The words are those of the policies in sql/schema.sql: `<kind> <account> <what>`.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from hotline.db import NO_ROWS
from hotline.domain.accounts.permissions import ROWS, Right, Rows, may
from hotline.domain.enums import Role
from hotline.domain.tickets.ticket import Actor

ALL = "all - -"
FILING = "filing - -"


def scope_of(actor: Actor, scope: Collection[UUID]) -> str:
    """The rows of a person of the office; `scope` is the actor's unit with all below it. The complainant may file."""
    who = actor.account_id or "-"
    match ROWS[actor.role]:
        case Rows.ALL:
            named = actor.role is Role.SYSTEM or may(actor.role, Right.REVEAL)
            return f"{'all' if named else 'unnamed'} {who} -"
        case Rows.OWN_UNIT:
            return f"units {who} {_list(scope)}"
        case Rows.INVITED:
            return f"invited {who} -"
        case Rows.OWN:
            return FILING if actor.role is Role.COMPLAINANT else f"own {who} -"
        case Rows.NONE:
            return f"house {who} -" if actor.account_id else NO_ROWS


def scope_of_ticket(ticket_id: UUID) -> str:
    """One ticket alone: the person's own, once the query code proved it."""
    return f"ticket - {_list([ticket_id])}"


def scope_of_number(number: str) -> str:
    """The ticket of a number, while its query code is compared."""
    return f"number - {number.strip()}"


def scope_of_key(client_key: str) -> str:
    """The ticket an earlier delivery of the same filing opened."""
    return f"key - {client_key}"


def scope_of_person(hashes: Collection[bytes]) -> str:
    """What a person of a channel filed there; `hashes` are those the person may be known by."""
    return f"person - {','.join(one.hex() for one in hashes)}"


def scope_of_answers(ticket_id: UUID) -> str:
    """The answers given to a ticket into which the person's own was merged, and nothing else of it."""
    return f"answers - {_list([ticket_id])}"


def _list(ids: Collection[UUID]) -> str:
    return f"{{{','.join(sorted(str(one) for one in ids))}}}"
