"""Find what waits in the outbox, send each by its channel."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.messaging.delivery import Send, deliver_due, note_lost
from hotline.actions.region.context import Office


async def delivery_due(office: Office, send: Send, now: datetime, batch: int) -> int:
    """Waiting messages → delivered, later, refused or unknown; gives back how many were settled."""
    lost = await note_lost(office, now)
    return lost + await deliver_due(office, send, now, batch)
