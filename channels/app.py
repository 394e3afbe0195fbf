"""Composition root of the doors: settings, pool, middlewares, every channel's routes."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator
from pathlib import Path

import redis.asyncio as redis
from aiohttp import ClientSession, ClientTimeout, web

from channels import pages
from channels.forms import BODY_BYTES
from channels.keys import CACHE, CLOCK, HTTP, OFFICE, SETTINGS
from channels.middleware import account_for
from channels.registry import CHANNELS
from hotline.actions.office import Office
from hotline.clock import Clock, RealClock
from hotline.config import Settings
from hotline.db import open_pool
from hotline.domain.errors import RehearsalDatabase
from hotline.store.county import get_region
from hotline.vault import Vault

POOL_SIZE = 16


def build_app(settings: Settings, clock: Clock | None = None) -> web.Application:
    """The web application. Without a clock of its own it is real, and refuses a database of rehearsals."""
    app = web.Application(middlewares=[account_for], client_max_size=BODY_BYTES)
    app[SETTINGS] = settings
    app[CLOCK] = clock or RealClock()
    app.cleanup_ctx.extend([_open_office, _open_outside])
    pages.set_up(app)
    app.router.add_get("/healthz", _healthy)
    app.router.add_get("/static/vendor/htmx.js", _htmx)
    app.router.add_static("/static/", pages.HERE / "static")
    for channel in CHANNELS:
        if channel.installed(settings):
            app.router.add_routes(channel.routes)
    return app


async def _open_office(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    pool = await open_pool(settings.database_url, min_size=2, max_size=POOL_SIZE)
    office = Office(settings.region, pool, Vault(settings.key))
    app[OFFICE] = office
    now = app[CLOCK].now()
    await office.refresh(now)
    if isinstance(app[CLOCK], RealClock):
        await refuse_rehearsal(office)
    yield
    await pool.close()


async def refuse_rehearsal(office: Office) -> None:
    """A database in which the clock was moved is no place for real deadlines. Raises RehearsalDatabase."""
    async with office.pool.acquire() as conn:
        region = await get_region(conn, office.region)
    if region is not None and region["rehearsal_now"] is not None:
        raise RehearsalDatabase


async def _open_outside(app: web.Application) -> AsyncIterator[None]:
    cache = redis.Redis.from_url(app[SETTINGS].redis_url)
    app[CACHE] = cache
    async with ClientSession(timeout=ClientTimeout(total=10)) as http:
        app[HTTP] = http
        yield
    await cache.aclose()


async def _healthy(request: web.Request) -> web.Response:
    """Whether the database answers; for load balancers and `hotline check`."""
    async with request.app[OFFICE].pool.acquire(timeout=2) as conn:
        await get_region(conn, request.app[OFFICE].region)
    return web.Response(text="ok")


async def _htmx(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(htmx_file(), headers={"Cache-Control": "public, max-age=86400"})


def htmx_file() -> Path:
    """The htmx script where the set-up put it; it is installed, never committed. Raises HTTPNotFound."""
    spec = importlib.util.find_spec("django_htmx")
    if spec is None or spec.origin is None:
        raise web.HTTPNotFound
    return Path(spec.origin).parent / "static" / "django_htmx" / "htmx-2.min.js"
