"""How a long run tells where it stands."""

from __future__ import annotations

import re
import time
from io import StringIO

import pytest
from rich.console import Console

from rehearsal.progress import RunProgress

LINE = re.compile(r"^(?P<title>.+)：(?P<share>\d+)%，已用 \d+:\d\d，约剩 (?P<rest>—|\d+:\d\d)(?:，(?P<detail>.+))?$")


def lines_of(out: StringIO) -> list[dict[str, str]]:
    found = [LINE.match(line) for line in out.getvalue().splitlines()]
    assert None not in found, out.getvalue()
    return [match.groupdict() for match in found if match]


def test_without_a_terminal_each_part_has_its_lines_from_beginning_to_end() -> None:
    out = StringIO()
    with RunProgress(Console(file=out), parts=2, every_s=3600) as progress:
        progress.begin("受理", 10)
        progress.advance(10, "完成")
        progress.begin("扫描", 4)
        progress.advance()
    told = [(line["title"], line["share"], line["detail"]) for line in lines_of(out)]
    assert told == [
        ("1/2 受理", "0", None),
        ("1/2 受理", "100", "完成"),
        ("2/2 扫描", "0", None),
        ("2/2 扫描", "25", None),
    ]


def test_a_line_comes_every_few_seconds_also_while_nothing_advances() -> None:
    out = StringIO()
    with RunProgress(Console(file=out), every_s=0.05) as progress:
        progress.begin("演练", 100)
        progress.reach(50, "09-14 10:20")
        end = time.monotonic() + 10
        while out.getvalue().count("\n") < 4 and time.monotonic() < end:
            time.sleep(0.01)
        periodic = lines_of(out)[1:4]
    assert [(line["share"], line["detail"]) for line in periodic] == [("50", "09-14 10:20")] * 3


def test_rest_is_estimated_from_the_speed_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    out, now = StringIO(), [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with RunProgress(Console(file=out), every_s=3600) as progress:
        progress.begin("模拟", 400)
        now[0] += 90
        progress.reach(100)
    assert [line["rest"] for line in lines_of(out)] == ["—", "4:30"]


def test_on_a_terminal_a_bar_is_drawn_and_no_line_printed() -> None:
    out = StringIO()
    with RunProgress(Console(file=out, force_terminal=True, width=100), every_s=0.01) as progress:
        progress.begin("模拟", 4)
        progress.reach(2, "2/4 次")
    assert "50%" in out.getvalue()
    assert "━" in out.getvalue()
    assert "已用" not in out.getvalue()
