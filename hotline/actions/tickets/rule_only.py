"""A verb whose rule needs the ticket alone and asks nothing of the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.actions.region.context import Office
from hotline.actions.tickets.execution import perform
from hotline.domain.tickets.ticket import Actor, Decision, Ticket


async def perform_rule(
    office: Office, ticket_id: UUID, actor: Actor, now: datetime, rule: Callable[[Ticket], Decision],
    client_key: str | None,
) -> Ticket:  # fmt: skip
    """`perform` with what the rule says of the held ticket; raises what it refuses, NotFound outside the rows."""

    async def decide(_conn: Any, ticket: Ticket) -> Decision:
        return rule(ticket)

    return await perform(office, ticket_id, actor, now, decide, client_key=client_key)
