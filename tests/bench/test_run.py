"""The bench as a command: which parts it measures, and what it prints and writes when one of them fails."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import bench.__main__
from bench.__main__ import main
from bench.part import Measured, Row, Setting
from bench.sweep import DUE, measure_sweep

PATIENCE_S = 90
SIZES = (3_000, 6_000)


async def broken(_setting: Setting) -> Measured:
    raise ValueError("the page was not there")


async def measured(_setting: Setting) -> Measured:
    return Measured((Row("打开一页", "5 毫秒", "< 60 毫秒"),), {"p95_ms": {10_000: 5.25}, "pages": 7})


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """Run the command over parts of our own; gives exit code, output and the JSON."""

    def command(parts: dict[str, Any], *arguments: str) -> tuple[int, str, dict[str, Any]]:
        monkeypatch.setattr(bench.__main__, "PARTS", parts)
        file = tmp_path / "bench.json"
        code = main([*arguments, "--json", str(file)])
        return code, capsys.readouterr().out, json.loads(file.read_text("utf-8"))

    return command


def test_a_part_that_fails_is_named_and_the_others_are_measured(run: Any) -> None:
    code, printed, held = run({"intake": broken, "desk": measured, "sweep": partial(measure_sweep, sizes=SIZES)})
    assert code == 1
    assert "网上受理（intake）" in printed
    assert "未测成：ValueError" in printed
    assert "the page was not there" in printed
    assert "打开一页" in printed
    assert f"扫描 {DUE:,} 个到期时限，在办 {SIZES[-1]:,} 件" in printed
    assert held["intake.failed"] == "ValueError"
    assert (held["desk.p95_ms.10000"], held["desk.pages"]) == (5.25, 7)
    assert held["sweep.growth"] == pytest.approx(held["sweep.seconds.6000"] / held["sweep.seconds.3000"])
    assert held["sweep.per_second.6000"] == pytest.approx(DUE / held["sweep.seconds.6000"])
    assert held["sweep.per_second"] == held["sweep.per_second.6000"]
    assert f"（{held['sweep.per_second.3000']:,.0f} 个/秒）" in printed
    assert (held["command"], held["arguments.seconds"], held["arguments.only.0"]) == ("bench", 8, "intake")
    assert re.search(r"^1/3 sweep：100%，已用 \d+:\d\d，约剩 0:00$", printed, re.MULTILINE)


def test_only_the_parts_asked_for_are_measured_in_their_order(run: Any) -> None:
    code, printed, held = run({"intake": broken, "desk": measured, "sweep": measured}, "--only", "sweep,desk")
    assert code == 0
    assert "网上受理" not in printed
    assert printed.count("打开一页") == 2
    assert (held["arguments.only.0"], held["arguments.only.1"]) == ("desk", "sweep")
    assert "arguments.only.2" not in held
    assert [name for name in held if name.startswith("intake")] == []


def test_a_part_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--only", "sweep,lunch"])
    assert refused.value.code == 2
    assert "没有这一部分：lunch；可选 intake、desk、sweep、brief" in capsys.readouterr().err


def test_ctrl_c_still_prints_the_table_and_writes_the_json(tmp_path: Path) -> None:
    file, out = tmp_path / "bench.json", tmp_path / "out.txt"
    command = [sys.executable, "-m", "bench", "--only", "sweep,brief", "--json", str(file)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    with out.open("w", encoding="utf-8") as stdout:
        process = subprocess.Popen(command, stdout=stdout, stderr=subprocess.STDOUT, env=environ)
        try:
            _wait_for(out, "1/2 sweep：0%", process)
            process.send_signal(signal.SIGINT)
            code = process.wait(PATIENCE_S)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    printed, held = out.read_text("utf-8"), json.loads(file.read_text("utf-8"))
    assert code == 1
    assert "已中断。" in printed
    assert re.search(r"到期扫描（sweep）\s*│\s*未测成：KeyboardInterrupt", printed)
    assert re.search(r"专报（brief）\s*│\s*未测\s", printed)
    assert "Traceback" not in printed
    assert held["sweep.failed"] == "KeyboardInterrupt"
    assert [name for name in held if name.startswith("brief")] == []
    assert held["duration_s"] > 0


def _wait_for(file: Path, text: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_S
    while text not in file.read_text("utf-8"):
        assert process.poll() is None, file.read_text("utf-8")
        assert time.monotonic() < end, file.read_text("utf-8")
        time.sleep(0.1)
