"""The page of a ticket: what each role sees of it, and what it is offered."""

from __future__ import annotations

import re
from datetime import timedelta

import asyncpg
import pytest

from hotline.actions.intake.first_contact import merge_ticket
from hotline.actions.tickets.due_steps import fire_due_deadlines
from hotline.clock import MovedClock
from hotline.domain.enums import Kind, Pace
from tests.build import MONDAY, Town, dispatched, held, moment, opened, owed, replied, signed
from tests.channels.desk.conftest import LogIn, find

NAME, NUMBER = "王小明", "13800138000"


def offered(page: str, ticket_id: object) -> set[str]:
    """The verbs a page has a form or a button for."""
    return set(re.findall(rf'action="/tickets/{ticket_id}/(\w+)"', page)) - {"reveal"}


async def test_words_come_before_everything_else(log_in: LogIn, town: Town) -> None:
    ticket = await dispatched(town)
    page = await (await log_in("water")).get(f"/tickets/{ticket.ticket_id}")
    assert page.index(ticket.body) < page.index("下一步：签收") < page.index("工单情况") < page.index("办理过程")


async def test_name_and_number_are_masked(log_in: LogIn, town: Town) -> None:
    ticket = await signed(town)
    for login in ("water", "operator", "supervisor", "leader"):
        page = await (await log_in(login)).get(f"/tickets/{ticket.ticket_id}")
        assert "王某某" in page
        assert "138****8000" in page
        assert NAME not in page
        assert NUMBER not in page


async def test_confidential_person_is_nowhere_in_a_units_page(log_in: LogIn, town: Town) -> None:
    body = f"举报夜间排污，我叫{NAME[0]}某，电话{NUMBER}。"
    ticket = await signed(town, kind=Kind.TIP_OFF, confidential=True, body=body)
    page = await (await log_in("water")).get(f"/tickets/{ticket.ticket_id}")
    assert "要求保密" in page
    assert "举报夜间排污" in page
    for secret in (NUMBER, NAME, "138****8000", "王某某", "/reveal"):
        assert secret not in page
    assert "王某某" in await (await log_in("operator")).get(f"/tickets/{ticket.ticket_id}")


async def test_confidential_unit_is_offered_the_relay_only(log_in: LogIn, town: Town) -> None:
    ticket = await dispatched(town, confidential=True)
    water = await log_in("water")
    await water.do(ticket.ticket_id, "sign")
    page = await water.get(f"/tickets/{ticket.ticket_id}")
    assert re.findall(r'name="how" value="(\w+)"', page) == ["relay"]


@pytest.mark.parametrize(("login", "status"), [("school", 404), ("town", 404), ("admin", 403)])
async def test_ticket_of_others_is_not_found(log_in: LogIn, town: Town, login: str, status: int) -> None:
    ticket = await signed(town)
    page = await (await log_in(login)).get(f"/tickets/{ticket.ticket_id}", status=status)
    assert ticket.body not in page


async def test_sub_unit_is_not_shown_the_unit_above(log_in: LogIn, town: Town) -> None:
    ticket = await signed(town)
    await (await log_in("east")).get(f"/tickets/{ticket.ticket_id}", status=404)
    below = await dispatched(town, unit="东湖水厂")
    await (await log_in("water")).get(f"/tickets/{below.ticket_id}")


@pytest.mark.parametrize(
    "given", ["no-id", "9608f474-21cb-474d-9a6a-bd9725abf883", "00000000-0000-0000-0000-000000000000'--"]
)
async def test_unknown_ticket_is_not_found(log_in: LogIn, given: str) -> None:
    await (await log_in("water")).get(f"/tickets/{given}", status=404)


async def test_each_look_is_recorded_with_who(log_in: LogIn, town: Town, pool: asyncpg.Pool) -> None:
    ticket = await signed(town)
    water = await log_in("water")
    await water.get(f"/tickets/{ticket.ticket_id}")
    page = await water.get(f"/tickets/{ticket.ticket_id}")
    assert await pool.fetchval("select count(*) from view_log where ticket_id = $1", ticket.ticket_id) == 2
    assert "谁看过（2）" in page


async def test_reveal_shows_number_once_and_keeps_the_reason(log_in: LogIn, town: Town, pool: asyncpg.Pool) -> None:
    ticket = await signed(town)
    water = await log_in("water")
    status, _, page = await water.do(ticket.ticket_id, "reveal", reason="contact")
    assert status == 200
    assert NAME in page
    assert NUMBER in page
    kept = await pool.fetchrow("select reason, what from view_log where what = 'reveal'")
    assert dict(kept) == {"reason": "联系诉求人", "what": "reveal"}
    assert NUMBER not in await water.get(f"/tickets/{ticket.ticket_id}")


async def test_reveal_for_htmx_is_a_fragment(log_in: LogIn, town: Town) -> None:
    ticket, water = await signed(town), await log_in("water")
    form = {"csrf": water.csrf, "reason": "contact"}
    async with water.http.post(
        f"/tickets/{ticket.ticket_id}/reveal", data=form, headers={"HX-Request": "true"}
    ) as answer:
        text = await answer.text()
    assert NUMBER in text
    assert "<html" not in text


@pytest.mark.parametrize(
    ("login", "reason", "expected"), [("water", "", 422), ("leader", "contact", 403), ("school", "contact", 404)]
)
async def test_number_is_not_revealed(log_in: LogIn, town: Town, login: str, reason: str, expected: int) -> None:
    ticket = await signed(town)
    status, _, page = await (await log_in(login)).do(ticket.ticket_id, "reveal", reason=reason)
    assert status == expected
    assert NUMBER not in page


async def test_one_thing_is_next(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    ticket, water = await dispatched(town), await log_in("water")
    path = f"/tickets/{ticket.ticket_id}"
    for heading, verb, fields in (
        ("下一步：签收", "sign", {}),
        ("下一步：登记联系", "contact", {"how": "phone", "text": "已说明"}),
        ("下一步：答复", "reply", {"reply": "已更换", "facts": "已核实"}),
    ):
        page = await water.get(path)
        assert find(r'<h2 id="h-next">([^<]+)</h2>', page) == heading
        assert page.count('data-key="ctrl+enter"') == 1
        await water.do(ticket.ticket_id, verb, **fields)
    assert "现在不用您办什么" in await water.get(path)


async def test_only_what_can_be_done_is_offered(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    ticket = await dispatched(town)
    water = await log_in("water")
    path = f"/tickets/{ticket.ticket_id}"
    assert offered(await water.get(path), ticket.ticket_id) == {"sign", "return", "comment"}
    clock.move_to(moment("2026-11-25", "09:00"))
    await town.context.pool.execute("update session set opened_at = $1, seen_at = $1", clock.now())
    assert offered(await water.get(path), ticket.ticket_id) == {"sign", "comment"}


async def test_extension_is_decided_by_the_head(log_in: LogIn, town: Town) -> None:
    ticket, water = await signed(town), await log_in("water")
    await water.do(ticket.ticket_id, "ask_extension", reason="等检定")
    page = await (await log_in("water_head")).get(f"/tickets/{ticket.ticket_id}")
    assert "下一步：同意延期或不同意" in page
    assert f'formaction="/tickets/{ticket.ticket_id}/refuse_extension"' in page
    assert "grant_extension" not in await water.get(f"/tickets/{ticket.ticket_id}")


async def test_unreasonable_wants_reviews_first(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    noon = MONDAY + timedelta(hours=2)
    ticket = await held(town, await owed(town), noon, outcome="unreasonable", person_verdict="dissatisfied")
    clock.move_to(noon)
    inspector = await log_in("inspector")
    assert "下一步：复核" in await inspector.get(f"/tickets/{ticket.ticket_id}")
    await inspector.do(ticket.ticket_id, "review", agreed="yes", reason="没有依据")
    page = await inspector.get(f"/tickets/{ticket.ticket_id}")
    assert "同意认定不合理。没有依据" in page
    assert "下一步：登记核实结果" in page
    status, _, text = await inspector.do(ticket.ticket_id, "verify", verdict="dissatisfied")
    assert status == 409
    assert "现在还差2人" in text


async def test_accused_unit_is_no_choice(log_in: LogIn, town: Town) -> None:
    ticket = await opened(town, accused_unit_id=town.unit("水务局"))
    dispatcher = await log_in("dispatcher")
    page = await dispatcher.get(f"/tickets/{ticket.ticket_id}")
    options = re.findall(r'<option value="([0-9a-f-]{36})"', page)
    assert str(town.unit("教育局")) in options
    assert not {str(town.unit(name)) for name in ("水务局", "东湖水厂", "西湖水厂")} & set(options)
    status, _, text = await dispatcher.do(ticket.ticket_id, "dispatch", unit=str(town.unit("东湖水厂")))
    assert status == 409
    assert "不能把工单交给被反映的单位" in text


async def test_catalogue_unit_is_chosen_already(log_in: LogIn, town: Town) -> None:
    ticket = await opened(town)
    page = await (await log_in("dispatcher")).get(f"/tickets/{ticket.ticket_id}")
    assert f'<option value="{town.unit("水务局")}" selected>' in page


async def test_limit_says_how_it_was_counted(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    ticket = await owed(town)
    page = await (await log_in("water")).get(f"/tickets/{ticket.ticket_id}")
    assert "11月23日（周一） 09:00起算，5个工作日，次日起按工作日计算，到11月30日（周一） 17:30止。" in page
    assert "11月28日（周六） 周末" in page
    assert "督办函〔2026〕1号" in page


async def test_ladder_climbs_with_time(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    ticket = await owed(town)
    later = moment("2026-12-01", "09:00")
    await fire_due_deadlines(town.context, later, 100)
    clock.move_to(later)
    page = await (await log_in("inspector")).get(f"/tickets/{ticket.ticket_id}")
    rungs = re.findall(r'class="rung is-(\w+)"', page)
    assert rungs == ["done", "now", "ahead"]
    assert "逾期未约谈" in page


async def test_answer_stands_under_the_words(log_in: LogIn, town: Town) -> None:
    ticket = await replied(town)
    page = await (await log_in("operator")).get(f"/tickets/{ticket.ticket_id}")
    assert page.index(ticket.body) < page.index("水表已更换，多收的已退还。") < page.index("下一步：登记回访")


async def test_life_in_danger_is_marked_and_has_no_window(log_in: LogIn, town: Town) -> None:
    ticket = await dispatched(town, pace=Pace.LIFE, matter_id="danger")
    page = await (await log_in("water")).get(f"/tickets/{ticket.ticket_id}")
    assert '<span class="badge badge-new">急</span>' in page
    assert "按自然时间连续计算" in page
    assert 'class="window window-full"' not in page


async def test_hostile_words_stay_words(log_in: LogIn, town: Town) -> None:
    ticket = await dispatched(town, body="<script>alert(1)</script>\"'><img src=x onerror=alert(2)>", place="<b>村</b>")
    page = await (await log_in("water")).get(f"/tickets/{ticket.ticket_id}")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>村" not in page


async def test_reload_of_a_refused_form_leads_to_the_ticket(log_in: LogIn, town: Town) -> None:
    ticket, water = await signed(town), await log_in("water")
    async with water.http.get(f"/tickets/{ticket.ticket_id}/reply", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, f"/tickets/{ticket.ticket_id}")


@pytest.mark.case("P29")
async def test_what_was_added_to_a_merged_ticket_stands_on_the_page_of_the_target(log_in: LogIn, town: Town) -> None:
    main, other = await signed(town), await dispatched(town, unit="教育局")
    await merge_ticket(town.context, other.ticket_id, main.number, town.actor("dispatcher"), MONDAY)
    operator = await log_in("operator")
    assert "comment" in offered(await operator.get(f"/tickets/{other.ticket_id}"), other.ticket_id)
    await operator.do(other.ticket_id, "comment", text="表井盖也坏了")
    page = await (await log_in("water")).get(f"/tickets/{main.ticket_id}")
    assert f"内容：表井盖也坏了；来自并入的工单：{other.number}" in page
    assert f"已转至工单：{main.number}" in await operator.get(f"/tickets/{other.ticket_id}")
    # The unit that had it is offered nothing there any more, and is told where it goes on.
    school = await log_in("school")
    assert offered(await school.get(f"/tickets/{other.ticket_id}"), other.ticket_id) == set()
    status, _, refused = await school.do(other.ticket_id, "sign")
    assert (status, f"已经并入 {main.number}" in refused) == (409, True)
