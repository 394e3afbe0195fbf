"""Link the looks of the last minute into their chain, and tell of what is unusual about them."""

from __future__ import annotations

from datetime import datetime

import structlog

from hotline.actions.privacy.access_log import link_looks, read_head, tell_unusual
from hotline.actions.region.context import Office

_log = structlog.get_logger()


async def looks_due(office: Office, now: datetime, batch: int) -> int:
    """New looks → links and, once for each occasion, alarms; gives back how many were linked."""
    linked = await link_looks(office, now, batch)
    if linked:
        await tell_unusual(office, now)
        # The log lies outside the database: an earlier end of the chain found there shows that nothing was cut off.
        _log.info("looks_linked", head=await read_head(office))
    return linked
