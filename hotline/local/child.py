"""Child processes that end when we do, and the folders they alone use."""

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
    """An embedded server cannot be used; the text is a sentence for the person at the terminal."""


def program(package: str, pattern: str) -> Path:
    """The first file of an installed package that fits a pattern; raises LocalServerError when none does."""
    spec = importlib.util.find_spec(package)
    for place in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(place).glob(pattern)):
            return path
    raise LocalServerError(
        f"没有找到组件 {package} 里的程序 {pattern.rsplit('/', 1)[-1]}：请运行 make clean 再运行 make setup"
    )


def folder(home: Path) -> Path:
    """Make the folder when absent and give its full path."""
    home.mkdir(parents=True, exist_ok=True)
    return home.resolve()


@contextlib.contextmanager
def sole_user(home: Path, name: str) -> Iterator[None]:
    """Hold `home` for one living process at a time; raises LocalServerError when another has it."""
    # The kernel drops the lock when its holder dies, however it dies: a server found under it is an orphan.
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
    """A private temporary folder with a path short enough for sockets; removed afterwards."""
    # The path of a Unix socket may hold about 100 bytes, and some systems' temporary folders are long.
    place = None if len(tempfile.gettempdir()) < LONGEST_TEMPORARY_FOLDER else "/tmp"  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="hotline-", dir=place)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def dies_with_us(name: str) -> list[str]:
    """The words before a command that make the kernel end it when we die, even by kill -9.

    Empty where the system cannot do that: there the next start finds the orphan.
    """
    return ["setpriv", "--pdeathsig", name] if LINUX and shutil.which("setpriv") else []


@contextlib.asynccontextmanager
async def running(command: list[str], log: Path, farewell: signal.Signals) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a server with its words in `log`; on the way out send it `farewell` and wait until it has gone."""
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is ours to pass on, after the users of the server
        )
    try:
        yield process
    finally:
        await _stop(process, farewell)


async def run_to_end(command: list[str]) -> None:
    """Run one of PostgreSQL's tools; raises LocalServerError with its last words when it fails."""
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
    """Wait until `answers` says yes; raises LocalServerError with its last words when it ends."""
    end = time.monotonic() + START_TIMEOUT_S
    while not await answers():
        if process.returncode is not None or time.monotonic() > end:
            raise LocalServerError(_cannot_start(name, log.read_text(errors="replace")))
        await asyncio.sleep(0.01)


async def stop_orphan(pid_file: Path, sign: str) -> None:
    """Stop the server a killed process left behind; forget a pid that belongs to somebody else by now."""
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
    """The command line of a process; empty for one dead but not yet buried; None when there is none."""
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
    # A PGDATA or PGHOST meant for another server must not lead ours astray.
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"TZ": "UTC"}


def _cannot_start(name: str, told: str) -> str:
    last = "\n".join(told.strip().splitlines()[-5:])
    advice = "。若项目放在别的用户读不到的文件夹里，请换普通用户运行" if os.geteuid() == 0 else ""
    return f"自带的 {name} 没有启动{advice}。它最后的话：\n{last}"
