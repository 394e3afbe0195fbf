"""What was promised to a leader: the date of an instruction, until it is struck off (PROCEDURE §4)."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.tickets.supervision import LEADERSHIP
from hotline.domain.tickets.ticket import Ticket
from hotline.store.supervision import instructions


async def promised_to_leader(context: RegionContext, conn: Connection, ticket: Ticket) -> datetime | None:
    """When a held ticket must be done by a leader's open instruction, perhaps in the past; None where there is none."""
    if ticket.tier < LEADERSHIP:
        return None
    return await instructions.leaders_date(conn, context.region, ticket.ticket_id)
