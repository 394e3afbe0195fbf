"""Find every clock that is due, let it strike: remind, then hotline, discipline commission, leadership."""

from __future__ import annotations

from datetime import datetime

import structlog

from hotline.actions.region.context import Office
from hotline.actions.supervision.tiers import strike_due_clocks

_log = structlog.get_logger()


async def supervision_due(office: Office, now: datetime, batch: int) -> int:
    """Due clocks → reminders, letters, tiers, alarms; gives back how many tickets were handled."""
    handled, failed = await strike_due_clocks(office, now, batch)
    if failed:
        _log.error("clocks_failed", tickets=[str(ticket_id) for ticket_id in failed])
    return handled
