"""Merged tickets (并单): find the target, and name it in refusals (PROCEDURE §2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.enums import Role
from hotline.domain.errors import MergedElsewhere, WrongState
from hotline.domain.tickets.ticket import Actor, Ticket
from hotline.store.tickets import records

# A complainant or their agent must not learn the number of another person's ticket.
_NOT_TOLD = frozenset({Role.COMPLAINANT, Role.AGENT})


async def target_of(context: RegionContext, conn: Connection, ticket: Ticket) -> Ticket | None:
    """Return the ticket this one was merged into; None when it was not merged."""
    if ticket.merged_into is None:
        return None
    return await records.get_ticket(conn, context.region, ticket.merged_into)


@contextmanager
def pointing_to(target: Ticket | None, actor: Actor) -> Iterator[None]:
    """Turn a WrongState of a merged ticket into MergedElsewhere with the target's number, for staff only."""
    try:
        yield
    except WrongState as refusal:
        if target is None or actor.role in _NOT_TOLD:
            raise
        raise MergedElsewhere(**{**refusal.facts, "target": target.number}) from refusal
