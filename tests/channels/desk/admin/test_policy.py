"""The page of the county's numbers: edited, compared, saved, refused with what was typed kept."""

from __future__ import annotations

import html
import re

import asyncpg
import pytest

from tests.build import MONDAY, TUESDAY, Town, dispatched, moment
from tests.channels.desk.conftest import LogIn, Worker

PAGE = "/admin/policy"


@pytest.fixture
async def admin(log_in: LogIn) -> Worker:
    return await log_in("admin")


async def fields_of(worker: Worker) -> dict[str, str]:
    """The form as a browser would send it back."""
    text = await worker.get(PAGE)
    found = dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', text))
    area = re.search(r'<textarea[^>]*name="special"[^>]*>\n?(.*?)</textarea>', text, re.DOTALL)
    assert area is not None
    found["special"] = area[1]
    return {name: html.unescape(value) for name, value in found.items() if name != "csrf"}


async def save(worker: Worker, **changed: str) -> tuple[int, str, str]:
    typed = await fields_of(worker)
    return await worker.send(PAGE, **typed | {"act": "save"} | changed)


async def versions(pool: asyncpg.Pool) -> list[asyncpg.Record]:
    return list(await pool.fetch("select * from policy where version > 0 order by version"))


async def test_saving_what_is_there_makes_no_version(admin: Worker, pool: asyncpg.Pool) -> None:
    status, where, _ = await save(admin)
    assert (status, where) == (303, "/admin/policy?done=saved")
    assert await versions(pool) == []


async def test_a_change_is_the_next_version_with_who_and_when(admin: Worker, pool: asyncpg.Pool, town: Town) -> None:
    status, _, _ = await save(admin, **{"limit:sign": "2d", "redos": "2"})
    assert status == 303
    (row,) = await versions(pool)
    assert (row["version"], row["author"], row["saved_at"]) == (1, "admin同志", MONDAY)
    text = await admin.get(PAGE)
    assert "第 1 版" in text
    shown = [re.sub(r"<[^>]+>", "|", line) for line in text.splitlines() if '<th scope="row">签收' in line]
    assert any("1个工作日" in line and "2个工作日" in line for line in shown)


async def test_a_new_version_holds_for_new_limits_and_moves_no_running_one(
    admin: Worker, pool: asyncpg.Pool, town: Town
) -> None:
    old = await dispatched(town)
    await save(admin, special='[limits]\n"reply@matter=water.bill" = "2d"\n')
    await town.context.refresh(MONDAY, force=True)
    new = await dispatched(town, phone="13700137001")
    due = dict(await pool.fetch("select ticket_id, due_at from deadline where rule = 'reply'"))
    assert due == {old.ticket_id: moment("2026-11-30", "17:30"), new.ticket_id: moment("2026-11-25", "17:30")}
    texts = await pool.fetch("select limit_text from deadline where rule = 'reply' order by due_at")
    assert [row["limit_text"] for row in texts] == ["2d", "5d"]


async def test_a_limit_by_level_binds_units_of_that_level_alone(admin: Worker, pool: asyncpg.Pool, town: Town) -> None:
    await save(admin, special='[limits]\n"sign@level=town" = "3d"\n')
    await town.context.refresh(MONDAY, force=True)
    bureau = await dispatched(town)
    hall = await dispatched(town, unit="永安镇", phone="13700137001")
    found = dict(await pool.fetch("select ticket_id, limit_text from deadline where rule = 'sign'"))
    assert found == {bureau.ticket_id: "1d", hall.ticket_id: "3d"}


async def test_differences_are_shown_before_anything_is_saved(admin: Worker, pool: asyncpg.Pool) -> None:
    status, _, text = await save(admin, act="check", **{"limit:tier2": "4d"})
    assert status == 200
    assert "与最新一版的差别" in text
    assert re.search(r"纪委督办.*3个工作日.*4个工作日", text, re.DOTALL)
    assert await versions(pool) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("2个工作日", "2d"), (" 4 工作小时", "4h"), ("24小时", "24h natural"), ("90分钟", "90m natural"), ("2d", "2d")],
)
async def test_limits_are_written_as_clerks_write_them(
    admin: Worker, pool: asyncpg.Pool, typed: str, kept: str
) -> None:
    assert (await fields_of(admin))["limit:sign"] == "1个工作日"
    assert (await fields_of(admin))["limit:sign.utility"] == "30分钟"
    status, _, _ = await save(admin, **{"limit:sign": typed})
    assert status == 303
    (row,) = await versions(pool)
    assert row["body"]["limits"]["sign"] == kept


@pytest.mark.parametrize(
    ("changed", "places"),
    [
        ({"limit:sign": "soon", "redos": "many"}, ["签收", "最多重办几次"]),
        ({"weights": "1 1 1"}, ["得分权重"]),
        ({"special": "[limits\nx"}, ["第 1 行"]),
        ({"special": '[limits]\n"reply@matter=<b>" = "2d"'}, ["没有事项"]),
        ({"special": "limits = 3"}, ["应当是一张表"]),
        ({"special": "[statutory]\nwater = 1"}, ["statutory.water"]),
        ({"valid_from": "2020-01-01T00:00"}, ["不能早于现在"]),
    ],
)
async def test_unfit_numbers_are_refused_together_and_what_was_typed_is_kept(
    admin: Worker, pool: asyncpg.Pool, changed: dict[str, str], places: list[str]
) -> None:
    status, _, text = await save(admin, **changed)
    assert status == 422
    notice = text[text.index("填写的内容都还在") : text.index("</ul>")]
    assert all(place in notice for place in places)
    assert "<b>" not in notice
    assert all(value in html.unescape(text) for value in changed.values())
    assert await versions(pool) == []


async def test_two_who_edit_at_once_do_not_undo_each_other(admin: Worker, pool: asyncpg.Pool) -> None:
    first, second = await fields_of(admin), await fields_of(admin)
    await admin.send(PAGE, **first | {"act": "save", "redos": "2"})
    status, _, text = await admin.send(PAGE, **second | {"act": "save", "extensions": "3"})
    assert status == 409
    assert "第1版" in text
    assert len(await versions(pool)) == 1


async def test_a_version_for_later_is_the_one_to_edit_and_not_yet_in_force(
    admin: Worker, pool: asyncpg.Pool, town: Town
) -> None:
    await save(admin, redos="3", valid_from="2026-12-01T00:00")
    assert (await fields_of(admin))["redos"] == "3"
    assert (await town.context.refresh(TUESDAY, force=True)).rules.policy.redos == 1
    assert (await town.context.refresh(moment("2026-12-01"), force=True)).rules.policy.redos == 3


async def test_only_the_system_administrator_may_change_and_others_are_kept_out(
    admin: Worker, log_in: LogIn, pool: asyncpg.Pool
) -> None:
    typed = await fields_of(admin)
    dispatcher = await log_in("dispatcher")
    await dispatcher.get(PAGE, 403)
    status, _, _ = await dispatcher.send(PAGE, **typed | {"act": "save", "redos": "9"})
    assert status == 403
    status, _, _ = await admin.send(PAGE, **typed | {"act": "save", "redos": "9", "csrf": "wrong"})
    assert status == 403
    assert await versions(pool) == []
