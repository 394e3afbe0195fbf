"""The page of leaves, and what a substitute sees among the notices."""

from datetime import timedelta

import pytest

from channels.desk.outbound import send
from channels.desk.unit.inbox import FOLDED_FROM
from hotline.actions.messaging.delivery import deliver_due
from hotline.clock import MovedClock
from tests.build import MONDAY, Town, dispatched, moment, signed
from tests.channels.desk.conftest import LogIn, Worker, find
from tests.hotline.actions.conftest import Look

WEEK = {"away_from": "2026-11-23T08:30", "away_until": "2026-11-30T08:30"}


async def enter(worker: Worker, town: Town, login: str, substitute: str = "") -> tuple[int, str, str]:
    stand_in = str(town.actor(substitute).account_id) if substitute else ""
    person = str(town.actor(login).account_id)
    return await worker.send("/desk/leave", person=person, substitute=stand_in, **WEEK)


async def test_a_handler_enters_the_own_leave_and_ends_it(log_in: LogIn, town: Town) -> None:
    water = await log_in("water")
    status, location, _ = await enter(water, town, "water", "water_head")
    assert (status, location) == (303, "/desk/leave?done=saved")
    page = await water.get("/desk/leave")
    assert "water_head同志" in page
    assert "请假中" in page
    since = find(r'name="away_from" value="([^"]+\+00:00)"', page).replace("&#43;", "+")
    person = str(town.actor("water").account_id)
    assert (await water.send("/desk/leave/end", person=person, away_from=since))[0] == 303
    assert "没有人请假" in await water.get("/desk/leave")


async def test_a_refused_leave_keeps_what_was_typed(log_in: LogIn, town: Town) -> None:
    water = await log_in("water")
    status, _, page = await enter(water, town, "water", "east")
    assert status == 422
    assert "不能由这个人代岗" in page
    assert 'value="2026-11-30T08:30"' in page
    assert (await water.send("/desk/leave", person="", **WEEK))[0] == 422
    assert (await enter(water, town, "school"))[0] == 403
    assert (await water.send("/desk/leave", csrf="forged", **WEEK))[0] == 403


@pytest.mark.parametrize("away_from", ["0001-01-01T00:00", "9999-12-31T23:59", "morgen"])
async def test_moments_that_cannot_be_are_refused_not_failed(log_in: LogIn, town: Town, away_from: str) -> None:
    water, person = await log_in("water"), str(town.actor("water").account_id)
    form = {"person": person, "away_from": away_from}
    assert (await water.send("/desk/leave", away_until="9999-12-31T23:59", **form))[0] == 422
    assert (await water.send("/desk/leave/end", **form))[0] in (404, 422)


async def test_a_substitute_sees_for_whom_a_notice_is(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    await enter(await log_in("east"), town, "east", "water")
    ticket = await dispatched(town, unit="东湖水厂")
    await deliver_due(town.context, send, MONDAY + timedelta(minutes=1), 100)
    page = await (await log_in("water")).get("/desk/notices")
    assert ticket.number in page
    assert "代east同志" in page
    assert ticket.number not in await (await log_in("water_head")).get("/desk/notices")


async def test_many_notices_of_one_kind_fold_into_one_line(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    for _ in range(FOLDED_FROM):
        await signed(town)
    day_before = moment("2026-11-27", "17:30")
    await Look(town).sweep(day_before)
    await deliver_due(town.context, send, day_before, 1000)
    clock.move_to(day_before)
    page = await (await log_in("water")).get("/desk/notices")
    assert find(r"<summary>催办 <span class=\"num\">(\d+)</span>", page) == str(FOLDED_FROM)


@pytest.mark.parametrize("login", ["dispatcher", "inspector", "leader", "admin", "operator", "water_head"])
async def test_everybody_of_the_office_finds_the_page(log_in: LogIn, login: str) -> None:
    assert "登记请假" in await (await log_in(login)).get("/desk/leave")
