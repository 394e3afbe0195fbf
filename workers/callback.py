"""Find the callbacks that are due, ask each person on the channel they came by."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.callback.verdicts import ask_due_callbacks
from hotline.actions.region.context import RegionContext


async def callback_due(context: RegionContext, now: datetime, batch: int) -> int:
    """Owed callbacks → invitations, or the list of calls to make; gives back how many were handled."""
    return await ask_due_callbacks(context, now, batch)
