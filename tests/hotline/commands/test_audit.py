"""`hotline audit verify` as the audit administrator runs it."""

import asyncio
import base64
from collections.abc import Awaitable, Callable

import pytest
from click.testing import CliRunner, Result

from hotline.__main__ import cli
from hotline.actions.privacy.access_log import chain_entries
from hotline.actions.search.case_view import read_ticket
from hotline.config import Settings
from tests import build
from tests.build import MONDAY, Town, a_county

Ask = Callable[..., Awaitable[Result]]


@pytest.fixture
async def town(settings: Settings, pool: object) -> Town:
    town = await a_county(pool)
    ticket = await build.opened(town)
    for _ in range(3):
        await read_ticket(town.context, ticket.ticket_id, town.actor("operator"), MONDAY)
    await chain_entries(town.context, MONDAY, 200)
    return town


@pytest.fixture
def ask(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setenv("HOTLINE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("HOTLINE_REDIS_URL", settings.redis_url)
    monkeypatch.setenv("HOTLINE_KEY", base64.b64encode(settings.key.secret or b"").decode())
    monkeypatch.setenv("HOTLINE_FILES_DIR", str(settings.files_dir))

    async def command(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli, ["audit", *words])

    return command


async def test_a_whole_record_is_told_with_its_end_to_keep(ask: Ask, town: Town) -> None:
    answer = await ask("verify")
    assert answer.exit_code == 0, answer.output
    assert "✓ 3 条查看记录完好" in answer.output
    end = answer.output.strip().splitlines()[-1]
    assert (await ask("verify", "--witness", end)).exit_code == 0
    refused = await ask("verify", "--witness", end.replace("3:", "4:"))
    assert refused.exit_code == 1
    assert "✗ 链上没有所给的旧链尾" in refused.output


async def test_one_changed_row_is_named(ask: Ask, town: Town) -> None:
    async with build.owner_of(town).acquire() as conn:
        await conn.execute("set session_replication_role = replica")
        await conn.execute(
            "update view_log set address = '10.9.9.9' where view_id = (select view_id from view_link where seq = 2)"
        )
        await conn.execute("set session_replication_role = origin")
    answer = await ask("verify")
    assert answer.exit_code == 1
    assert "✗ 第 2 环的记录被改动" in answer.output
