"""Find limits a new calendar moves though they began without it, reckon them again."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.deadline.calendar import reckon_due
from hotline.actions.region.context import Office


async def calendar_due(office: Office, now: datetime, batch: int) -> int:
    """Running limits reckoned with an older calendar → the present one; gives back how many moved."""
    return await reckon_due(office, now, batch)
