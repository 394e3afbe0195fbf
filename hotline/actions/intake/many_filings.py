"""Tell the hotline that a telephone number filed more than usual on the website (PROCEDURE §2.3)."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.region.context import RegionContext
from hotline.domain.messaging.alarms import AlarmKind
from hotline.domain.tickets.ticket import SYSTEM, Ticket
from hotline.store.messaging import alarms


async def notify_many_filings(context: RegionContext, ticket: Ticket, now: datetime) -> None:
    """Raise an alarm on the ticket that was one too many; the number itself is not stored with it."""
    async with context.writing(SYSTEM) as conn:
        details = {"number": ticket.number}
        await alarms.raise_alarm(
            conn, context.region, AlarmKind.MANY_FILINGS_OF_PHONE, "", ticket.ticket_id, details, now
        )
