"""The JSON of a run."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

from rehearsal.results import RunResults


def test_names_are_flat_and_numbers_stay_numbers(tmp_path: Path) -> None:
    file = tmp_path / "new" / "result.json"
    results = RunResults("bench", {"only": ["sweep"], "start": date(2026, 9, 7), "json": file, "seed": None})
    results.add("sweep", {"seconds": {10_000: 0.5}, "growth": 1.25, "failed": None})
    results.add("drill", {"briefs": [{"week": "2026-09-07"}], "refusals": [], "ok": True})
    results.write(file)
    held = json.loads(file.read_text("utf-8"))
    assert datetime.fromisoformat(held.pop("started_at")).tzinfo is not None
    assert isinstance(held.pop("duration_s"), float)
    assert isinstance(held.pop("cpu_count"), int)
    assert held.pop("python").startswith("3.")
    assert held == {
        "command": "bench",
        "arguments.only.0": "sweep",
        "arguments.start": "2026-09-07",
        "arguments.json": str(file),
        "arguments.seed": None,
        "sweep.seconds.10000": 0.5,
        "sweep.growth": 1.25,
        "sweep.failed": None,
        "drill.briefs.0.week": "2026-09-07",
        "drill.ok": True,
    }


def test_without_a_file_nothing_is_written(tmp_path: Path) -> None:
    RunResults("drill", {}).write(None)
    assert list(tmp_path.iterdir()) == []
