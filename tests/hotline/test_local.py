"""The embedded servers start, keep their data, and are gone afterwards, however we end."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest
import redis.asyncio

from hotline.local import (
    LocalServerError,
    child,
    local_postgres,
    local_servers,
    local_valkey,
    postgres,
    postgres_program,
)

HOLDER = """
import asyncio, sys
from pathlib import Path
from hotline.local import local_servers
async def hold():
    async with local_servers(Path(sys.argv[1]), durable=False):
        print("ready", flush=True)
        await asyncio.sleep(60)
asyncio.run(hold())
"""


async def query(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def pids(home: Path) -> list[int]:
    """The processes of the two servers, as they wrote them down."""
    return [int((home / name).read_text().split()[0]) for name in ("postgres/postmaster.pid", "valkey.pid")]


def gone(pid: int) -> bool:
    return not child._command_of(pid)


def wait_until_gone(found: list[int]) -> bool:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        if all(gone(pid) for pid in found):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def holder(home: Path) -> subprocess.Popen[bytes]:
    """Another process that holds the two servers and waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    process.stdout.close()
    return process


async def test_data_outlives_the_server(home: Path) -> None:
    async with local_servers(home, durable=True) as servers:
        await query(servers.database_url, "create table kept as select '供水' as word")
        assert await query(servers.database_url, "show fsync") == "on"
        client = redis.asyncio.Redis.from_url(servers.redis_url)
        assert await client.ping()
        await client.aclose()
        found = pids(home)
    assert all(gone(pid) for pid in found)
    async with local_postgres(home, durable=True) as url:
        assert await query(url, "select word from kept") == "供水"


async def test_fleeting_server_does_not_wait_for_the_disk(home: Path) -> None:
    async with local_postgres(home, durable=False) as url:
        assert await query(url, "show fsync") == "off"
        assert await query(url, "show max_connections") == "200"


async def test_chinese_text_has_trigrams(home: Path) -> None:
    async with local_postgres(home, durable=False) as url:
        await query(url, "create extension pg_trgm")
        assert await query(url, "select show_trgm('拖欠工资')")


async def test_server_log_keeps_no_statement_and_no_row(home: Path) -> None:
    async with local_postgres(home, durable=False) as url:
        await query(url, "create table person (phone text primary key)")
        await query(url, "insert into person values ('13800138000')")
        with pytest.raises(asyncpg.UniqueViolationError):
            await query(url, "insert into person values ('13800138000')")
    told = (home / "postgres.log").read_text()
    assert "person_pkey" in told
    assert "13800138000" not in told


async def test_servers_are_not_on_the_network(home: Path) -> None:
    async with local_servers(home, durable=False) as servers:
        assert await query(servers.database_url, "show listen_addresses") == ""
        client = redis.asyncio.Redis.from_url(servers.redis_url)
        assert (await client.config_get("port")) == {"port": "0"}
        await client.aclose()


async def test_exception_stops_both(home: Path) -> None:
    found: list[int] = []
    with pytest.raises(LookupError):
        async with local_servers(home, durable=False):
            found = pids(home)
            raise LookupError
    assert len(found) == 2
    assert all(gone(pid) for pid in found)


async def test_cancellation_stops_both(home: Path) -> None:
    ready = asyncio.Event()

    async def hold() -> None:
        async with local_servers(home, durable=False):
            ready.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(hold())
    await ready.wait()
    found = pids(home)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert all(gone(pid) for pid in found)


@pytest.mark.parametrize("farewell", [signal.SIGINT, signal.SIGTERM])
def test_signal_to_the_parent_stops_both(home: Path, holder: subprocess.Popen[bytes], farewell: signal.Signals) -> None:
    found = pids(home)
    holder.send_signal(farewell)
    holder.wait(30)
    assert all(gone(pid) for pid in found)
    if farewell is signal.SIGTERM:
        assert holder.returncode == 143


@pytest.mark.skipif(not child.dies_with_us("INT"), reason="only Linux tells a child that its parent died")
def test_killed_parent_takes_both_along(home: Path, holder: subprocess.Popen[bytes]) -> None:
    found = pids(home)
    holder.kill()
    holder.wait()
    assert wait_until_gone(found)


async def test_second_user_of_a_folder_is_refused(home: Path, holder: subprocess.Popen[bytes]) -> None:
    try:
        for server in (local_servers(home, durable=False), local_postgres(home, durable=False), local_valkey(home)):
            with pytest.raises(LocalServerError, match="另一个热线程序正在使用"):
                async with server:
                    pass
        assert not any(gone(pid) for pid in pids(home))
    finally:
        holder.kill()
        holder.wait()


async def test_orphan_is_stopped_before_the_next_start(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with local_servers(home, durable=True):
        pass
    with monkeypatch.context() as without:
        # As where the system cannot end a child with its parent: the servers outlive their starter.
        without.setattr(child, "dies_with_us", lambda _name: [])
        prefix = ["unshare", "--user"] if os.geteuid() == 0 else []
        sockets = home / "s"
        sockets.mkdir()
        command = [
            *prefix,
            str(postgres_program("postgres")),
            "-D",
            str(home / "postgres"),
            "-k",
            str(sockets),
            "-h",
            "",
        ]
        orphan = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    while "ready" not in _read(home / "postgres/postmaster.pid"):
        await asyncio.sleep(0.05)
    reaper = asyncio.create_task(asyncio.to_thread(orphan.wait))
    async with local_postgres(home, durable=True) as url:
        assert orphan.poll() is not None
        assert await query(url, "select 1") == 1
    await reaper


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


async def test_stale_pid_of_a_stranger_is_forgotten(home: Path) -> None:
    async with local_postgres(home, durable=False):
        kept = (home / "postgres/postmaster.pid").read_text().split("\n")
    (home / "postgres/postmaster.pid").write_text("\n".join([str(os.getpid()), *kept[1:]]))
    async with local_postgres(home, durable=False) as url:
        assert await query(url, "select 1") == 1


async def test_start_cut_short_is_begun_anew(home: Path) -> None:
    (home / "postgres.new").mkdir(parents=True)
    (home / "postgres.new/PG_VERSION").write_text("18\n")
    async with local_postgres(home, durable=False) as url:
        assert await query(url, "select current_database()") == "hotline"


async def test_damaged_data_is_told_in_a_sentence(home: Path) -> None:
    async with local_postgres(home, durable=False):
        pass
    (home / "postgres/postgresql.conf").write_text("nonsense here\n")
    with pytest.raises(LocalServerError, match="PostgreSQL 没有启动"):
        async with local_servers(home, durable=False):
            pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has other users to run as")
async def test_root_without_user_namespaces_runs_as_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "unshare" else real(name))
    home = Path("/tmp") / f"hotline-test-{os.getpid()}"
    try:
        async with local_postgres(home, durable=False) as url:
            assert await query(url, "select 1") == 1
            assert (home / "postgres").stat().st_uid == postgres.NOBODY
        monkeypatch.undo()
        async with local_postgres(home, durable=False) as url:
            assert await query(url, "select 1") == 1
    finally:
        shutil.rmtree(home)


def test_all_programs_of_postgres_are_found() -> None:
    assert all(os.access(postgres_program(name), os.X_OK) for name in ("postgres", "initdb", "pgbench", "psql"))
    with pytest.raises(LocalServerError, match="make setup"):
        postgres_program("no-such-program")
