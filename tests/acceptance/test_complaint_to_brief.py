"""One complaint, from WeChat to the weekly brief: real HTTP, real PostgreSQL, real Valkey, a real worker.

Only the outside world is played: the WeChat platform by a server that speaks its protocol, and the calendar,
which is moved. Everything the office does it does through the forms of its pages.
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import docx
import pytest
from aiohttp import web

from channels.app import build_app
from hotline.clock import MovedClock
from hotline.config import Settings
from rehearsal.clients import Clients
from rehearsal.environment import free_port
from rehearsal.wechat_server import WechatServer
from tests.build import PASSWORD, ZONE, a_county, moment
from workers.settings import build_worker
from workers.timetable import TIMES

# arq's own shut-down calls a name redis-py has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated close:DeprecationWarning")

MONDAY = moment("2026-11-23", "09:10")
PATIENCE_S = 30


@dataclass
class Hotline:
    """The hotline in service, seen from outside, with the one thing a test may do: move the calendar."""

    clients: Clients
    wechat: WechatServer
    clock: MovedClock
    pool: asyncpg.Pool
    webhook: str
    ticket_id: str = ""

    async def until(self, what: str, look: Callable[[], Awaitable[Any]]) -> Any:
        """Wait for the worker to have done something; fails with `what` when it never does."""
        for _ in range(PATIENCE_S * 10):
            found = await look()
            if found:
                return found
            await asyncio.sleep(0.1)
        pytest.fail(f"the worker never did it: {what}")

    async def state_is(self, state: str) -> None:
        """Wait until the ticket stands there."""

        async def look() -> bool:
            return await self.value("select state from ticket where ticket_id = $1::uuid") == state

        await self.until(f"ticket {state}", look)

    async def value(self, statement: str) -> Any:
        """One value about the ticket, read behind the hotline's back."""
        return await self.pool.fetchval(statement, self.ticket_id)

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows about the ticket, read behind the hotline's back."""
        return [tuple(row) for row in await self.pool.fetch(statement, self.ticket_id)]

    async def act(self, login: str, verb: str, **fields: str) -> None:
        """An official presses a button on the ticket's page."""
        reply = await self.clients.submit(login, f"/tickets/{self.ticket_id}/{verb}", fields)
        assert reply.done, f"{login} could not {verb}: {reply.status} {reply.text[-2000:]}"

    def told(self) -> list[str]:
        """What reached the person's WeChat."""
        return [message.text for message in self.wechat.accepted]


@pytest.fixture
async def hotline(settings: Settings, pool: asyncpg.Pool) -> AsyncIterator[Hotline]:
    """The doors, the worker and the WeChat platform, brought up on a small county."""
    await a_county(pool, settings.region)
    clock = MovedClock(MONDAY)
    async with AsyncExitStack() as stack:
        wechat = await stack.enter_async_context(WechatServer(clock.now))
        known = wechat.credentials
        settings = settings.model_copy(
            update={
                "port": free_port(), "wechat_api_base": wechat.base, "wechat_app_id": known.app_id,
                "wechat_token": known.token, "wechat_aes_key": known.aes_key, "wechat_app_secret": known.secret,
            }
        )  # fmt: skip
        runner = web.AppRunner(build_app(settings, clock), access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, settings.host, settings.port).start()
        every_second = dict.fromkeys(TIMES, frozenset(range(60)))
        worker = build_worker(settings, clock, times=every_second, handle_signals=False)
        working = asyncio.create_task(worker.async_run())
        stack.push_async_callback(_stop, worker, working)
        base = f"http://{settings.host}:{settings.port}"
        clients = Clients(base, clock, PASSWORD)
        stack.push_async_callback(clients.close)
        yield Hotline(clients, wechat, clock, pool, f"{base}/wechat")


async def _stop(worker: Any, working: asyncio.Task[None]) -> None:
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await worker.close()


async def tell_story(hotline: Hotline, openid: str, lines: Iterable[str]) -> tuple[str, str]:
    """A follower tells a complaint line by line; gives back number and query code."""
    person = hotline.wechat.follower(openid, hotline.webhook)
    reply = ""
    for line in lines:
        reply = await person.say(line)
    number, code = re.search(r"\d{8}-\d{5}", reply), re.search(r"查询码：(\d{6})", reply)
    assert number, reply
    assert code, reply
    hotline.ticket_id = str(await hotline.pool.fetchval("select ticket_id from ticket where number = $1", number[0]))
    return number[0], code[1]


STORY = (
    "水费这个月突然多了三倍，打电话问没有人说得清楚，请核查。",
    "1",
    "永安镇前进村三组",
    "李女士 13812345678",
    "1",
    "1",
)


async def test_a_complaint_climbs_three_tiers_is_met_and_stands_in_the_brief(hotline: Hotline) -> None:
    number, code = await tell_story(hotline, "oFollower0001", STORY)

    # Minutes later the worker has handed it to the village's town, by the catalogue.
    await hotline.state_is("dispatched")
    assert (
        await hotline.value(
            "select u.name from ticket t join unit u on u.unit_id = t.lead_unit_id where ticket_id = $1::uuid"
        )
        == "永安镇"
    )

    # The town signs, calls and answers; the person reads it and is not satisfied, though they were contacted.
    hotline.clock.move_to(moment("2026-11-23", "15:00"))
    await hotline.act("town", "sign")
    await hotline.act("town", "contact", how="phone", text="电话说明了阶梯水价")
    await hotline.act("town", "reply", reply="阶梯水价调整所致，收费无误。", facts="核对了抄表记录")
    assert await progress(hotline, number, code)
    await hotline.until("the callback's invitation", lambda: _told(hotline, "满意"))
    person = hotline.wechat.follower("oFollower0001", hotline.webhook)
    await person.say("4")
    await person.say("4")
    await hotline.state_is("interview_owed")
    assert await ladder(hotline) == [(1, "dissatisfied", None)]

    # Five working days: the reminders of the window go out, each once; nobody meets the person.
    due = await hotline.value("select due_at from deadline where ticket_id = $1::uuid and rule = 'interview'")
    assert due.astimezone(ZONE) == datetime(2026, 11, 30, 17, 30, tzinfo=ZONE)
    for at in ("2026-11-26 17:31", "2026-11-27 17:31", "2026-11-30 13:30", "2026-11-30 17:31"):
        hotline.clock.move_to(moment(*at.split()))
        await hotline.until(f"the reminder of {at}", lambda at=at: _reminded_by(hotline, at))
    steps = await hotline.rows(
        "select step, count(*) from reminder where ticket_id = $1::uuid and rule = 'interview' group by step"
    )
    assert dict(steps) == dict.fromkeys(("issued", "two_days", "one_day", "four_hours", "expiry"), 1)

    # Tier 2, three working days; then tier 3.
    await hotline.until("tier 2", lambda: _tier(hotline, 2))
    hotline.clock.move_to(moment("2026-12-03", "17:31"))
    await hotline.until("tier 3", lambda: _tier(hotline, 3))
    assert await ladder(hotline) == [
        (1, "dissatisfied", "next_tier"), (2, "interview_overdue", "next_tier"), (3, "tier2_overdue", None),
    ]  # fmt: skip
    letters = await hotline.rows(
        "select number, tier from letter where ticket_id = $1::uuid and kind = 'supervision_letter' order by number"
    )
    assert letters == [(1, 1), (2, 2), (3, 3)]

    # While it is open it stands in the brief of that week, named by tier, every figure with its list.
    hotline.clock.move_to(moment("2026-12-07", "07:00"))
    await hotline.until("the briefs", lambda: hotline.pool.fetchval("select count(*) from brief having count(*) = 2"))
    week = "2026-11-30"
    page = (await hotline.clients.read("supervisor", f"/briefs/{week}")).decode()
    assert number in page
    assert "13812345678" not in page
    assert "李女士" not in page
    await every_figure_has_its_list(hotline, week)
    paper = docx.Document(io.BytesIO(await hotline.clients.read("supervisor", f"/briefs/{week}.docx")))
    assert any(number in text for text in words_of(paper))

    # At last the town's head plans and holds the interview; tier 1 asks the person again, and it is closed.
    hotline.clock.move_to(moment("2026-12-07", "09:00"))
    await hotline.act(
        "town", "plan_interview", cause="读数有误", solution="退还多收的水费", rules="供水条例",
        meet_at="2026-12-07T10:00", meet_where="前进村村委会",
    )  # fmt: skip
    hotline.clock.move_to(moment("2026-12-07", "11:00"))
    await hotline.act(
        "town", "hold_interview", held_at="2026-12-07T10:00", held_place="village", official="副镇长", minutes="当面核对了读数",
        outcome="done", promised_on="2026-12-11", person_verdict="satisfied",
    )  # fmt: skip
    await hotline.act("supervisor", "verify", verdict="satisfied", unit_at_fault="no", words="")
    await hotline.state_is("closed")
    assert await hotline.value("select count(*) from deadline where ticket_id = $1::uuid and next_at is not null") == 0
    assert (await ladder(hotline))[-1] == (3, "tier2_overdue", "closed")
    await everything_was_told_once(hotline)


async def progress(hotline: Hotline, number: str, code: str) -> bool:
    """Whether the person's own page shows the answer."""
    reply = await hotline.clients.send("/progress", {"number": number, "code": code})
    return reply.done or reply.status == 200


async def ladder(hotline: Hotline) -> list[tuple[Any, ...]]:
    """Tier, reason and how it ended, oldest first."""
    return await hotline.rows(
        "select tier, reason, settled_by from supervision where ticket_id = $1::uuid order by opened_at"
    )


async def _told(hotline: Hotline, word: str) -> bool:
    return any(word in text for text in hotline.told())


async def _tier(hotline: Hotline, tier: int) -> bool:
    return bool(await hotline.value("select tier from ticket where ticket_id = $1::uuid") == tier)


async def _reminded_by(hotline: Hotline, at: str) -> bool:
    """Whether a reminder of the window was planned within the minute before."""
    planned = await hotline.value(
        "select max(planned_at) from reminder where ticket_id = $1::uuid and rule = 'interview'"
    )
    return bool(planned and planned >= moment(*at.split()) - timedelta(minutes=1))


async def every_figure_has_its_list(hotline: Hotline, week: str) -> None:
    """Each figure's page lists as many tickets as the figure says."""
    page = (await hotline.clients.read("supervisor", f"/briefs/{week}")).decode()
    links = set(re.findall(rf'href="(/briefs/{week}/figures/[^"]+)"[^>]*>\s*(?:<[^>]+>\s*)*(\d+)', page))
    assert len(links) > 5
    for href, value in links:
        listed = (await hotline.clients.read("supervisor", href)).decode()
        tickets = set(re.findall(r'href="(/tickets/[0-9a-f-]{36})', listed))
        assert len(tickets) == int(value), href


def words_of(paper: Any) -> list[str]:
    """Every text of a document, tables included."""
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in paper.paragraphs] + cells


async def everything_was_told_once(hotline: Hotline) -> None:
    """Nothing waits, nothing is in doubt, no message reached the person twice."""

    async def settled() -> bool:
        return not await hotline.value(
            "select count(*) from outbox where ticket_id = $1::uuid and state in ('waiting', 'sending') and not_before <= now()"
        )

    await hotline.until("the outbox settled", settled)
    told = [(message.openid, message.text) for message in hotline.wechat.accepted]
    assert len(told) == len(set(told))


async def test_second_delivery_of_a_message_gets_the_same_reply(hotline: Hotline) -> None:
    person = hotline.wechat.follower("oFollower0002", hotline.webhook)
    for line in STORY[:-1]:
        await person.say(line)
    first = await person.say(STORY[-1], msg_id="9000000001")
    assert await person.say(STORY[-1], msg_id="9000000001") == first
    assert await hotline.pool.fetchval("select count(*) from ticket") == 1
