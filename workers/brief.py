"""The weekly brief: compile one for every past week without one, oldest first."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.brief.publication import compile_week, list_due_weeks
from hotline.actions.region.context import RegionContext


async def brief_due(context: RegionContext, now: datetime, batch: int) -> int:
    """Compile up to `batch` due briefs; return how many were compiled."""
    weeks = (await list_due_weeks(context, now))[:batch]
    for week in weeks:
        await compile_week(context, week, now)
    return len(weeks)
