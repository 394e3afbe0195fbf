"""电子监察 on the pages: the mark with its reason, the month by unit, every count the length of its list."""

from __future__ import annotations

import re

import pytest

from hotline.actions.tickets.due_steps import fire_due_deadlines
from hotline.clock import MovedClock
from tests.build import MONDAY, Town, dispatched, moment, owed, signed
from tests.channels.desk.conftest import LogIn
from tests.channels.desk.unit.test_inbox import numbers


async def sweep(town: Town, clock: MovedClock, *moments: str) -> None:
    for day in moments:
        at = moment(*day.split())
        clock.move_to(at)
        await fire_due_deadlines(town.context, at, 100)


def links(page: str) -> dict[str, int]:
    """Where each count of cards leads, and the count."""
    return {
        href.replace("&amp;", "&"): int(count) for href, count in re.findall(r'href="(/cards/[^"]+)"[^>]*>(\d+)<', page)
    }


async def test_the_mark_says_colour_and_reason_in_words(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    ticket = await dispatched(town)
    await sweep(town, clock, "2026-11-25")
    for login, path in (("water", "/desk"), ("supervisor", "/desk"), ("supervisor", "/supervision")):
        page = await (await log_in(login)).get(path)
        assert re.search(r'class="card card-yellow".*?黄牌</span> (签收|先行联系)超期', page), path
    page = await (await log_in("water")).get(f"/tickets/{ticket.ticket_id}")
    assert "电子监察亮牌" in page
    assert page.count("签收超期") >= 1


async def test_without_a_card_there_is_no_mark(log_in: LogIn, town: Town) -> None:
    ticket = await signed(town)
    water = await log_in("water")
    for path in ("/desk?state=signed", f"/tickets/{ticket.ticket_id}"):
        assert "亮牌" not in await water.get(path)
        assert "card-yellow" not in await water.get(path)


async def test_every_count_is_the_length_of_its_list(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    await dispatched(town)
    await dispatched(town, unit="教育局", phone="13700137001")
    await owed(town, phone="13700137002")
    await sweep(town, clock, "2026-11-25", "2026-11-30 17:31")
    supervisor = await log_in("supervisor")
    page = await supervisor.get("/cards?month=2026-11")
    assert sorted(links(page).values()) == [1, 2]
    for href, count in links(page).items():
        shown = await supervisor.get(href)
        assert len(numbers(shown)) == count
        assert f"红牌：{count} 件" in shown


async def test_the_bench_of_supervision_shows_the_month(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    await dispatched(town)
    assert "本月没有黄牌和红牌。" in await (await log_in("inspector")).get("/supervision")
    await sweep(town, clock, "2026-11-25")
    assert list(links(await (await log_in("supervisor")).get("/supervision")).values()) == [1]


async def test_a_head_sees_the_own_units_and_may_not_ask_for_another(
    log_in: LogIn, town: Town, clock: MovedClock
) -> None:
    await dispatched(town)
    await dispatched(town, unit="教育局", phone="13700137001")
    await sweep(town, clock, "2026-11-25")
    head = await log_in("water_head")
    page = await head.get("/cards")
    assert "水务局" in page
    assert "教育局" not in page
    assert numbers(await head.get(f"/cards/yellow?unit={town.unit('教育局')}")) == []
    assert len(numbers(await head.get(f"/cards/yellow?unit={town.unit('水务局')}"))) == 1


async def test_a_dispatcher_sees_the_card_where_a_return_waits(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    ticket = await dispatched(town)
    clock.move_to(MONDAY)
    water = await log_in("water")
    await water.do(ticket.ticket_id, "return", reason="不属职责", basis="三定方案")
    await sweep(town, clock, "2026-11-25")
    assert 'class="card card-yellow"' in await (await log_in("dispatcher")).get("/console/dispatch")


@pytest.mark.parametrize("query", ["month=2026-13", "month=x", "month=1999-01", "month=9999-01"])
async def test_a_month_that_is_none_is_not_found(log_in: LogIn, query: str) -> None:
    await (await log_in("leader")).get(f"/cards?{query}", status=404)


@pytest.mark.parametrize("path", ["/cards/green?unit=x", "/cards/red?unit=x", "/cards/red"])
async def test_a_list_that_is_none_is_not_found(log_in: LogIn, path: str) -> None:
    await (await log_in("leader")).get(path, status=404)


@pytest.mark.parametrize("login", ["operator", "water", "admin"])
async def test_the_month_is_not_for_others(log_in: LogIn, login: str) -> None:
    await (await log_in(login)).get("/cards", status=403)
