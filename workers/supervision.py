"""Find every clock that is due, let it strike: remind, then hotline, discipline commission, leadership."""

from __future__ import annotations

from datetime import datetime

import structlog

from hotline.actions.region.context import RegionContext
from hotline.actions.supervision.tiers import fire_due_deadlines

_log = structlog.get_logger()


async def supervision_due(context: RegionContext, now: datetime, batch: int) -> int:
    """Due clocks → reminders, letters, tiers, alarms; gives back how many tickets were handled."""
    handled, failed = await fire_due_deadlines(context, now, batch)
    if failed:
        _log.error("clocks_failed", tickets=[str(ticket_id) for ticket_id in failed])
    return handled
