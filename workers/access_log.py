"""Link the looks of the last minute into their chain, and tell of what is unusual about them."""

from __future__ import annotations

from datetime import datetime

import structlog

from hotline.actions.privacy.access_log import chain_entries, notify_unusual, read_head
from hotline.actions.region.context import RegionContext

_log = structlog.get_logger()


async def looks_due(context: RegionContext, now: datetime, batch: int) -> int:
    """New looks → links and, once for each occasion, alarms; gives back how many were linked."""
    linked = await chain_entries(context, now, batch)
    if linked:
        await notify_unusual(context, now)
        # The log lies outside the database: an earlier end of the chain found there shows that nothing was cut off.
        _log.info("looks_linked", head=await read_head(context))
    return linked
