"""The clerk's command line on a real database."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.__main__ import cli
from hotline.domain.tickets.lifecycle import compose_picture

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture
def environ(database_url: str, valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of a hotline on a fresh, migrated database."""
    values = {
        "HOTLINE_DATABASE_URL": database_url,
        "HOTLINE_REDIS_URL": valkey_url,
        "HOTLINE_KEY": KEY,
        "HOTLINE_FILES_DIR": str(tmp_path / "files"),
        "HOTLINE_COUNTY": "测试县",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def _run(*arguments: str, given: str | None = None) -> Result:
    result = CliRunner().invoke(cli, list(arguments), input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def _units(tmp_path: Path, text: str) -> str:
    path = tmp_path / "units.csv"
    path.write_text(text, "utf-8")
    return str(path)


def test_faults_of_the_settings_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOTLINE_DATABASE_URL", "HOTLINE_REDIS_URL", "HOTLINE_KEY", "HOTLINE_FILES_DIR"):
        monkeypatch.delenv(name, raising=False)
    for command in (["migrate"], ["check"]):
        result = _run(*command)
        assert result.exit_code == 1
        assert "HOTLINE_DATABASE_URL" in result.output
        assert "HOTLINE_KEY" in result.output


@pytest.mark.usefixtures("environ")
def test_migrate_says_what_it_did(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE_URL", empty_database_url)
    assert "已执行 0001_" in _run("migrate").output
    assert _run("migrate").output == "数据库结构已是最新。\n"


@pytest.mark.usefixtures("environ")
def test_units_are_loaded_once_and_bad_rows_told(tmp_path: Path) -> None:
    file = _units(tmp_path, "sector_no,sector,unit\n1,水务,水利站\n2,教育,\n3,永安街,服务中心\n4,水务,水土保持站\n")
    result = _run("load-units", file)
    assert result.exit_code == 0
    # The county, two leading units, and three units below them.
    assert "新增 6 个单位，已有 0 个，有误 1 行。" in result.output
    assert "units.csv 第 3 行：缺少 unit" in result.output
    assert "新增 0 个单位，已有 6 个" in _run("load-units", file).output


@pytest.mark.usefixtures("environ")
def test_a_file_that_is_no_list_of_units_is_refused(tmp_path: Path) -> None:
    result = _run("load-units", _units(tmp_path, "名称\n水利站\n"))
    assert result.exit_code == 1
    assert "sector_no、sector、unit" in result.output
    assert "读不到" in _run("load-units", str(tmp_path / "none.csv")).output


@pytest.mark.usefixtures("environ")
def test_an_account_is_added_once_with_a_password_shown_once(tmp_path: Path) -> None:
    _run("load-units", _units(tmp_path, "sector_no,sector,unit\n1,水务,水利站\n"))
    added = _run("user", "add", "zhang", "--name", "张三", "--role", "handler", "--unit", "水务局")
    assert added.exit_code == 0
    assert "密码（只显示这一次，首次登录须改）：" in added.output
    again = _run("user", "add", "zhang", "--name", "张三", "--role", "handler", "--unit", "水务局")
    assert again.exit_code == 1
    assert "已经有了" in again.output


@pytest.mark.usefixtures("environ")
def test_a_password_typed_in_must_be_long_enough_and_is_not_shown(tmp_path: Path) -> None:
    _run("load-units", _units(tmp_path, "sector_no,sector,unit\n1,水务,水利站\n"))
    order = ("user", "add", "li", "--name", "李四", "--role", "operator", "--ask")
    assert "至少要 10 位" in _run(*order, given="short\nshort\n").output
    good = _run(*order, given="Lantern-reed-9\nLantern-reed-9\n")
    assert good.exit_code == 0
    assert "Lantern-reed-9" not in good.output


@pytest.mark.usefixtures("environ")
def test_accounts_are_locked_reset_moved_and_listed(tmp_path: Path) -> None:
    _run("load-units", _units(tmp_path, "sector_no,sector,unit\n1,水务,水利站\n"))
    _run("user", "add", "zhang", "--name", "张三", "--role", "handler", "--unit", "水务局")
    _run("user", "add", "chief", "--name", "李四", "--role", "system_admin")
    assert re.search(r"^zhang +张三 +handler +水务局 +待首次登录$", _run("user", "list").output, re.MULTILINE)
    assert _run("user", "lock", "zhang", "--reason", "离职").output == "已停用账号 zhang。\n"
    assert re.search(r"^zhang .* 停用$", _run("user", "list").output, re.MULTILINE)
    assert _run("user", "unlock", "zhang").exit_code == 0
    assert "只显示这一次" in _run("user", "reset", "zhang", "--factor").output
    more = _run("user", "sessions", "zhang", "--most", "2", "--reason", "值班")
    assert more.output == "账号 zhang 可同时登录 2 处。\n"
    usual = _run("user", "sessions", "zhang", "--most", "0", "--reason", "不再值班")
    assert usual.output == "账号 zhang 可同时登录的处数按统一规定。\n"
    moved = _run("user", "change", "zhang", "--role", "unit_head", "--unit", "水务局", "--reason", "任命")
    assert moved.exit_code == 0
    assert "unit_head" in _run("user", "list").output
    last = _run("user", "lock", "chief", "--reason", "离职")
    assert last.exit_code == 1
    assert "最后一位能登录的系统管理员" in last.output
    assert _run("user", "lock", "nobody", "--reason", "离职").exit_code == 1


@pytest.mark.usefixtures("environ")
def test_a_handler_needs_a_unit_that_exists(tmp_path: Path) -> None:
    _run("load-units", _units(tmp_path, "sector_no,sector,unit\n1,水务,水利站\n"))
    order = ("user", "add", "wang", "--name", "王五", "--role", "handler")
    assert "所在单位" in _run(*order).output
    wrong = _run(*order, "--unit", "水利站")
    assert wrong.exit_code == 1
    assert "水务局水利站" in wrong.output


@pytest.mark.usefixtures("environ")
def test_check_names_what_is_missing_and_ends_with_one(tmp_path: Path) -> None:
    before = _run("check")
    assert before.exit_code == 1
    assert "✗ 地区：还没有编号 1 的地区" in before.output
    _run("load-units", _units(tmp_path, "sector_no,sector,unit\n1,水务,水利站\n"))
    after = _run("check")
    assert after.exit_code == 1
    for line in ("✓ 配置：齐全", "✓ 缓存：可以连接", "✓ 数据库：可以连接", "✓ 数据库结构：最新", "✓ 地区：测试县"):
        assert line in after.output
    assert "✗ 后台任务：从未运行" in after.output


@pytest.mark.usefixtures("environ")
def test_check_reports_an_unreachable_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE_URL", "postgresql://hotline@127.0.0.1:1/hotline")
    result = _run("check")
    assert result.exit_code == 1
    assert "✗ 数据库：连不上" in result.output
    assert "连不上数据库" in _run("brief").output


@pytest.mark.usefixtures("environ")
def test_without_tickets_no_brief_is_due() -> None:
    result = _run("brief")
    assert result.exit_code == 0
    assert result.output == "现在没有到期要编制的专报。\n"


def test_the_picture_of_states_is_the_tables_own() -> None:
    assert _run("states").output == compose_picture()
