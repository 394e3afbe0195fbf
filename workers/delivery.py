"""Send the messages that wait in the outbox, each by its channel."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.messaging.delivery import Send, deliver_due, mark_stale_deliveries
from hotline.actions.region.context import RegionContext


async def delivery_due(context: RegionContext, send: Send, now: datetime, batch: int) -> int:
    """Send waiting messages: delivered, later, refused or unknown; return how many were settled."""
    lost = await mark_stale_deliveries(context, now)
    return lost + await deliver_due(context, send, now, batch)
