"""The test environment in one process: servers, seeded county, web application, sweeps and a movable clock."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from channels.app import build_app
from channels.channel import Send
from channels.registry import open_send
from channels.web.app_keys import REGION_CONTEXT
from hotline.actions.region.context import RegionContext
from hotline.actions.region.health import bring_up_to_date
from hotline.clock import MovedClock
from hotline.config import Settings
from hotline.db import open_pool, transaction
from hotline.domain.tickets.ticket import SYSTEM
from hotline.local import LocalServers, local_servers, local_valkey
from rehearsal.clients import Clients
from rehearsal.county import PASSWORD, seed_county
from rehearsal.store import clock as clock_store
from rehearsal.store import tally
from rehearsal.wechat_server import WechatServer
from workers.timetable import Sweep, sweeps

COUNTY = "青禾县"
REGION = 1
BATCH = 200
NAP = timedelta(minutes=20)

Told = Callable[[str], None]


class NotForRehearsal(Exception):
    """The database cannot be used for a rehearsal; the text is a sentence for the user."""


@dataclass(slots=True)
class Environment:
    """A running hotline with its clients, on a moved clock."""

    settings: Settings
    clock: MovedClock
    context: RegionContext
    clients: Clients
    wechat: WechatServer
    send: Send
    sweeps: Mapping[str, Sweep]
    unshifted: timedelta = timedelta(0)
    sweep_override: Callable[[Environment], Awaitable[int]] | None = None

    @property
    def base(self) -> str:
        """The base URL of the web application."""
        return self.clients.base

    async def sweep(self) -> int:
        """One tick of the timetable, or of `sweep_override`; returns the number of things done."""
        if self.sweep_override is not None:
            return await self.sweep_override(self)
        return await self.sweep_until_quiet(self.context, self.sweeps, self.clock.now())

    async def sweep_until_quiet(
        self, context: RegionContext, jobs: Mapping[str, Sweep], now: datetime, batch: int = BATCH
    ) -> int:
        """Run these jobs in turn until none finds anything to do; returns the number of things done."""
        total = 0
        for _ in range(50):
            done = 0
            await context.refresh(now)
            for sweep in jobs.values():
                while swept := await sweep(context, now, batch):
                    done += swept
                    if swept < batch:
                        break
            if not done:
                break
            total += done
        return total

    async def move_to(self, moment: datetime, awake: timedelta) -> None:
        """Move the clock forward; sessions are moved along and do not expire, unless the jump is longer than `awake`."""
        before = self.clock.now()
        if moment <= before:
            return
        self.clock.move_to(moment)
        # Short steps are accumulated, so that sessions are updated a few times an hour and not at every step.
        self.unshifted += moment - before
        if moment - before > awake:
            self.unshifted = timedelta(0)
        elif self.unshifted >= NAP:
            async with self.context.writing(SYSTEM) as conn:
                idle = self.context.rules.policy.accounts.idle
                await clock_store.shift_sessions(conn, REGION, self.unshifted, before - idle)
            self.unshifted = timedelta(0)

    async def has_tickets(self) -> bool:
        """Whether the region holds any ticket."""
        async with self.context.reading(SYSTEM) as conn:
            return bool(await tally.list_numbers(conn, REGION))

    async def store_clock(self) -> None:
        """Store the clock's moment; marks the database as one of rehearsals."""
        async with self.context.writing(SYSTEM) as conn:
            await clock_store.set_rehearsal(conn, REGION, self.clock.now())


@contextlib.asynccontextmanager
async def rehearsal_servers(home: Path, *, durable: bool) -> AsyncIterator[LocalServers]:
    """The embedded servers with their data below `home`, or those of HOTLINE_DATABASE_URL and HOTLINE_REDIS_URL."""
    database_url, redis_url = os.environ.get("HOTLINE_DATABASE_URL"), os.environ.get("HOTLINE_REDIS_URL")
    if not database_url:
        async with local_servers(home, durable=durable) as servers:
            yield servers
    elif redis_url:
        yield LocalServers(database_url, redis_url)
    else:
        async with local_valkey(home) as url:
            yield LocalServers(database_url, url)


async def prepare(database_url: str, start: datetime, told: Told = lambda _: None) -> datetime:
    """Migrate and seed the database; returns the moment the clock starts at. Raises NotForRehearsal, UpkeepFault."""
    told("数据库结构")
    await bring_up_to_date(database_url)
    pool = await open_pool(database_url, min_size=1, max_size=2)
    try:
        async with pool.acquire() as conn:
            known, stopped_at = await clock_store.get_clock(conn, REGION)
        if known and stopped_at is None:
            raise NotForRehearsal("HOTLINE_DATABASE_URL 指向的是正式数据库，演练会拨动时间，请换一个空的数据库。")
        await seed_county(pool, REGION, COUNTY, told)
        moment = max(start, stopped_at) if stopped_at else start
        async with transaction(pool) as conn:
            await clock_store.set_rehearsal(conn, REGION, moment)
        return moment
    finally:
        await pool.close()


@contextlib.asynccontextmanager
async def open_environment(
    home: Path, servers: LocalServers, clock: MovedClock, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Environment]:
    """Start the web application on a loopback port with a stand-in for WeChat. `home` holds the master key and files."""
    async with contextlib.AsyncExitStack() as stack:
        wechat = await stack.enter_async_context(WechatServer(clock.now))
        settings = _settings(home, servers, wechat, host, port or free_port())
        app = build_app(settings, clock)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, settings.host, settings.port).start()
        clients = Clients(f"http://{settings.host}:{settings.port}", clock, PASSWORD)
        stack.push_async_callback(clients.close)
        send = await stack.enter_async_context(open_send(settings))
        yield Environment(settings, clock, app[REGION_CONTEXT], clients, wechat, send, sweeps(send))


def _settings(home: Path, servers: LocalServers, wechat: WechatServer, host: str, port: int) -> Settings:
    known = wechat.credentials
    return Settings.load({
        "HOTLINE_DATABASE_URL": servers.database_url,
        "HOTLINE_REDIS_URL": servers.redis_url,
        "HOTLINE_KEY": rehearsal_key(home),
        "HOTLINE_FILES_DIR": str(home / "files"),
        "HOTLINE_REGION": str(REGION),
        "HOTLINE_COUNTY": COUNTY,
        "HOTLINE_HOST": host,
        "HOTLINE_PORT": str(port),
        "HOTLINE_WECHAT_APP_ID": known.app_id,
        "HOTLINE_WECHAT_TOKEN": known.token,
        "HOTLINE_WECHAT_AES_KEY": known.aes_key,
        "HOTLINE_WECHAT_APP_SECRET": known.secret,
        "HOTLINE_WECHAT_API_BASE": wechat.base,
        "HOTLINE_WECHAT_TEMPLATE_ID": "rehearsal",
    })  # fmt: skip


def rehearsal_key(home: Path) -> str:
    """The base64 master key of this home, created once: data sealed with it must stay readable in the next run."""
    file = home / "key"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(b64encode(secrets.token_bytes(32)).decode() + "\n")
    return file.read_text().strip()


def free_port() -> int:
    """A free TCP port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
