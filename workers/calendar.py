"""Find limits a new calendar moves though they began without it, reckon them again."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.deadline.calendar import recompute_due_limits
from hotline.actions.region.context import RegionContext


async def calendar_due(context: RegionContext, now: datetime, batch: int) -> int:
    """Running limits reckoned with an older calendar → the present one; gives back how many moved."""
    return await recompute_due_limits(context, now, batch)
