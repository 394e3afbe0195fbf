"""Row scopes: the rows a connection may see, enforced by row-level security whatever the query (PROCEDURE §6).

A scope is a text `<kind> <account> <what>`, as the policies in sql/schema.sql read it; `-` stands for none.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from hotline.db import NO_ROWS
from hotline.domain.accounts.permissions import ROWS, Right, Rows, may
from hotline.domain.enums import Role
from hotline.domain.tickets.number import normalise_number
from hotline.domain.tickets.ticket import Actor

ALL = "all - -"
FILING = "filing - -"


def scope_of(actor: Actor, scope: Collection[UUID]) -> str:
    """Return the row scope of an actor; `scope` is the actor's unit with all below it. A complainant may only file."""
    account = actor.account_id or "-"
    match ROWS[actor.role]:
        case Rows.ALL:
            named = actor.role is Role.SYSTEM or may(actor.role, Right.REVEAL)
            return f"{'all' if named else 'unnamed'} {account} -"
        case Rows.OWN_UNIT:
            return f"units {account} {_list(scope)}"
        case Rows.INVITED:
            return f"invited {account} -"
        case Rows.OWN:
            return FILING if actor.role is Role.COMPLAINANT else f"own {account} -"
        case Rows.NONE:
            return f"house {account} -" if actor.account_id else NO_ROWS


def scope_of_ticket(ticket_id: UUID) -> str:
    """Return the row scope of one ticket: the complainant's own, after the query code was verified."""
    return f"ticket - {_list([ticket_id])}"


def scope_of_number(number: str) -> str:
    """Return the row scope of the ticket with this number, to verify its query code."""
    return f"number - {normalise_number(number)}"


def scope_of_key(client_key: str) -> str:
    """Return the row scope of the ticket opened by an earlier request with this idempotency key."""
    return f"key - {client_key}"


def scope_of_person(hashes: Collection[bytes]) -> str:
    """Return the row scope of what a person filed on a channel; `hashes`: the person's fingerprints under all keys."""
    return f"person - {','.join(fingerprint.hex() for fingerprint in hashes)}"


def scope_of_answers(ticket_id: UUID) -> str:
    """Return the row scope of the replies to a ticket that the complainant's own was merged into, and nothing else."""
    return f"answers - {_list([ticket_id])}"


def _list(ids: Collection[UUID]) -> str:
    return f"{{{','.join(sorted(str(row_id) for row_id in ids))}}}"
