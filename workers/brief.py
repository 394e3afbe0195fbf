"""The weekly brief: every week that is over gets one, oldest first, however long nobody compiled any."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.brief.publication import compile_week, list_due_weeks
from hotline.actions.region.context import RegionContext


async def brief_due(context: RegionContext, now: datetime, batch: int) -> int:
    """Compile up to `batch` briefs that are due; gives back how many were."""
    weeks = (await list_due_weeks(context, now))[:batch]
    for week in weeks:
        await compile_week(context, week, now)
    return len(weeks)
