"""The demonstration as a person starts and stops it: a process of its own, real signals, the same folder again."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from rehearsal.environment import free_port

PATIENCE_S = 150


class Demo:
    """A running `python -m rehearsal demo` and what it has printed so far."""

    def __init__(self, home: Path, *options: str) -> None:
        self.port = free_port()
        self._out = (home.parent / f"out-{self.port}.txt").open("w+", encoding="utf-8")
        command = [sys.executable, "-m", "rehearsal", "demo", "--home", str(home), "--port", str(self.port), *options]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
        self.process = subprocess.Popen(command, stdout=self._out, stderr=subprocess.STDOUT, env=environ)

    def wait_for(self, text: str) -> str:
        """All that was printed, once the text is in it."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            printed = self.printed()
            if text in printed:
                return printed
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"never printed {text}: {self.printed()[-2000:]}")

    def printed(self) -> str:
        """What was printed so far."""
        self._out.flush()
        return Path(self._out.name).read_text("utf-8")

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def close(self) -> None:
        """End it whatever happened."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._out.close()


@contextlib.contextmanager
def _demo(home: Path, *options: str) -> Iterator[Demo]:
    demo = Demo(home, *options)
    try:
        yield demo
    finally:
        demo.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, int]:
    """A demonstration played to its end as fast as it goes, then stopped: its folder, words and exit code."""
    home = tmp_path_factory.mktemp("demo") / "home"
    with _demo(home, "--pace", "0") as demo:
        printed = demo.wait_for("时钟继续按正常速度走")
        return home, printed, demo.stop()


def test_a_played_week_tells_of_every_door_and_ends_with_the_brief(played: tuple[Path, str, int]) -> None:
    home, printed, code = played
    assert code == 0
    for told in ("电话来诉", "微信来诉", "网站来诉", "签收", "答复", "催办", "督办函", "《群众约谈工作专报》"):
        assert told in printed
    assert len(list((home / "briefs").glob("*.docx"))) == 1


def test_the_log_ins_of_every_role_are_printed(played: tuple[Path, str, int]) -> None:
    for login in ("huawu1", "paidan1", "shuiwu", "shuiwu-fuze", "duban1", "jiwei1", "lingdao1", "sysadmin"):
        assert login in played[1]


def test_nothing_it_started_is_left_running(played: tuple[Path, str, int]) -> None:
    home = played[0]
    assert not (home / "postgres" / "postmaster.pid").exists()
    pid_file = home / "valkey.pid"
    assert not pid_file.exists() or not Path(f"/proc/{pid_file.read_text().strip()}").exists()


def test_its_log_holds_no_error(played: tuple[Path, str, int]) -> None:
    lines = (played[0] / "demo.log").read_text("utf-8").splitlines()
    assert lines
    assert [line for line in lines if '"level": "error"' in line] == []


def test_started_again_it_keeps_county_and_clock(played: tuple[Path, str, int]) -> None:
    home, before, _ = played
    with _demo(home, "--no-play") as demo:
        printed = demo.wait_for("时钟继续按正常速度走")
        with urlopen(f"http://127.0.0.1:{demo.port}/healthz", timeout=10) as answer:
            assert answer.read() == b"ok"
        assert demo.stop() == 0
    assert "单位目录" in before
    assert "单位目录" not in printed
    assert _moment_said(printed) >= _moment_said(before) + timedelta(days=7)


def _moment_said(printed: str) -> datetime:
    """Where the clock stood when everything was up, as it was printed."""
    found = re.search(r"时钟：(\d{4}-\d\d-\d\d \d\d:\d\d)", printed)
    assert found is not None
    return datetime.fromisoformat(found[1])
