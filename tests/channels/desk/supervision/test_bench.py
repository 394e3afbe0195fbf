"""The supervision bench and the administrators' page."""

from __future__ import annotations

import re
from datetime import timedelta

import asyncpg
import pytest

from channels.scheduler_watch import JOB_NAMES
from hotline.actions.region.heartbeats import beat
from hotline.actions.tickets.due_steps import fire_due_deadlines
from hotline.clock import MovedClock
from tests.build import MONDAY, Town, held, moment, owed, signed
from tests.channels.desk.conftest import LogIn
from tests.channels.desk.unit.test_inbox import numbers
from workers.timetable import TIMES

NOON = MONDAY + timedelta(hours=2)


async def test_highest_tier_and_oldest_trouble_on_top(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    oldest = await owed(town, moment("2026-11-16"))
    older = await owed(town, moment("2026-11-20"))
    newer = await owed(town)
    await fire_due_deadlines(town.context, moment("2026-11-24"), 100)
    clock.move_to(moment("2026-11-24"))
    supervisor = await log_in("supervisor")
    assert numbers(await supervisor.get("/supervision")) == [oldest.number, older.number, newer.number]
    assert numbers(await supervisor.get("/supervision?tier=2")) == [oldest.number]
    assert numbers(await supervisor.get("/supervision?tier=1")) == [older.number, newer.number]
    assert "没有领导督办的工单。" in await supervisor.get("/supervision?tier=3")


async def test_every_row_has_its_window(log_in: LogIn, town: Town) -> None:
    await owed(town)
    page = await (await log_in("inspector")).get("/supervision")
    assert page.count('class="window window-small"') == 1
    assert "约谈期限5个工作日；2026-11-30 17:30（周一）前，还剩 5 个工作日 6 小时；热线督办" in page


async def test_interview_held_is_verified_from_the_list(
    log_in: LogIn, town: Town, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    ticket = await held(town, await owed(town), NOON)
    clock.move_to(MONDAY + timedelta(hours=6))
    inspector = await log_in("inspector")
    page = await inspector.get("/supervision")
    assert f'action="/tickets/{ticket.ticket_id}/verify"' in page
    status, location, _ = await inspector.do(ticket.ticket_id, "verify", verdict="satisfied", next="/supervision")
    assert (status, location) == (303, "/supervision?done=verify")
    assert await pool.fetchval("select state from ticket") == "closed"
    assert f"/tickets/{ticket.ticket_id}/verify" not in await inspector.get("/supervision")


async def test_review_is_asked_of_those_who_have_not_given_it(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    ticket = await held(town, await owed(town), NOON, outcome="unreasonable", person_verdict="dissatisfied")
    await held(town, await owed(town), NOON)
    clock.move_to(NOON)
    form = f'action="/tickets/{ticket.ticket_id}/review"'
    people = [await log_in(login) for login in ("inspector", "supervisor", "dispatcher")]
    for place, worker in enumerate(people[:2]):
        page = await worker.get("/supervision")
        assert page.count("/review") == 1
        assert form in page
        assert f"已有 {place} 人同意" in page
        await worker.do(ticket.ticket_id, "review", agreed="yes", reason="没有依据")
        assert form not in await worker.get("/supervision")
    assert form not in await people[2].get("/supervision")


async def test_leader_sees_rows_but_makes_no_calls(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    await held(town, await owed(town), NOON)
    clock.move_to(MONDAY + timedelta(hours=6))
    page = await (await log_in("leader")).get("/supervision")
    assert len(numbers(page)) == 1
    assert "/verify" not in page


@pytest.mark.parametrize("login", ["water", "operator", "admin"])
async def test_bench_is_not_for_others(log_in: LogIn, login: str) -> None:
    await (await log_in(login)).get("/supervision", status=403)


@pytest.mark.parametrize("tier", ["0", "4", "x", "1'"])
async def test_unknown_tier_is_not_found(log_in: LogIn, tier: str) -> None:
    await (await log_in("supervisor")).get(f"/supervision?tier={tier}", status=404)


async def test_nobody_supervised_is_said(log_in: LogIn) -> None:
    assert "没有督办中的工单" in await (await log_in("supervisor")).get("/supervision")


async def test_silent_job_is_pointed_out(log_in: LogIn, town: Town) -> None:
    for job in set(JOB_NAMES) - {"delivery"}:
        await beat(town.context, job, MONDAY, 3, 0)
    await beat(town.context, "delivery", MONDAY - timedelta(minutes=6), 3, 1)
    page = await (await log_in("admin")).get("/admin")
    assert "有后台任务没有按时运行" in page
    assert page.count("停了") == 1
    await beat(town.context, "delivery", MONDAY, 3, 1)
    assert "有后台任务没有按时运行" not in await (await log_in("admin")).get("/admin")


def test_every_job_of_the_timetable_is_watched() -> None:
    assert set(JOB_NAMES) == set(TIMES)


async def test_policy_in_force_is_readable(log_in: LogIn) -> None:
    page = await (await log_in("admin")).get("/admin")
    rows = dict(re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td>', page))
    assert rows["约谈"] == "5个工作日"
    assert rows["签收（危及安全）"] == "15分钟"
    assert not [name for name in rows if re.search(r"[a-z]", name)]


async def test_schema_is_up_to_date(log_in: LogIn, pool: asyncpg.Pool) -> None:
    admin = await log_in("admin")
    newest = await pool.fetchval("select max(name) from schema_migration")
    assert newest in await admin.get("/admin")
    await pool.execute("delete from schema_migration where name = $1", newest)
    assert "数据库还没有升级到这一版" in await admin.get("/admin")


async def test_administrator_page_holds_no_ticket(log_in: LogIn, town: Town) -> None:
    ticket = await signed(town)
    page = await (await log_in("admin")).get("/admin")
    assert ticket.number not in page
    assert ticket.title not in page


@pytest.mark.parametrize("login", ["water", "leader", "dispatcher"])
async def test_running_of_the_system_is_for_administrators(log_in: LogIn, login: str) -> None:
    await (await log_in(login)).get("/admin", status=403)
