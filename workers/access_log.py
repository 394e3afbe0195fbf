"""Chain the new entries of the access log, and report unusual ones."""

from __future__ import annotations

from datetime import datetime

import structlog

from hotline.actions.privacy.access_log import chain_entries, notify_unusual, read_head
from hotline.actions.region.context import RegionContext

_log = structlog.get_logger()


async def looks_due(context: RegionContext, now: datetime, batch: int) -> int:
    """Add new entries to the hash chain and raise an alarm for each unusual occasion; return how many were added."""
    linked = await chain_entries(context, now, batch)
    if linked:
        await notify_unusual(context, now)
        # The log is outside the database: a head of the chain logged earlier proves that nothing was cut off.
        _log.info("looks_linked", head=await read_head(context))
    return linked
