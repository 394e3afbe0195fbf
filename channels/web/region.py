"""The region of a request: the only way from a request to its data, rules and time zone."""

from __future__ import annotations

from aiohttp import web

from channels.web.app_keys import REGION_CONTEXT
from hotline.actions.region.context import RegionContext


def region_of(request: web.Request) -> RegionContext:
    """Return the context of the region this request belongs to."""
    return request.app[REGION_CONTEXT]
