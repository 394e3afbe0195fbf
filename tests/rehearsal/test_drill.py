"""A small drill from end to end, and what the command says when it cannot run."""

from __future__ import annotations

import csv
import json
import os
import platform
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from docx import Document

from rehearsal.__main__ import cli
from rehearsal.demo import MESSAGES

WEEKS = 2


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Sixty messages, one bad row, two weeks, through the command itself."""
    folder = tmp_path_factory.mktemp("drill")
    file, out = folder / "messages.csv", folder / "out" / "result.json"
    file.write_text(MESSAGES.read_text("utf-8") + ",,\n", "utf-8")
    result = CliRunner().invoke(cli, ["drill", str(file), "--weeks", str(WEEKS), "--seed", "3", "--json", str(out)])
    assert result.exit_code == 0, result.output
    figures: dict[str, Any] = json.loads(out.read_text("utf-8"))
    figures["output"] = result.output
    return figures


@pytest.fixture(scope="module")
def disturbed_drill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The same messages in one week with an adversary at work."""
    out = tmp_path_factory.mktemp("disturbed") / "result.json"
    result = CliRunner().invoke(
        cli, ["drill", str(MESSAGES), "--weeks", "1", "--seed", "5", "--adversary", "--json", str(out)]
    )
    assert result.exit_code == 0, result.output
    figures: dict[str, Any] = json.loads(out.read_text("utf-8"))
    figures["output"] = result.output
    return figures


def _count() -> int:
    with MESSAGES.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


def test_every_message_becomes_exactly_one_ticket(drilled: dict[str, Any]) -> None:
    assert drilled["drill.messages_read"] == drilled["drill.received.total"] == _count()
    assert (drilled["drill.lost"], drilled["drill.surplus"]) == (0, 0)
    assert drilled["drill.closed"] + drilled["drill.open"] == _count()


def test_the_json_says_when_and_how_it_ran_and_holds_flat_names_alone(drilled: dict[str, Any]) -> None:
    assert drilled["command"] == "drill"
    assert datetime.fromisoformat(drilled["started_at"]).tzinfo is not None
    assert drilled["duration_s"] >= drilled["drill.wall_seconds"] > 0
    assert (drilled["python"], drilled["cpu_count"]) == (platform.python_version(), os.cpu_count())
    assert (drilled["arguments.weeks"], drilled["arguments.seed"], drilled["arguments.adversary"]) == (WEEKS, 3, False)
    assert drilled["arguments.files.0"].endswith("messages.csv")
    assert [name for name, value in drilled.items() if isinstance(value, (dict, list))] == []


def test_every_figure_of_the_table_is_in_the_json(drilled: dict[str, Any]) -> None:
    table = drilled["output"].partition("演练结果")[2]
    numbers = {value for value in drilled.values() if type(value) in (int, float)}
    printed = {int(number) for number in re.findall(r"(?<![\w./-])\d+(?= 件| · |$|\s)", table)}
    assert len(printed) > 5
    assert {number for number in printed if number not in numbers} <= {round(drilled["drill.wall_seconds"])}


def test_progress_is_told_in_lines_without_a_terminal(drilled: dict[str, Any]) -> None:
    lines = re.findall(r"^演练：(\d+)%，已用 \d+:\d\d，约剩 (?:—|\d+:\d\d)", drilled["output"], re.MULTILINE)
    assert lines[0] == "0"
    assert lines[-1] == "100"
    assert f"收到 {_count()}/{_count()} 件" in drilled["output"]


def test_every_door_is_used_as_planned(drilled: dict[str, Any]) -> None:
    received = {door: drilled[f"drill.received.{door}"] for door in ("phone", "wechat", "website")}
    assert received == {door: drilled[f"drill.planned.{door}"] for door in received}
    assert min(received.values()) > 0


def test_nothing_is_told_twice_and_no_door_refuses(drilled: dict[str, Any]) -> None:
    assert drilled["drill.duplicates"] == 0
    assert drilled["drill.refused"] == 0
    assert [name for name in drilled if name.startswith("drill.refusals.")] == []
    assert drilled["drill.errors"] == 0


def test_tickets_are_answered_called_back_and_supervised(drilled: dict[str, Any]) -> None:
    assert drilled["drill.dispatched"] > 0.9 * _count()
    assert drilled["drill.closed"] > 0.4 * _count()
    assert drilled["drill.callbacks.satisfied"] > 0
    assert drilled["drill.letters.1"] > 0
    assert drilled["drill.letters.2"] > 0
    assert sum(total for name, total in drilled.items() if name.startswith("drill.reminders.")) > 0
    assert drilled["drill.interviews.held"] > 0


def test_there_is_an_issued_brief_for_each_week_with_its_file(drilled: dict[str, Any]) -> None:
    briefs = [f"drill.briefs.{place}" for place in range(2)]
    assert [(drilled[f"{brief}.week"], drilled[f"{brief}.state"]) for brief in briefs] == [
        ("2026-09-07", "issued"),
        ("2026-09-14", "issued"),
    ]
    assert "drill.briefs.2.week" not in drilled
    for brief in briefs:
        assert Document(drilled[f"{brief}.file"]).paragraphs


def test_the_bad_row_is_counted_and_told(drilled: dict[str, Any]) -> None:
    assert drilled["drill.bad_row_count"] == 1
    assert (drilled["drill.bad_rows.0.line"], drilled["drill.bad_rows.0.why"]) == (_count() + 2, "没有正文")
    assert "drill.bad_rows.1.line" not in drilled
    assert "没有正文" in drilled["output"]
    assert "演练结果" in drilled["output"]


@pytest.mark.case("T1", "T2", "T4", "T5", "T11")
def test_an_adversary_loses_nothing_and_doubles_nothing(disturbed_drill: dict[str, Any]) -> None:
    assert (
        disturbed_drill["drill.lost"],
        disturbed_drill["drill.surplus"],
        disturbed_drill["drill.duplicates"],
        disturbed_drill["drill.errors"],
    ) == (0, 0, 0, 0)
    assert disturbed_drill["drill.received.total"] == _count()
    assert disturbed_drill["drill.dispatched"] > 0.9 * _count()


def test_the_report_says_how_often_the_adversary_struck(disturbed_drill: dict[str, Any]) -> None:
    injected = {
        name: disturbed_drill[f"drill.adversary.{name}"] for name in ("killed", "two_workers", "dropped", "repeated")
    }
    assert min(injected[name] for name in ("killed", "two_workers", "dropped", "repeated")) > 0
    assert f"杀死后台 {injected['killed']}" in disturbed_drill["output"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["drill"], "FILES"),
        (["drill", "no-such.csv"], "读不到这个文件"),
        (["drill", "x.csv", "--weeks", "0"], "--weeks"),
        (["drill", "x.csv", "--start", "tomorrow"], "--start"),
    ],
)
def test_a_wrong_command_is_refused_with_a_sentence(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code != 0
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_a_real_database_is_left_alone(
    database_url: str, valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _move_in(database_url)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database_url)
    monkeypatch.setenv("HOTLINE_REDIS_URL", valkey_url)
    (tmp_path / "m.csv").write_text("body\n有事\n", "utf-8")
    result = CliRunner().invoke(cli, ["drill", str(tmp_path / "m.csv"), "--home", str(tmp_path / "home")])
    assert result.exit_code == 1
    assert "正式数据库" in result.output


def _move_in(database_url: str) -> None:
    import asyncio

    from hotline.db import open_pool
    from hotline.store.region.regions import add_region

    async def work() -> None:
        pool = await open_pool(database_url)
        async with pool.acquire() as conn:
            await add_region(conn, 1, "真实县")
        await pool.close()

    asyncio.run(work())
