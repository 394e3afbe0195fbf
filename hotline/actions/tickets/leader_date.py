"""The date a leader set in an instruction, until the instruction is fulfilled (PROCEDURE §4)."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.tickets.supervision import LEADERSHIP
from hotline.domain.tickets.ticket import Ticket
from hotline.store.supervision import instructions


async def promised_to_leader(context: RegionContext, conn: Connection, ticket: Ticket) -> datetime | None:
    """Return when a locked ticket is due by a leader's open instruction, possibly in the past; None without one."""
    if ticket.tier < LEADERSHIP:
        return None
    return await instructions.leaders_date(conn, context.region, ticket.ticket_id)
