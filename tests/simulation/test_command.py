"""The command of the simulation: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation import __main__ as command
from tests.simulation.cores import Played


def played(monkeypatch: pytest.MonkeyPatch, file: Path, faults: dict[int, str]) -> int:
    """Run the command over five seeds that need no database; gives the exit code."""

    def results(seeds: range, _jobs: int) -> Iterator[Played]:
        for seed in seeds:
            fault = faults.get(seed, "")
            yield Played(seed, Counter() if fault else Counter({"clock due": 2, "reply": 1}), fault)

    monkeypatch.setattr(command, "results", results)
    monkeypatch.setattr("sys.argv", ["simulate", "--seeds", "5", "--first", "10", "--json", str(file)])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_figures_are_written_and_progress_is_told_in_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "result.json"
    assert played(monkeypatch, file, {}) == 0
    held = json.loads(file.read_text("utf-8"))
    assert (held["command"], held["arguments.first"], held["arguments.seed"]) == ("simulate", 10, None)
    assert (held["simulate.played"], held["simulate.failed"]) == (5, 0)
    assert (held["simulate.happened.clock_due"], held["simulate.happened.reply"]) == (10, 5)
    printed = capsys.readouterr().out
    assert "模拟：100%" in printed
    assert "5/5 次，失败 0 次" in printed
    assert "clock due 10; reply 5" in printed


def test_a_failed_seed_is_in_the_json_with_the_command_that_repeats_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "result.json"
    assert played(monkeypatch, file, {12: "Disagreement: two replies"}) == 1
    held = json.loads(file.read_text("utf-8"))
    assert (held["simulate.failed"], held["simulate.failed_seeds.0"]) == (1, 12)
    assert "again: make simulate SEED=12" in capsys.readouterr().out


def test_what_was_played_before_a_break_down_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "result.json"

    def results(_seeds: range, _jobs: int) -> Iterator[Played]:
        yield Played(0, Counter({"reply": 1}))
        raise RuntimeError("a process of the simulation broke down")

    monkeypatch.setattr(command, "results", results)
    monkeypatch.setattr("sys.argv", ["simulate", "--json", str(file)])
    with pytest.raises(RuntimeError, match="broke down"):
        command.main()
    held = json.loads(file.read_text("utf-8"))
    assert (held["simulate.played"], held["simulate.happened.reply"]) == (1, 1)
