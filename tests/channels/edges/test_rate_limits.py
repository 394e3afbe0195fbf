"""Too often: a sentence, a moment to come back, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import redis
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

from channels.app import build_app
from hotline.clock import MovedClock
from hotline.config import Settings
from tests.build import EASY_LOG_IN, MONDAY, PASSWORD, Town, a_county, signed
from tests.channels.desk.conftest import LogIn
from tests.channels.edges.conftest import holdings
from tests.pictures import a_png

WORDS = "我家水费比上月多了三倍，水表没有动过，请查一查。"
NARROW = {
    "address.filing": "4/1h", "phone.filing": "2/1d", "address.query": "3/1h", "address.upload": "3/1h", "login.login": "2/10m",
    "address.login": "5/10m", "account.reveal": "2/1h", "account.search": "2/1h", "account.upload": "2/1h",
}  # fmt: skip
Client = TestClient[Any, Any]


@pytest.fixture
async def town(pool: asyncpg.Pool, settings: Settings) -> Town:
    town = await a_county(pool)
    await pool.execute(
        "insert into policy (region_id, version, valid_from, body, author) values (1, 1, '2020-01-01', $1, '热线办')",
        {"rates": NARROW} | EASY_LOG_IN,
    )
    return town


@pytest.fixture
def proxied(settings: Settings) -> Settings:
    """Behind a proxy of the machine itself."""
    return settings.model_copy(update={"trusted_proxies": (ip_network("127.0.0.0/8"),)})


@pytest.fixture
async def public(proxied: Settings, town: Town, clock: MovedClock) -> AsyncIterator[Client]:
    async with TestClient(TestServer(build_app(proxied, clock))) as client:
        yield client


_number = iter(range(1_000_000))


async def file(client: Client, address: str = "203.0.113.9", **fields: str) -> tuple[int, str, Mapping[str, str]]:
    form = {"kind": "help", "body": WORDS, "client_key": f"website-key-{next(_number):06}"} | fields
    answer = await client.post("/file", data=form, headers={"X-Forwarded-For": address}, allow_redirects=False)
    return answer.status, await answer.text(), answer.headers


async def test_fifth_filing_of_an_address_waits_and_loses_nothing(
    public: Client, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    assert [(await file(public))[0] for _ in range(4)] == [303] * 4
    before = await holdings(pool)
    status, page, headers = await file(public)
    assert status == 429
    assert "请过15分钟再试" in page
    assert WORDS in page, "what was typed must come back"
    assert int(headers["Retry-After"]) == 15 * 60
    assert await holdings(pool) == before
    assert (await file(public, "203.0.113.10"))[0] == 303, "a neighbour may file"
    clock.move_to(MONDAY + timedelta(minutes=15))
    assert (await file(public))[0] == 303


async def alarms(pool: asyncpg.Pool) -> list[asyncpg.Record]:
    return await pool.fetch(
        "select a.*, t.number from alarm a join ticket t using (region_id, ticket_id) where a.kind = 'many_filings_of_phone'"
        " order by a.raised_at, a.alarm_id"
    )


async def test_telephone_number_is_counted_wherever_it_comes_from_and_however_it_is_written(
    public: Client, pool: asyncpg.Pool
) -> None:
    """Limit 2: the third filing is answered like the first, and the hotline is told of that ticket, without the number."""
    spelled = ("13800138000", "138 0013 8000", "+86 13800138000")
    answers = [await file(public, f"203.0.113.{place}", phone=phone) for place, phone in enumerate(spelled, 1)]
    assert [status for status, _, _ in answers] == [303] * 3
    assert all("Retry-After" not in headers for _, _, headers in answers)
    assert (await file(public, "203.0.113.3", phone="13900139000"))[0] == 303
    [raised] = await alarms(pool)
    assert f"number={raised['number']}&" in answers[2][2]["Location"]
    assert raised["dedupe_key"] == f"many_filings_of_phone:{raised['ticket_id']}:"
    assert raised["details"] == {"number": raised["number"]}


async def test_alarm_of_a_number_is_raised_once_a_day(public: Client, pool: asyncpg.Pool, clock: MovedClock) -> None:
    for place in range(5):
        assert (await file(public, f"203.0.113.{place}", phone="13800138000"))[0] == 303
    assert len(await alarms(pool)) == 1
    clock.move_to(MONDAY + timedelta(days=1, minutes=1))
    for place in range(3):
        assert (await file(public, f"203.0.113.{place}", phone="13800138000"))[0] == 303
    assert len(await alarms(pool)) == 2


async def test_refused_forms_tell_nothing_of_a_number_and_cost_it_nothing(public: Client, pool: asyncpg.Pool) -> None:
    for known in (False, True):
        answers = [
            await file(public, f"203.0.{known:d}.{place}", body="", phone="13800138000", client_key="website-key-empty")
            for place in range(6)
        ]
        assert {status for status, _, _ in answers} == {422}
        assert len({page for _, page, _ in answers}) == 1
        assert (await file(public, f"198.51.{known:d}.9", phone="13800138000"))[0] == 303
    assert await alarms(pool) == []
    assert await pool.fetchval("select count(*) from ticket") == 2


async def test_form_sent_again_costs_the_number_nothing(public: Client, pool: asyncpg.Pool) -> None:
    for place in range(6):
        status, _, _ = await file(public, f"203.0.113.{place}", phone="13800138000", client_key="website-key-of-one")
        assert status == 303
    assert await alarms(pool) == []
    assert await pool.fetchval("select count(*) from ticket") == 1


async def test_address_limit_holds_for_one_number_too(public: Client) -> None:
    assert [(await file(public, phone="13800138000"))[0] for _ in range(5)] == [303] * 4 + [429]


@pytest.fixture
async def usual(proxied: Settings, town: Town, pool: asyncpg.Pool, clock: MovedClock) -> AsyncIterator[Client]:
    """The doors under the default rates."""
    await pool.execute("update policy set body = $1 where version = 1", EASY_LOG_IN)
    async with TestClient(TestServer(build_app(proxied, clock))) as client:
        yield client


async def test_sixth_filing_of_a_number_is_taken_with_an_alarm(
    usual: Client, pool: asyncpg.Pool, log_in: LogIn
) -> None:
    told = []
    for place in range(6):
        told.append((await file(usual, f"203.0.113.{place}", phone="13800138000"))[0])
        assert len(await alarms(pool)) == (1 if place == 5 else 0)
    assert told == [303] * 6
    page = await (await log_in("dispatcher")).get("/console/alarms")
    assert "同一个电话一天里在网上提交了很多件诉求" in page
    assert "13800138000" not in page


async def test_machine_with_a_network_of_addresses_is_one_address(public: Client) -> None:
    told = [(await file(public, f"2001:db8:1:2::{place:x}"))[0] for place in range(5)]
    assert told == [303] * 4 + [429]
    assert (await file(public, "2001:db8:1:3::1"))[0] == 303


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("203.0.113.9:{}", "203.0.113.9"), ("[2001:db8:1:2::9]:{}", "2001:db8:1:2::9"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::9"), ("2001:db8:1:2::9", "2001:db8:1:2::9"),
        ("198.51.100.7:{}, 203.0.113.9:{}, 127.0.0.2:{}", "203.0.113.9"),
    ],
)  # fmt: skip
async def test_port_a_proxy_adds_is_not_part_of_the_address(
    public: Client, pool: asyncpg.Pool, written: str, address: str
) -> None:
    answers = [await file(public, written.replace("{}", str(50_000 + place))) for place in range(5)]
    assert [status for status, _, _ in answers] == [303] * 4 + [429]
    for place in range(3):
        sent = {"login": "water", "password": PASSWORD}
        forwarded = written.replace("{}", str(60_000 + place))
        await public.post("/login", data=sent, headers={"X-Forwarded-For": forwarded}, allow_redirects=False)
    assert await pool.fetchval("select array_agg(distinct address) from session") == [address]


async def test_address_a_stranger_claims_is_not_believed(settings: Settings, town: Town, clock: MovedClock) -> None:
    async with TestClient(TestServer(build_app(settings, clock))) as client:
        told = [(await file(client, f"203.0.113.{place}"))[0] for place in range(5)]
    assert told == [303] * 4 + [429]


async def test_queries_are_counted_right_or_wrong(public: Client) -> None:
    sent = {"number": "20261123-00001", "code": "000000"}
    told = [(await public.post("/progress", data=sent)).status for _ in range(4)]
    assert told == [404] * 3 + [429]


async def test_name_is_counted_wherever_it_logs_in_whether_anybody_has_it(public: Client) -> None:
    for login in ("water", "nobody"):
        told = [
            (await public.post("/login", data={"login": login, "password": "wrong"}, headers={"X-Forwarded-For": f"203.0.113.{place}"})).status
            for place in range(3)
        ]  # fmt: skip
        assert told == [401, 401, 429]


async def test_files_are_counted_one_by_one(public: Client, pool: asyncpg.Pool) -> None:
    def form(count: int) -> FormData:
        made = FormData({"kind": "help", "body": WORDS, "client_key": f"website-key-{next(_number):06}"})
        for place in range(count):
            made.add_field("files", a_png(next(_number)), filename=f"{place}.png", content_type="image/png")
        return made

    assert (await public.post("/file", data=form(2), allow_redirects=False)).status == 303
    assert (await public.post("/file", data=form(2), allow_redirects=False)).status == 429
    assert await pool.fetchval("select count(*) from ticket") == 1


async def test_reveals_and_searches_of_an_account_are_counted(town: Town, log_in: LogIn, pool: asyncpg.Pool) -> None:
    ticket, operator = await signed(town), await log_in("operator")
    told = [(await operator.send(f"/tickets/{ticket.ticket_id}/reveal", reason="回访核实情况"))[0] for _ in range(3)]
    assert told == [200, 200, 429]
    assert await pool.fetchval("select count(*) from view_log where what = 'reveal'") == 2
    for status in (200, 200, 429):
        await operator.get("/console/caller?phone=13800138000", status=status)


async def test_doors_go_on_without_valkey(settings: Settings, town: Town, clock: MovedClock) -> None:
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    async with TestClient(TestServer(build_app(away, clock))) as client:
        told = [(await file(client))[0] for _ in range(5)]
    assert told == [303] * 4 + [429]


async def test_cache_holds_nobodys_number_or_address(public: Client, valkey_url: str) -> None:
    await file(public, phone="13800138000")
    await public.post("/login", data={"login": "water", "password": PASSWORD})
    client = redis.Redis.from_url(valkey_url)
    keys = b" ".join(client.keys()).decode()
    client.close()
    assert keys.count("rate:1:") >= 4
    for told in ("13800138000", "203.0.113.9", "127.0.0.1", "water"):
        assert told not in keys


async def test_letters_of_ones_own_count_as_questions(public: Client) -> None:
    asked = {"number": "20261123-00001", "code": "000000", "letter": str(uuid4())}
    found = [(await public.post("/progress/letter", data=asked)).status for _ in range(4)]
    assert found == [404, 404, 404, 429]
