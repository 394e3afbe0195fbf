"""Fire the due steps of deadlines: reminders, then tiers 1 to 3."""

from __future__ import annotations

from datetime import datetime

import structlog

from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.due_steps import fire_due_deadlines

_log = structlog.get_logger()


async def supervision_due(context: RegionContext, now: datetime, batch: int) -> int:
    """Fire due steps: reminders, letters, tiers, alarms; return how many tickets were handled."""
    handled, failed = await fire_due_deadlines(context, now, batch)
    if failed:
        _log.error("clocks_failed", tickets=[str(ticket_id) for ticket_id in failed])
    return handled
