"""Joint tickets on the pages: who is asked, what each unit may do, and the parts side by side for the lead."""

from __future__ import annotations

import re

import asyncpg

from hotline.actions.dispatch import joint
from hotline.actions.handling import unit_work
from hotline.actions.tickets.due_steps import fire_due_deadlines
from hotline.clock import MovedClock
from hotline.domain.enums import Pace
from hotline.domain.tickets.ticket import Ticket
from tests.build import MONDAY, Town, dispatched, moment, opened, signed
from tests.channels.desk.conftest import LogIn, Worker
from tests.channels.desk.unit.test_inbox import numbers

LATE = moment("2026-11-30", "09:30")
PART = "排污口在校外，属水务管理。"


def offered(page: str, ticket_id: object) -> set[str]:
    """The verbs a ticket's page offers."""
    return set(re.findall(rf'action="/tickets/{ticket_id}/(\w+)"', page))


async def send(worker: Worker, ticket_id: object, verb: str, **fields: str) -> None:
    status, _, text = await worker.do(ticket_id, verb, **fields)  # type: ignore[arg-type]
    assert status == 303, text


async def test_dispatch_form_names_a_lead_and_several_that_assist(log_in: LogIn, town: Town) -> None:
    ticket, dispatcher = await opened(town, matter_id=None), await log_in("dispatcher")
    page = await dispatcher.get(f"/tickets/{ticket.ticket_id}")
    assert page.count('name="assisting_') == 3
    await send(
        dispatcher, ticket.ticket_id, "dispatch", unit=str(town.unit("水务局")), assisting_1=str(town.unit("教育局")),
        assisting_3=str(town.unit("永安镇")), task="核实排污口",
    )  # fmt: skip
    page = await dispatcher.get(f"/tickets/{ticket.ticket_id}")
    assert "联办件" in page
    for title in ("主办：水务局", "协办：教育局", "协办：永安镇"):
        assert f"<h3>{title}</h3>" in page
    assert page.count("还没有提交协办意见") == 2
    assert "核实排污口" in page


async def test_an_assisting_units_desk_has_its_own_clock_and_its_own_form(log_in: LogIn, town: Town) -> None:
    ticket, dispatcher, school = await dispatched(town), await log_in("dispatcher"), await log_in("school")
    await send(dispatcher, ticket.ticket_id, "invite", assisting_1=str(town.unit("教育局")), task="核实收费")
    inbox = await school.get("/desk")
    assert numbers(inbox) == [ticket.number]
    assert "协办期限" in inbox
    assert "签收期限" in await (await log_in("water")).get("/desk")
    page = await school.get(f"/tickets/{ticket.ticket_id}")
    assert offered(page, ticket.ticket_id) >= {"assist", "comment"}
    assert offered(page, ticket.ticket_id).isdisjoint({"sign", "return", "contact", "reply"})
    assert "下一步：提交协办意见" in page
    await send(school, ticket.ticket_id, "assist", part=PART)
    assert numbers(await school.get("/desk")) == []
    page = await school.get(f"/tickets/{ticket.ticket_id}")
    assert PART in page


async def test_a_part_of_an_urgent_ticket_runs_by_the_clock_on_the_wall(
    log_in: LogIn, town: Town, clock: MovedClock
) -> None:
    saturday = moment("2026-11-28", "09:00")
    clock.move_to(saturday)
    ticket, dispatcher, school = (
        await dispatched(town, saturday, pace=Pace.UTILITY),
        await log_in("dispatcher"),
        await log_in("school"),
    )
    await send(dispatcher, ticket.ticket_id, "invite", assisting_1=str(town.unit("教育局")), task="核实管道")
    inbox = await school.get("/desk")
    assert numbers(inbox) == [ticket.number]
    assert re.search(r"还剩 [^<]*小时", inbox)
    assert "工作日" not in inbox


async def test_lead_sees_every_part_and_is_offered_the_answer_when_all_are_there(log_in: LogIn, town: Town) -> None:
    ticket, dispatcher, water = await signed(town), await log_in("dispatcher"), await log_in("water")
    await send(
        dispatcher, ticket.ticket_id, "invite", assisting_1=str(town.unit("教育局")),
        assisting_2=str(town.unit("永安镇")), task="核实",
    )  # fmt: skip
    page = await water.get(f"/tickets/{ticket.ticket_id}")
    assert "等协办单位提交协办意见：教育局、永安镇。" in page
    assert "reply" not in offered(page, ticket.ticket_id)
    status, _, text = await water.do(ticket.ticket_id, "reply", reply="已办", facts="已办")
    assert (status, "还有协办单位没有提交协办意见：教育局、永安镇" in text) == (409, True)
    await send(await log_in("school"), ticket.ticket_id, "assist", part=PART)
    await send(dispatcher, ticket.ticket_id, "excuse", assisting=str(town.unit("永安镇")), reason="不涉及")
    page = await water.get(f"/tickets/{ticket.ticket_id}")
    assert PART in page
    assert "<h3>免于协办：永安镇</h3>" in page
    assert "下一步：答复" in page
    await send(water, ticket.ticket_id, "reply", reply="已办好。", facts="现场核实。")


async def test_the_leads_verbs_are_refused_to_a_unit_that_only_assists(log_in: LogIn, town: Town) -> None:
    ticket, dispatcher, school = await dispatched(town), await log_in("dispatcher"), await log_in("school")
    await send(dispatcher, ticket.ticket_id, "invite", assisting_1=str(town.unit("教育局")), task="核实")
    status, _, text = await school.do(ticket.ticket_id, "sign")
    assert (status, "这一步由主办单位办理" in text) == (403, True)


async def test_for_several_stations_the_bureau_says_whose_part_it_is(
    log_in: LogIn, town: Town, pool: asyncpg.Pool
) -> None:
    ticket = await dispatched(town, unit="教育局")
    dispatcher, water = await log_in("dispatcher"), await log_in("water")
    units = {"assisting_1": str(town.unit("东湖水厂")), "assisting_2": str(town.unit("西湖水厂"))}
    await send(dispatcher, ticket.ticket_id, "invite", task="核实", **units)
    assert 'name="assisting"' in await water.get(f"/tickets/{ticket.ticket_id}")
    await send(water, ticket.ticket_id, "assist", part=PART, assisting=units["assisting_2"])
    answered = "select unit_id from ticket_unit where ticket_id = $1 and answered_at is not null"
    assert await pool.fetchval(answered, ticket.ticket_id) == town.unit("西湖水厂")
    assert 'name="assisting"' not in await water.get(f"/tickets/{ticket.ticket_id}")


async def test_the_person_reads_one_answer_and_no_part(log_in: LogIn, town: Town) -> None:
    ticket, dispatcher = await signed(town, MONDAY), await log_in("dispatcher")
    await send(dispatcher, ticket.ticket_id, "invite", assisting_1=str(town.unit("教育局")), task="核实")
    await send(await log_in("school"), ticket.ticket_id, "assist", part=PART)
    events = "select public_text from ticket_event where ticket_id = $1 and verb in ('invite', 'assist')"
    assert {row["public_text"] for row in await town.context.pool.fetch(events, ticket.ticket_id)} == {None}


async def test_a_wrong_kind_and_a_wrong_merging_are_put_right_from_the_page(log_in: LogIn, town: Town) -> None:
    ticket, dispatcher = await signed(town), await log_in("dispatcher")
    target = await opened(town)
    page = await dispatcher.get(f"/tickets/{ticket.ticket_id}")
    assert {"reclassify", "merge"} <= offered(page, ticket.ticket_id)
    assert "unmerge" not in offered(page, ticket.ticket_id)
    await send(dispatcher, ticket.ticket_id, "reclassify", kind="suggestion", matter="", reason="听录音后更正")
    page = await dispatcher.get(f"/tickets/{ticket.ticket_id}")
    assert "原类别：投诉" in page
    assert "答复期限由" in page
    pasted = f"工单号 {target.number.replace('-', ' ')}。"
    await send(dispatcher, ticket.ticket_id, "merge", target=pasted)
    await send(dispatcher, ticket.ticket_id, "unmerge", reason="不是同一件事")
    assert "办理中" in await dispatcher.get(f"/tickets/{ticket.ticket_id}")


async def test_parts_of_a_confidential_ticket_are_read_without_numbers(log_in: LogIn, town: Town) -> None:
    ticket, dispatcher = await dispatched(town, confidential=True), await log_in("dispatcher")
    await send(dispatcher, ticket.ticket_id, "invite", assisting_1=str(town.unit("教育局")), task="核实")
    await send(await log_in("school"), ticket.ticket_id, "assist", part=f"{PART}对方电话13900139000。")
    page = await (await log_in("water")).get(f"/tickets/{ticket.ticket_id}")
    assert PART in page
    assert "13900139000" not in page


async def invited(town: Town, *units: str) -> Ticket:
    """A ticket the water bureau leads and these units assist; the parts end on Friday evening."""
    ticket, asked = await signed(town), [town.unit(name) for name in units]
    return await joint.invite_units(
        town.context, ticket.ticket_id, asked, town.actor("dispatcher"), MONDAY, {"task": "核实"}
    )


async def hand_in(town: Town, ticket: Ticket, login: str) -> None:
    await joint.hand_in_part(town.context, ticket.ticket_id, town.actor(login), LATE, {"part": PART})


async def test_a_late_part_is_marked_wherever_the_ticket_is_met(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    ticket = await invited(town, "教育局", "永安镇")
    assert "协办超期" not in await (await log_in("supervisor2")).get("/supervision")
    clock.move_to(LATE)
    await hand_in(town, ticket, "town")
    supervisor, school, water = await log_in("supervisor"), await log_in("school"), await log_in("water")
    bench = await supervisor.get("/supervision")
    assert "协办：教育局 · 主办：水务局" in bench
    assert "协办：永安镇" not in bench
    assert "已超期 1 小时" in bench
    for page in (await water.get("/desk"), await school.get("/desk"), await supervisor.get("/desk")):
        assert numbers(page) == [ticket.number]
        assert "协办超期：教育局<" in page
    page = await water.get(f"/tickets/{ticket.ticket_id}")
    assert "协办超期：教育局<" in page
    assert re.search(r"<h3>协办：教育局 <time[^>]*>.*?已超期 1 小时", page, re.DOTALL)
    assert "<h3>协办：永安镇</h3>" in page
    await hand_in(town, ticket, "school")
    assert "协办超期" not in await supervisor.get("/supervision")
    assert "协办超期：" not in await water.get(f"/tickets/{ticket.ticket_id}")


async def test_a_supervised_ticket_names_who_is_late_with_a_part(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    ticket = await invited(town, "教育局")
    clock.move_to(moment("2026-12-02", "10:00"))
    await fire_due_deadlines(town.context, moment("2026-12-02", "10:00"), 100)
    page = await (await log_in("supervisor")).get("/supervision")
    assert numbers(page) == [ticket.number]
    assert "协办超期：教育局<" in page


async def test_a_part_of_a_ticket_at_rest_is_not_called_late(log_in: LogIn, town: Town, clock: MovedClock) -> None:
    ticket = await invited(town, "教育局")
    clock.move_to(LATE)
    supervisor = await log_in("supervisor")
    assert "协办超期" in await supervisor.get("/supervision")
    given = {"reason": "等汛期过去", "until": "2026-12-10"}
    dispatcher, until = town.actor("dispatcher"), moment("2026-12-10")
    await unit_work.park_ticket(town.context, ticket.ticket_id, until, dispatcher, LATE, given)
    assert "协办超期" not in await supervisor.get("/supervision")
