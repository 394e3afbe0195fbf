"""Child processes that end with this process, and their private folders."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

LINUX = platform.system() == "Linux"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
LONGEST_TEMPORARY_FOLDER = 60


class LocalServerError(RuntimeError):
    """An embedded server cannot be used; the text is a Chinese sentence for the user."""


def program(package: str, pattern: str) -> Path:
    """Return the first file of an installed package that matches a pattern. Raises LocalServerError."""
    spec = importlib.util.find_spec(package)
    for place in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(place).glob(pattern)):
            return path
    raise LocalServerError(
        f"没有找到组件 {package} 里的程序 {pattern.rsplit('/', 1)[-1]}：请运行 make clean 再运行 make setup"
    )


def folder(home: Path) -> Path:
    """Create the folder if needed and return its absolute path."""
    home.mkdir(parents=True, exist_ok=True)
    return home.resolve()


@contextlib.contextmanager
def sole_user(home: Path, name: str) -> Iterator[None]:
    """Lock `home` for one running process at a time. Raises LocalServerError if another process has it."""
    # The kernel releases the lock when its process dies, so a server found after locking is an orphan.
    with (home / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LocalServerError(
                f"另一个热线程序正在使用 {home}：请先停止它（在它的窗口按 Ctrl-C），再重试"
            ) from None
        yield


@contextlib.contextmanager
def socket_folder() -> Iterator[Path]:
    """Yield a private temporary folder with a path short enough for sockets; it is removed afterwards."""
    # The path of a Unix socket is limited to about 100 bytes, and some temporary folders have long paths.
    place = None if len(tempfile.gettempdir()) < LONGEST_TEMPORARY_FOLDER else "/tmp"  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="hotline-", dir=place)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def dies_with_us(name: str) -> list[str]:
    """Return the command prefix that makes the kernel end a child with this process, even after kill -9.

    Empty where the system cannot do that: there the next start stops the orphan.
    """
    return ["setpriv", "--pdeathsig", name] if LINUX and shutil.which("setpriv") else []


@contextlib.asynccontextmanager
async def running(command: list[str], log: Path, farewell: signal.Signals) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a server with its output in `log`; on exit send it the signal `farewell` and wait until it has ended."""
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=_environment(),
            start_new_session=True,  # the server must not get Ctrl-C before its clients have ended
        )
    try:
        yield process
    finally:
        await _stop(process, farewell)


async def run_to_end(command: list[str]) -> None:
    """Run a tool of PostgreSQL. Raises LocalServerError with the end of its output when it fails."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_environment(),
    )
    try:
        told, _ = await process.communicate()
    finally:
        await _stop(process, signal.SIGTERM)
    if process.returncode:
        raise LocalServerError(_cannot_start("PostgreSQL", told.decode(errors="replace")))


async def until_ready(
    answers: Callable[[], Awaitable[bool]], process: asyncio.subprocess.Process, name: str, log: Path
) -> None:
    """Wait until `answers` returns true, at most START_TIMEOUT_S seconds.

    Raises LocalServerError with the end of the log when the time is over or the server ends.
    """
    end = time.monotonic() + START_TIMEOUT_S
    while not await answers():
        if process.returncode is not None or time.monotonic() > end:
            raise LocalServerError(_cannot_start(name, log.read_text(errors="replace")))
        await asyncio.sleep(0.01)


async def stop_orphan(pid_file: Path, sign: str) -> None:
    """Stop the server a killed process left running; ignore a pid that another program uses by now."""
    try:
        pid = int(pid_file.read_text().split("\n")[0])
    except (FileNotFoundError, ValueError):
        return
    end = time.monotonic() + STOP_TIMEOUT_S
    while (command := _command_of(pid)) is not None and time.monotonic() < end:
        if command and sign not in command:
            pid_file.unlink(missing_ok=True)
            return
        if command:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
        await asyncio.sleep(0.1)


async def _stop(process: asyncio.subprocess.Process, farewell: signal.Signals) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(farewell)
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _command_of(pid: int) -> str | None:
    """Return the command line of a process; empty for a zombie; None if it does not exist."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return "another user's"
    if LINUX:
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        return None
    told = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip()


def _environment() -> dict[str, str]:
    # Variables such as PGDATA or PGHOST may be meant for another server.
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"TZ": "UTC"}


def _cannot_start(name: str, told: str) -> str:
    last = "\n".join(told.strip().splitlines()[-5:])
    advice = "。若项目放在别的用户读不到的文件夹里，请换普通用户运行" if os.geteuid() == 0 else ""
    return f"自带的 {name} 没有启动{advice}。它最后的话：\n{last}"
