"""Upkeep of an installation: migrate the schema, and check its health item by item."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis.asyncio as redis

from hotline.actions.region.row_scope import ALL
from hotline.config import Settings
from hotline.db import Connection
from hotline.store.migrate import MigrationError, guard_of_rows, migrate, pending
from hotline.store.privacy import access_log
from hotline.store.region import heartbeats, regions
from hotline.store.region.row_scope import open_scoped_pool

FRESH = timedelta(minutes=5)
UNLINKED_AFTER = timedelta(minutes=10)


class UpkeepFault(Exception):
    """A fault the operator of the server must repair; the text is a sentence in Chinese."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check, as one line in Chinese."""

    good: bool
    text: str


async def bring_up_to_date(database_url: str) -> list[str]:
    """Apply missing migrations and return their names. Raises UpkeepFault, OSError."""
    try:
        return await migrate(database_url)
    except MigrationError as fault:
        raise UpkeepFault(str(fault)) from None


async def inspect(settings: Settings, now: datetime) -> list[Finding]:
    """Check files folder, cache, database, schema, row-level security, region, jobs and access log, in this order.

    Faults are findings, never raised; without a database the checks end there.
    """
    found = [_look_at_files(settings), await _look_at_cache(settings)]
    try:
        pool = await open_scoped_pool(settings.database_url, min_size=1, max_size=1, default_scope=ALL)
    except Exception as fault:
        return [*found, Finding(False, f"数据库：连不上（{type(fault).__name__}）；新数据库请先运行 hotline migrate")]
    try:
        async with pool.acquire() as conn:
            found.append(Finding(True, "数据库：可以连接"))
            found.append(await _guarded("数据库结构", lambda: _look_at_schema(conn)))
            found.append(await _guarded("行级权限", lambda: _look_at_rows(conn)))
            found.append(await _guarded("地区", lambda: _look_at_region(conn, settings)))
            found.append(await _guarded("后台任务", lambda: _look_at_heartbeats(conn, settings, now)))
            found.append(await _guarded("查看记录", lambda: _look_at_looks(conn, settings, now)))
    finally:
        await pool.close()
    return found


async def _guarded(what: str, look: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await look()
    except MigrationError as fault:
        return Finding(False, f"{what}：{fault}")
    except Exception as fault:
        return Finding(False, f"{what}：查不了（{type(fault).__name__}），请先运行 hotline migrate")


async def _look_at_schema(conn: Connection) -> Finding:
    missing = await pending(conn)
    state = f"缺 {len(missing)} 步，请运行 hotline migrate" if missing else "最新"
    return Finding(not missing, f"数据库结构：{state}")


async def _look_at_rows(conn: Connection) -> Finding:
    role_past, login_past = await guard_of_rows(conn)
    if role_past:
        return Finding(False, "行级权限：程序所用的角色绕过了行级权限，请检查 hotline_app 的授权")
    guarded = "由数据库把守"
    return Finding(
        True, f"行级权限：{guarded}；登录名拥有数据表，宜另设（见安装说明）" if login_past else f"行级权限：{guarded}"
    )


async def _look_at_region(conn: Connection, settings: Settings) -> Finding:
    region = await regions.get_region(conn, settings.region)
    if region is None:
        return Finding(False, f"地区：还没有编号 {settings.region} 的地区，请运行 hotline load-units")
    if region["rehearsal_now"] is not None:
        return Finding(False, "地区：这是演练用的数据库（时间被拨动过），正式服务不能使用")
    return Finding(True, f"地区：{region['name']}")


async def _look_at_heartbeats(conn: Connection, settings: Settings, now: datetime) -> Finding:
    beats = await heartbeats.list_heartbeats(conn, settings.region)
    if not beats:
        return Finding(False, "后台任务：从未运行，请启动 python -m workers")
    stale = [beat["job"] for beat in beats if now - beat["beat_at"] > FRESH]
    return Finding(not stale, f"后台任务：停了 {'、'.join(stale)}" if stale else "后台任务：都在运行")


async def _look_at_looks(conn: Connection, settings: Settings, now: datetime) -> Finding:
    waiting = await access_log.count_unlinked(conn, settings.region, now - UNLINKED_AFTER)
    return Finding(
        not waiting,
        f"查看记录：{waiting} 条没有进入链，请运行 hotline audit verify" if waiting else "查看记录：都已入链",
    )


async def _look_at_cache(settings: Settings) -> Finding:
    client = redis.Redis.from_url(settings.redis_url, socket_connect_timeout=3, socket_timeout=3)
    try:
        await client.ping()
    except Exception as fault:
        return Finding(False, f"缓存：连不上（{type(fault).__name__}）")
    finally:
        await client.aclose()
    return Finding(True, "缓存：可以连接")


def _look_at_files(settings: Settings) -> Finding:
    there = settings.files_dir
    while not there.exists() and there != there.parent:
        there = there.parent
    good = os.access(there, os.W_OK)
    return Finding(good, f"文件夹：{settings.files_dir}{'' if good else '（不能写入）'}")
