"""Dispatch the tickets that wait for a unit."""

from __future__ import annotations

from datetime import datetime

from hotline.actions.dispatch.handover import dispatch_received
from hotline.actions.region.context import RegionContext


async def dispatch_due(context: RegionContext, now: datetime, batch: int) -> int:
    """Dispatch received tickets by the catalogue; return how many were looked at."""
    return await dispatch_received(context, now, batch)
