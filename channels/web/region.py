"""The region a request belongs to: the only way from a request to its data, rules and time zone."""

from __future__ import annotations

from aiohttp import web

from channels.web.app_keys import REGION_CONTEXT
from hotline.actions.region.context import RegionContext


def region_of(request: web.Request) -> RegionContext:
    """The context of the region that this request belongs to."""
    return request.app[REGION_CONTEXT]
