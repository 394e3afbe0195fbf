"""Recompute running deadlines that were computed with an older calendar."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.deadline.calendar import recompute_due_limits
from hotline.actions.region.context import RegionContext


async def calendar_due(context: RegionContext, now: datetime, batch: int) -> int:
    """Recompute running deadlines with the present calendar; return how many moved."""
    return await recompute_due_limits(context, now, batch)
