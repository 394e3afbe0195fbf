"""The servers under test, web application and worker, as separate processes as in service."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import ClientError, ClientSession

from hotline.local import LocalServers

PORT = 18080


def environment(servers: LocalServers, home: Path) -> dict[str, str]:
    """The environment variables of the processes."""
    return os.environ | {
        "HOTLINE_DATABASE_URL": servers.database_url,
        "HOTLINE_REDIS_URL": servers.redis_url,
        "HOTLINE_KEY": base64.b64encode(bytes(range(32))).decode(),
        "HOTLINE_FILES_DIR": str(home / "files"),
        "HOTLINE_PORT": str(PORT),
        "HOTLINE_LOG_FORMAT": "json",
    }


@contextmanager
def running(module: str, count: int, environ: dict[str, str], log: Path) -> Iterator[list[int]]:
    """Run `count` processes of `python -m module`; yields their pids and terminates them at the end."""
    with log.open("ab") as out:
        started = [
            subprocess.Popen([sys.executable, "-m", module], env=environ, stdout=out, stderr=out) for _ in range(count)
        ]
        try:
            yield [process.pid for process in started]
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(timeout=60)


async def wait_for_doors() -> None:
    """Wait until the web application answers; raises TimeoutError after 20 s."""
    async with asyncio.timeout(20), ClientSession() as http:
        while True:
            try:
                async with http.get(f"http://127.0.0.1:{PORT}/healthz") as answer:
                    if answer.status == 200:
                        return
            except ClientError:
                pass
            await asyncio.sleep(0.1)


async def output_of(*command: str) -> str:
    """The standard output of a program; killed when the call is cancelled. Raises RuntimeError when it fails."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        told, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise RuntimeError(
            f"{Path(command[0]).name} ended with {process.returncode}: {complaint.decode()[-300:].strip()}"
        )
    return told.decode()


def memory_mb(pid: int) -> float:
    """Resident memory of a process in MB."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(told.stdout) / 1024
