"""并单: where a ticket went that was merged into another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.enums import Role
from hotline.domain.errors import MergedElsewhere, WrongState
from hotline.domain.tickets.ticket import Actor, Ticket
from hotline.store.tickets import records

# Another person's number is not told to whoever filed.
_NOT_TOLD = frozenset({Role.COMPLAINANT, Role.AGENT})


async def target_of(context: RegionContext, conn: Connection, ticket: Ticket) -> Ticket | None:
    """The ticket that goes on instead of a merged one; None for any other."""
    if ticket.merged_into is None:
        return None
    return await records.get_ticket(conn, context.region, ticket.merged_into)


@contextmanager
def pointing_to(target: Ticket | None, actor: Actor) -> Iterator[None]:
    """A verb that a merged ticket refuses is refused with the number of its target, for people of the office."""
    try:
        yield
    except WrongState as refusal:
        if target is None or actor.role in _NOT_TOLD:
            raise
        raise MergedElsewhere(**{**refusal.facts, "target": target.number}) from refusal
