"""`hotline person export`: two files for the person, readable by nobody else, and a look in the record."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner

from hotline.__main__ import cli
from hotline.config import Settings
from tests import build
from tests.hotline.test_config import KEY


async def test_export_writes_both_files_and_is_recorded(
    settings: Settings, pool: asyncpg.Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = await build.a_county(pool)
    ticket = await build.opened(town)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("HOTLINE_REDIS_URL", settings.redis_url)
    monkeypatch.setenv("HOTLINE_FILES_DIR", str(settings.files_dir))
    monkeypatch.setenv("HOTLINE_KEY", KEY)
    words = ["person", "export", ticket.number, "--reason", "\u200b\u202e", "--to", str(tmp_path)]
    without = await asyncio.to_thread(CliRunner().invoke, cli, words)
    assert (without.exit_code, "导出理由" in without.output) == (1, True)
    words[4] = "本人来信\u202e要求"
    done = await asyncio.to_thread(CliRunner().invoke, cli, words)
    assert done.exit_code == 0, done.output
    assert "13800138000" not in done.output
    plain = tmp_path / f"{ticket.number}.json"
    assert json.loads(plain.read_text(encoding="utf-8"))["tickets"][0]["person"]["phone"] == "13800138000"
    assert {file.stat().st_mode & 0o777 for file in tmp_path.glob("2*")} == {0o600}
    assert (tmp_path / f"{ticket.number}.docx").read_bytes()[:2] == b"PK"
    assert await pool.fetchval("select count(*) from view_log where what = 'export'") == 1
    assert await pool.fetchval("select reason from view_log where what = 'export'") == "应本人要求：本人来信要求"
