"""Typed keys of the objects the application and the request share with handlers."""

from __future__ import annotations

import asyncio
from uuid import UUID

from aiohttp import web

from hotline.actions.accounts.sessions import Viewer
from hotline.actions.region.context import RegionContext
from hotline.clock import Clock
from hotline.config import Settings
from hotline.rate_limiter import RateLimiter

SETTINGS = web.AppKey("settings", Settings)
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
REGION_CONTEXT = web.AppKey("region", RegionContext)
RATE_LIMITER = web.AppKey("rate_limiter", RateLimiter)

VIEWER: web.RequestKey[Viewer | None] = web.RequestKey("viewer")
TOKEN: web.RequestKey[str] = web.RequestKey("token")
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id")
TIMEOUT: web.RequestKey[asyncio.Timeout] = web.RequestKey("timeout")
SHOWN: web.RequestKey[int] = web.RequestKey("shown")
LOOKED_AT: web.RequestKey[UUID] = web.RequestKey("looked_at")
RETRY_AFTER: web.RequestKey[int] = web.RequestKey("retry_after")
