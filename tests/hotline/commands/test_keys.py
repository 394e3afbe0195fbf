"""`hotline keys`: from a key in the setting to a key file, over to a new key, and rid of the old one."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.__main__ import cli
from hotline.actions.intake import opening
from hotline.actions.search import case_view, ticket_lists
from hotline.config import Settings
from hotline.crypto.keyring import Cipher, Digest, KeySource, read_keyring
from hotline.crypto.vault import Vault
from hotline.domain.tickets.ticket import COMPLAINANT
from tests import build
from tests.build import MONDAY, Town
from tests.hotline.test_config import KEY

Ask = Callable[..., Awaitable[Result]]


@pytest.fixture
async def town(settings: Settings, pool: object) -> Town:
    return await build.a_county(pool)  # type: ignore[arg-type]


@pytest.fixture
def ask(town: Town, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setenv("HOTLINE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("HOTLINE_REDIS_URL", settings.redis_url)
    monkeypatch.setenv("HOTLINE_FILES_DIR", str(settings.files_dir))
    monkeypatch.setenv("HOTLINE_KEY", KEY)

    async def command(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli, ["keys", *words])

    return command


def long_ago(file: Path) -> None:
    """The file was changed an hour ago."""
    then = file.stat().st_mtime - 3600
    os.utime(file, (then, then))


async def test_from_a_key_in_the_setting_to_sm4_without_losing_anybody(
    ask: Ask, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "keys"
    opened = await opening.open_ticket(town.context, build.a_filing(), COMPLAINANT, MONDAY)
    assert "keys new --file" in (await ask("rotate")).output
    made = await ask("new", "--cipher", "sm4-gcm", "--file", str(file))
    assert made.exit_code == 0, made.output
    assert f"HOTLINE_KEY=file:{file}" in made.output
    assert "已经存在" in (await ask("new", "--file", str(file))).output
    monkeypatch.setenv("HOTLINE_KEY", f"file:{file}")
    turned = await ask("rotate")
    assert turned.exit_code == 0, turned.output
    assert "已改用新密钥加密 2 项" in turned.output
    checked = await ask("check")
    assert checked.exit_code == 0, checked.output
    assert "加密 2 号  sm4-gcm" in checked.output
    assert "五分钟" in (await ask("retire", "1")).output
    long_ago(file)
    assert (await ask("retire", "1")).exit_code == 0
    assert [key.cipher for key in read_keyring(file).seals] == [Cipher.SM4]
    town.context.vault = Vault.open(KeySource(path=file))
    person = await case_view.reveal_person(
        town.context, opened.ticket.ticket_id, town.actor("operator"), MONDAY, "核实"
    )
    assert person.phone == "13800138000"
    assert KEY not in made.output + turned.output + checked.output


async def test_key_still_needed_is_not_retired(
    ask: Ask, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "keys"
    await ask("new", "--file", str(file))
    monkeypatch.setenv("HOTLINE_KEY", f"file:{file}")
    await ask("rotate")
    # A process that has not read the file yet writes with the old key.
    await opening.open_ticket(town.context, build.a_filing(), COMPLAINANT, MONDAY)
    long_ago(file)
    refused = await ask("retire", "1")
    assert refused.exit_code == 1
    assert "还有 2 项用着 1 号密钥" in refused.output
    assert "在用的不能停用" in (await ask("retire", "2")).output
    assert "还有数据用着" in (await ask("check")).output
    await ask("rotate")
    long_ago(file)
    assert (await ask("retire", "1")).exit_code == 0


async def test_finding_key_changes_too(ask: Ask, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "keys"
    opened = await opening.open_ticket(town.context, build.a_filing(), COMPLAINANT, MONDAY)
    await ask("new", "--file", str(file))
    monkeypatch.setenv("HOTLINE_KEY", f"file:{file}")
    assert (await ask("new", "--find", "--digest", "hmac-sm3")).exit_code == 0
    turned = await ask("rotate")
    assert "已改用新的查找密钥：1 人" in turned.output
    long_ago(file)
    assert (await ask("retire", "--find", "1")).exit_code == 0
    assert [key.digest for key in read_keyring(file).finds] == [Digest.SM3]
    town.context.vault = Vault.open(KeySource(path=file))
    rows = await ticket_lists.list_caller(town.context, "13800138000", town.actor("operator"), MONDAY)
    assert [one.row["number"] for one in rows] == [opened.ticket.number]
    await case_view.read_progress(town.context, opened.ticket.number, opened.query_code, MONDAY)


async def test_seals_of_a_lost_key_are_told(
    ask: Ask, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "keys"
    await ask("new", "--file", str(file))
    monkeypatch.setenv("HOTLINE_KEY", f"file:{file}")
    async with town.context.pool.acquire() as conn:
        opened = await opening.open_ticket(town.context, build.a_filing(), COMPLAINANT, MONDAY)
        await conn.execute("update complainant set name_sealed = set_byte(name_sealed, 0, 77)")
    checked = await ask("check")
    assert checked.exit_code == 1
    assert "1 项是用密钥文件里没有的密钥加密的" in checked.output
    turned = await ask("rotate")
    assert turned.exit_code == 1
    assert "1 项解不开，原样留着" in turned.output
    assert opened.ticket.number not in turned.output
