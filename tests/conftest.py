"""Servers, databases and settings for tests: one pair of servers a worker, one cloned database a test."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
import redis
import structlog
from argon2 import PasswordHasher
from hypothesis import settings as hypothesis_settings

from hotline.actions.region.row_scope import ALL
from hotline.config import Settings
from hotline.crypto import credentials
from hotline.db import open_pool
from hotline.local import LocalServers, local_servers
from hotline.store.migrate import migrate
from hotline.store.region.row_scope import open_scoped_pool
from tests.build import DOORS

# Other work may share the machine: a slow example is no fault.
hypothesis_settings.register_profile("hotline", deadline=None)
hypothesis_settings.register_profile("long", deadline=None, max_examples=10_000)
hypothesis_settings.load_profile("hotline")

_numbers = itertools.count(1)

_MEMORY, _ROOM = Path("/dev/shm"), 2 << 30
"""A folder in memory (tmpfs), and how many bytes must be free there; a run uses about 500 MB."""


def pytest_configure() -> None:
    """Use memory for temporary files, here and in child processes, when there is room and TMPDIR is not set.

    Every cloned database is some hundred small files. ext4 does not reuse an inode within five seconds of its deletion
    and scans all those when it creates a file, which took half of the CPU time of a run.
    """
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ROOM:
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


def pytest_collection_finish() -> None:
    """Exclude the collected tests from garbage collection: they live until the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Hash new passwords at the lowest cost. tests/hotline/crypto/test_credentials.py tests the real cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(autouse=True)
def _known_logging() -> None:
    """Every test begins with the same logging, whatever another one set: lines are kept from the terminal.

    structlog's own default draws each failure with all its variables, which takes seconds.
    """
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.JSONRenderer(default=str)],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalServers]:
    """The embedded PostgreSQL and Valkey of this test process."""
    home = tmp_path_factory.mktemp("servers")
    async with local_servers(home, durable=False) as running:
        yield running
    shutil.rmtree(home)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template(servers: LocalServers) -> str:
    """The name of a database with every migration applied, to be cloned."""
    await _in_postgres(servers, "create database migrated")
    await migrate(_address(servers, "migrated"))
    return "migrated"


@pytest_asyncio.fixture
async def database_url(servers: LocalServers, template: str) -> AsyncIterator[str]:
    """The address of a fresh, migrated database, dropped after the test."""
    name = f"test_{next(_numbers)}"
    await _in_postgres(servers, f"create database {name} template {template} strategy file_copy")
    yield _address(servers, name)
    await _in_postgres(servers, f"drop database {name} with (force)")


@pytest_asyncio.fixture
async def empty_database_url(servers: LocalServers) -> AsyncIterator[str]:
    """The address of a database with nothing in it, dropped after the test."""
    name = f"test_{next(_numbers)}"
    await _in_postgres(servers, f"create database {name} strategy file_copy")
    yield _address(servers, name)
    await _in_postgres(servers, f"drop database {name} with (force)")


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """The product's own pool on a fresh, migrated database."""
    pool = await open_pool(database_url, min_size=1, max_size=5)
    # Actions run as they do behind the doors, under the role that owns nothing; what a test asks by itself sees all.
    doors = await open_scoped_pool(database_url, min_size=1, max_size=5, default_scope=ALL)
    DOORS[pool] = doors
    yield pool
    del DOORS[pool]
    await doors.close()
    await pool.close()


@pytest.fixture
def valkey_url(servers: LocalServers) -> str:
    """The address of Valkey; emptied before each test."""
    client = redis.Redis.from_url(servers.redis_url)
    client.flushall()
    client.close()
    return servers.redis_url


@pytest.fixture
def settings(database_url: str, valkey_url: str, tmp_path: Path) -> Settings:
    """Settings of a server on a fresh database and an emptied Valkey."""
    environ = {
        "HOTLINE_DATABASE_URL": database_url,
        "HOTLINE_REDIS_URL": valkey_url,
        "HOTLINE_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "HOTLINE_FILES_DIR": str(tmp_path / "files"),
        "HOTLINE_WECHAT_APP_ID": "wx0000000000000001",
        "HOTLINE_WECHAT_TOKEN": "token-of-the-tests",
        "HOTLINE_WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ",
        "HOTLINE_WECHAT_APP_SECRET": "secret-of-the-tests",
    }
    return Settings.load(environ)


def _address(servers: LocalServers, name: str) -> str:
    return servers.database_url.replace("@/hotline?", f"@/{name}?")


async def _in_postgres(servers: LocalServers, statement: str) -> None:
    connection = await asyncpg.connect(_address(servers, "postgres"))
    try:
        # Copied inside the kernel where it can: half the time of a test goes into its database.
        with contextlib.suppress(asyncpg.PostgresError):
            await connection.execute("set file_copy_method = 'clone'")
        await connection.execute(statement)
    finally:
        await connection.close()
