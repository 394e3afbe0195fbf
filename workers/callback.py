"""Find due callbacks and ask each person on the channel they used."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.callback.verdicts import ask_due_callbacks
from hotline.actions.region.context import RegionContext


async def callback_due(context: RegionContext, now: datetime, batch: int) -> int:
    """Send invitations for due callbacks, or put them on the list of calls; return how many were handled."""
    return await ask_due_callbacks(context, now, batch)
