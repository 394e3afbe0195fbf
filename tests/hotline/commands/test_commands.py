"""`hotline due`, `calendar` and `policy` as a clerk meets them."""

import asyncio
import base64
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from channels.ui.limit_view import explanation_view
from hotline.__main__ import cli
from hotline.config import Settings
from hotline.domain.deadline.working_time import add_working_days
from hotline.holidays import ZONE, china_calendar
from tests.build import moment

CALENDAR = china_calendar()
# Received and due of CASES §4, five working days.
VECTORS = [
    ("2024-02-08", "2024-02-21"), ("2024-02-09", "2024-02-22"), ("2024-09-30", "2024-10-12"), ("2025-01-21", "2025-01-27"),
    ("2025-01-26", "2025-02-08"), ("2025-09-28", "2025-10-11"), ("2025-10-01", "2025-10-14"), ("2025-10-09", "2025-10-15"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)


def ask(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


@pytest.mark.parametrize(("received", "due"), VECTORS)
def test_first_line_is_the_due_time_with_its_zone(received: str, due: str) -> None:
    answer = ask("due", f"{received}T10:00", "5d")
    assert answer.exit_code == 0
    assert answer.output.splitlines()[0] == f"{due}T17:30:00+08:00"


@pytest.mark.parametrize(
    ("words", "due"),
    [
        (("2026-02-13T10:00", "4h"), "2026-02-13T16:00:00+08:00"),
        (("2026-02-13T10:00", "30m"), "2026-02-13T10:30:00+08:00"),
        (("2026-02-13T10:00", "24h", "--natural"), "2026-02-14T10:00:00+08:00"),
        (("2026-02-13T02:00:00Z", "4h"), "2026-02-13T16:00:00+08:00"),
        (("2026-02-13 10:00:30", "4h"), "2026-02-13T16:00:30+08:00"),
    ],
)
def test_hours_minutes_and_natural_time(words: tuple[str, ...], due: str) -> None:
    assert ask("due", *words).output.splitlines()[0] == due


def test_every_day_stands_on_a_line_in_aligned_columns() -> None:
    lines = ask("due", "2026-02-13T10:00", "5d").output.splitlines()[2:]
    assert len(lines) == 14
    assert lines[0] == "计入  2026-02-14 周六  调休上班  08:30–12:00、14:00–17:30"
    assert lines[1] == "不计  2026-02-15 周日  春节"
    assert lines[10] == "计入  2026-02-24 周二  工作日    08:30–12:00、14:00–17:30"


def test_a_year_without_a_notice_is_said_to_be_provisional() -> None:
    assert "还没有公布" in ask("due", "2026-12-28T10:00", "5d").output
    assert "还没有公布" not in ask("due", "2026-12-01T10:00", "5d").output


@pytest.mark.parametrize(
    "words",
    [("2026-02-30", "5d"), ("tomorrow", "5d"), ("2026-02-13", "5"), ("2026-02-13", "0d"), ("2026-02-13", "-1d"),
     ("1700-01-01", "5d"), ("2026-02-13T25:00", "5d"), ("2026-W07", "5d")],
)  # fmt: skip
def test_wrong_words_are_told_with_exit_2(words: tuple[str, str]) -> None:
    answer = ask("due", "--", *words)
    assert answer.exit_code == 2
    assert re.search(r"[一-鿿]", answer.stderr)
    assert "Traceback" not in answer.output + answer.stderr


def test_the_ticket_page_gives_the_same_account() -> None:
    start = moment("2026-02-13", "10:00")
    clock = {
        "limit_text": "5d", "started_at": start, "due_at": add_working_days(CALENDAR, start, 5).at, "provisional": False,
        "state": "running", "pauses": [],
    }  # fmt: skip
    page = [(kind, hours) for kind, _, hours in explanation_view(clock, CALENDAR).lines]
    lines = ask("due", "2026-02-13T10:00", "5d").output.splitlines()[2:]
    shell = [(line[:2], line.split()[-1] if "–" in line else "") for line in lines]
    assert page == shell


NOTICE = """
source = "县政府办通知"
published = 2026-01-20
effective_from = 2026-02-01
days = [{ day = 2026-02-25, working = false, name = "县庆" }]
"""


@pytest.fixture
def environ(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("HOTLINE_REDIS_URL", settings.redis_url)
    monkeypatch.setenv("HOTLINE_KEY", base64.b64encode(settings.key.secret or b"").decode())
    monkeypatch.setenv("HOTLINE_FILES_DIR", str(settings.files_dir))


async def in_thread(*words: str) -> Result:
    """A command has a loop of its own."""
    return await asyncio.to_thread(ask, *words)


async def test_a_notice_is_previewed_loaded_and_used(environ: None, tmp_path: Path, pool: object) -> None:
    file = tmp_path / "notice.toml"
    file.write_text(NOTICE, encoding="utf-8")
    before = await in_thread("due", "2026-02-13T10:00", "5d")
    preview = await in_thread("calendar", "preview", str(file))
    assert preview.exit_code == 0, preview.output
    assert "2026-02-25 周三" in preview.output
    refused = await in_thread("calendar", "load", str(file))
    assert refused.exit_code == 1
    assert "--yes" in refused.stderr
    assert (await in_thread("due", "2026-02-13T10:00", "5d")).output == before.output
    loaded = await in_thread("calendar", "load", str(file), "--yes", "--by", "管理员")
    assert loaded.exit_code == 0, loaded.stderr
    after = await in_thread("due", "2026-02-13T10:00", "5d")
    assert after.output.splitlines()[0] == "2026-02-28T17:30:00+08:00"
    assert "县庆" in after.output
    shown = await in_thread("calendar", "show", "2026")
    assert "县政府办通知" in shown.output
    assert "第 1 版" in shown.output


async def test_a_wrong_file_is_told_whole_with_its_name(environ: None, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(b"\xff\xfe")
    answer = await in_thread("calendar", "load", str(file))
    assert (answer.exit_code, "UTF-8" in answer.stderr) == (1, True)
    file.write_text(NOTICE.replace("false", "0").replace("published = 2026-01-20", ""), encoding="utf-8")
    answer = await in_thread("calendar", "preview", str(file))
    assert answer.exit_code == 1
    assert "published" in answer.stderr
    assert "第 5 行（2026-02-25）" in answer.stderr


async def test_the_policy_goes_out_and_comes_back_unchanged(environ: None, tmp_path: Path) -> None:
    text = (await in_thread("policy", "export")).output
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    same = await in_thread("policy", "import", str(file))
    assert "没有保存" in same.output
    narrowed = text.replace("[limits]\n", '[limits]\n"reply@level=town" = "7d"\n').replace("redos = 1", "redos = 2")
    file.write_text(narrowed, encoding="utf-8")
    saved = await in_thread("policy", "import", str(file), "--by", "管理员")
    assert saved.exit_code == 0, saved.stderr
    assert "limits.reply@level=town" in saved.output
    assert "第 1 版" in saved.output
    again = (await in_thread("policy", "export")).output
    assert '"reply@level=town" = "7d"' in again
    assert "管理员" in (await in_thread("policy", "versions")).output


async def test_a_wrong_policy_is_refused_with_all_faults(environ: None, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('redos = "x"\n[limits]\nsign = "soon"\nsleep = "5d"\n', encoding="utf-8")
    answer = await in_thread("policy", "import", str(file))
    assert answer.exit_code == 1
    assert "有3处要改" in answer.stderr
    assert (await in_thread("policy", "versions")).output == ""


async def test_a_version_for_later_holds_only_then(environ: None, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("redos = 5\n", encoding="utf-8")
    late = await in_thread("policy", "import", str(file), "--valid-from", "2020-01-01")
    assert late.exit_code == 1
    saved = await in_thread("policy", "import", str(file), "--valid-from", "2899-01-01")
    assert saved.exit_code == 0, saved.stderr
    assert "redos = 1" in (await in_thread("policy", "export")).output


def test_zone_of_the_county_is_taken_for_a_time_without_one() -> None:
    assert ask("due", "2026-02-13T10:00", "1h").output.splitlines()[0].endswith("+08:00")
    assert moment("2026-02-13", "11:00").astimezone(ZONE).isoformat() in ask("due", "2026-02-13T10:00", "1h").output
