"""Composition root of the web process: settings, pool, middlewares, routes of every channel."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from channels.middleware import account_for
from channels.registry import CHANNELS
from channels.scheduler_watch import watch_timetable
from channels.ui import rendering
from channels.web import security_headers, timeouts
from channels.web.app_keys import CLOCK, RATE_LIMITER, REGION_CONTEXT, SETTINGS
from channels.web.multipart import TEXT_BYTES
from channels.web.region import region_of
from channels.web.routes import PUBLIC, check_routes, get
from channels.web.uploads import clear_drafts
from hotline.actions.region.context import open_region
from hotline.clock import Clock, RealClock
from hotline.config import Settings
from hotline.rate_limiter import RateLimiter

POOL_SIZE = 16


def build_app(settings: Settings, clock: Clock | None = None) -> web.Application:
    """Build the web application. Without `clock` it uses real time and refuses a rehearsal database.

    Raises Unguarded for a route without a right.
    """
    app = web.Application(middlewares=[account_for], client_max_size=TEXT_BYTES)
    app[SETTINGS] = settings
    app[CLOCK] = clock or RealClock()
    app.cleanup_ctx.append(_open_office)
    app.cleanup_ctx.append(_open_rate_limiter)
    app.cleanup_ctx.append(watch_timetable)
    rendering.set_up(app)
    security_headers.set_up(app)
    timeouts.set_up()
    app.router.add_routes([get("/healthz", _healthy, PUBLIC), get("/static/vendor/htmx.js", _htmx, PUBLIC)])
    app.router.add_static("/static/", rendering.HERE / "static")
    for channel in CHANNELS:
        if channel.installed(settings):
            app.router.add_routes(channel.routes)
    check_routes(app.router.routes())
    return app


async def _open_office(app: web.Application) -> AsyncIterator[None]:
    clock = app[CLOCK]
    real = isinstance(clock, RealClock)
    async with open_region(app[SETTINGS], clock.now(), real=real, pool_size=POOL_SIZE) as context:
        app[REGION_CONTEXT] = context
        await asyncio.to_thread(clear_drafts, app[SETTINGS].files_dir, clock.now())
        yield


async def _open_rate_limiter(app: web.Application) -> AsyncIterator[None]:
    app[RATE_LIMITER] = RateLimiter(app[SETTINGS].redis_url)
    yield
    await app[RATE_LIMITER].close()


async def _healthy(request: web.Request) -> web.Response:
    """Answer whether the database responds; for load balancers and `hotline check`."""
    await region_of(request).ping()
    return web.Response(text="ok")


async def _htmx(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(htmx_file(), headers={"Cache-Control": "public, max-age=86400"})


def htmx_file() -> Path:
    """Return the path of the htmx script inside the installed django-htmx package. Raises HTTPNotFound."""
    spec = importlib.util.find_spec("django_htmx")
    if spec is None or spec.origin is None:
        raise web.HTTPNotFound
    return Path(spec.origin).parent / "static" / "django_htmx" / "htmx-2.min.js"
