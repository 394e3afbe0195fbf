"""Every verb over real HTTP: a whole life to its closing, refusals on the same page, repeats, forged forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg
import pytest
from aiohttp import FormData

from channels.desk.ticket.handlers import HANDLERS
from channels.desk.ticket.verb_forms import FORMS
from hotline.actions import interview
from hotline.actions.dispatch import handover, joint
from hotline.actions.handling import unit_work
from hotline.actions.intake import first_contact
from hotline.actions.supervision.tiers import instruct_ticket
from hotline.actions.tickets.due_steps import fire_due_deadlines
from hotline.clock import MovedClock
from hotline.domain.tickets.ticket import Ticket
from tests.build import MONDAY, PLAN, Town, dispatched, held, moment, opened, owed, replied, signed
from tests.channels.desk.conftest import LogIn, Worker
from tests.pictures import a_png

NOON = MONDAY + timedelta(hours=2)
Open = Callable[[], Awaitable[Worker]]
Stage = Callable[[Town], Awaitable[Ticket]]
PNG = a_png()
MEETING = {
    "held_at": "2026-11-23T10:30", "held_place": "room", "official": "水务局副局长", "minutes": "当面核对了读数。",
    "outcome": "done", "promised_on": "2026-12-01", "person_verdict": "satisfied",
}  # fmt: skip


async def state_of(pool: asyncpg.Pool, ticket: Ticket) -> str:
    return str(await pool.fetchval("select state from ticket where ticket_id = $1", ticket.ticket_id))


async def events_of(pool: asyncpg.Pool, ticket: Ticket, verb: str) -> int:
    query = "select count(*) from ticket_event where ticket_id = $1 and verb = $2"
    return int(await pool.fetchval(query, ticket.ticket_id, verb))


async def _returned(town: Town) -> Ticket:
    ticket = await dispatched(town)
    given = {"reason": "不属于职责", "basis": "三定方案"}
    return await handover.return_ticket(town.context, ticket.ticket_id, town.actor("water"), MONDAY, given)


async def _extending(town: Town) -> Ticket:
    ticket = await signed(town)
    return await unit_work.ask_extension(
        town.context, ticket.ticket_id, town.actor("water"), MONDAY, {"reason": "等检定"}
    )


async def _parked(town: Town) -> Ticket:
    ticket, until = await signed(town), MONDAY + timedelta(days=9)
    return await unit_work.park_ticket(
        town.context, ticket.ticket_id, until, town.actor("dispatcher"), MONDAY, {"reason": "冰冻", "until": "下周"}
    )


async def _awaiting(town: Town) -> Ticket:
    ticket = await opened(town)
    return await first_contact.ask_details(
        town.context, ticket.ticket_id, town.actor("operator"), MONDAY, {"missing": "房产证"}
    )


async def _instructed(town: Town) -> Ticket:
    ticket = await signed(town)
    due_on = moment("2026-12-01").date()
    return await instruct_ticket(
        town.context, ticket.ticket_id, due_on, town.actor("leader"), MONDAY, {"text": "请尽快解决"}
    )


async def _planned(town: Town) -> Ticket:
    ticket, water = await owed(town), town.actor("water")
    return await interview.plan_interview(town.context, ticket.ticket_id, NOON, water, MONDAY, PLAN)


async def _met(town: Town) -> Ticket:
    return await held(town, await owed(town), NOON)


async def _unreasonable(town: Town) -> Ticket:
    return await held(town, await owed(town), NOON, outcome="unreasonable", person_verdict="dissatisfied")


async def _shared(town: Town) -> Ticket:
    ticket, units = await signed(town), [town.unit("教育局")]
    return await joint.invite_units(
        town.context, ticket.ticket_id, units, town.actor("dispatcher"), MONDAY, {"task": "核实收费"}
    )


async def _merged(town: Town) -> Ticket:
    ticket, target = await signed(town), await opened(town)
    return await first_contact.merge_ticket(
        town.context, ticket.ticket_id, target.number, town.actor("dispatcher"), MONDAY
    )


@dataclass(frozen=True)
class Try:
    """A verb done by somebody on a ticket of some stage, and the state it must lead to."""

    verb: str
    login: str
    stage: Stage
    state: str
    fields: dict[str, str] = field(default_factory=dict)


TRIES = (
    Try("sign", "water", dispatched, "signed"),
    Try("assign", "water_head", signed, "signed", {"handler": "east"}),
    Try("contact", "water", signed, "signed", {"how": "phone", "text": "再次联系"}),
    Try("return", "water", dispatched, "returned", {"reason": "不属于职责", "basis": "三定方案"}),
    Try("uphold_return", "dispatcher", _returned, "received", {"reason": "应由城管办理"}),
    Try("reject_return", "dispatcher", _returned, "dispatched", {"reason": "属于水务职责"}),
    Try("ask_extension", "water", signed, "signed", {"reason": "等检定结果"}),
    Try("grant_extension", "water_head", _extending, "signed", {"reason": "同意"}),
    Try("refuse_extension", "dispatcher", _extending, "signed", {"reason": "材料已齐"}),
    Try("reply", "water", signed, "replied", {"reply": "已更换水表。", "facts": "现场核实。"}),
    Try("plan_interview", "water", owed, "interview_owed", {**PLAN, "meet_at": "2026-11-25T09:30"}),
    Try("hold_interview", "water", _planned, "interview_held", MEETING),
    Try("park", "dispatcher", signed, "parked", {"reason": "冰冻期不能开挖", "until": "2026-12-15"}),
    Try("resume", "dispatcher", _parked, "signed"),
    Try("comment", "water", signed, "signed", {"text": "已约好上门时间"}),
    Try("dispatch", "dispatcher", opened, "dispatched", {"unit": "水务局"}),
    Try("redispatch", "dispatcher", signed, "dispatched", {"unit": "教育局", "reason": "应由教育局办理"}),
    Try("merge", "dispatcher", opened, "closed", {"target": "another"}),
    Try("unmerge", "dispatcher", _merged, "signed", {"reason": "不是同一件事"}),
    Try("reclassify", "operator", signed, "signed", {"kind": "help", "reason": "听录音后更正"}),
    Try("invite", "dispatcher", signed, "signed", {"assisting_1": "教育局", "task": "核实收费"}),
    Try("excuse", "dispatcher", _shared, "signed", {"assisting": "教育局", "reason": "不涉及收费"}),
    Try("assist", "school", _shared, "signed", {"part": "收费台账已核对。"}),
    Try("withdraw", "operator", signed, "closed", {"reason": "诉求人来电撤回"}),
    Try("answer", "operator", opened, "closed", {"answer": "水价依据县发改委文件。"}),
    Try("redirect", "operator", opened, "closed", {"where": "县人民法院"}),
    Try("ask_details", "operator", opened, "awaiting_details", {"missing": "水费单照片"}),
    Try("add_details", "operator", _awaiting, "received", {"text": "户号是三组12号"}),
    Try("remind", "dispatcher", signed, "signed"),
    Try("supervise", "supervisor", signed, "signed"),
    Try("instruct", "leader", signed, "signed", {"text": "请尽快解决", "due_on": "2026-12-01"}),
    Try("fulfil", "inspector", _instructed, "signed", {"fulfilment": "水表已更换"}),
    Try("callback", "operator", replied, "closed", {"contacted": "yes", "solved": "yes", "verdict": "satisfied"}),
    Try("no_answer", "operator", replied, "replied"),
    Try("refused", "operator", replied, "closed"),
    Try("review", "inspector", _unreasonable, "interview_held", {"agreed": "yes", "reason": "要求没有依据"}),
    Try(
        "correct_person", "operator", signed, "signed", {"phone": "13900139000", "name": "王某某", "reason": "号码记错"}
    ),
    Try("verify", "inspector", _met, "closed", {"verdict": "understood", "words": "说清楚了"}),
)


@pytest.mark.parametrize("one", TRIES, ids=lambda one: one.verb)
async def test_verb_is_done_and_leads_back(
    log_in: LogIn, town: Town, pool: asyncpg.Pool, clock: MovedClock, one: Try
) -> None:
    ticket = await one.stage(town)
    clock.move_to(NOON)
    worker, fields = await log_in(one.login), dict(one.fields)
    for name in {"unit", "assisting", "assisting_1"} & set(fields):
        fields[name] = str(town.unit(fields[name]))
    if "handler" in fields:
        fields["handler"] = str(town.actor(fields["handler"]).account_id)
    if "target" in fields:
        fields["target"] = (await opened(town)).number
    status, location, text = await worker.do(ticket.ticket_id, one.verb, **fields)
    assert (status, location) == (303, f"/tickets/{ticket.ticket_id}?done={one.verb}"), text
    assert await state_of(pool, ticket) == one.state
    assert 'data-flash="done"' in await worker.get(location)


def test_every_verb_was_tried_and_has_a_form() -> None:
    assert {one.verb for one in TRIES} == set(HANDLERS)
    assert set(FORMS) | {form.twin for form in FORMS.values() if form.twin} == set(HANDLERS)


async def test_life_reaches_its_end_through_interview_and_tier_two(
    log_in: LogIn, town: Town, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    ticket = await opened(town)
    dispatcher, water, operator = await log_in("dispatcher"), await log_in("water"), await log_in("operator")

    async def step(worker: str, verb: str, **fields: str) -> None:
        status, _, text = await (await log_in(worker)).do(ticket.ticket_id, verb, **fields)
        assert status == 303, text

    await dispatcher.do(ticket.ticket_id, "dispatch", unit=str(town.unit("水务局")))
    await water.do(ticket.ticket_id, "sign")
    await step("water", "contact", how="phone", text="已说明")
    await step("water", "reply", reply="已更换水表。", facts="现场核实。")
    await operator.do(ticket.ticket_id, "callback", contacted="yes", solved="no", verdict="dissatisfied")
    assert await state_of(pool, ticket) == "interview_owed"
    await _let_pass(town, clock, moment("2026-12-01", "09:00"))
    page = await (await log_in("inspector")).get(f"/tickets/{ticket.ticket_id}")
    assert "逾期未约谈" in page
    assert await pool.fetchval("select tier from ticket") == 2
    await step("water", "plan_interview", **PLAN, meet_at="2026-12-01T14:30")
    await _let_pass(town, clock, moment("2026-12-01", "16:00"))
    await step("water", "hold_interview", **{**MEETING, "held_at": "2026-12-01T14:30", "promised_on": "2026-12-10"})
    await step("inspector", "verify", verdict="satisfied")
    assert await state_of(pool, ticket) == "closed"


async def _let_pass(town: Town, clock: MovedClock, until: datetime) -> None:
    # Sessions end by themselves after half an hour: nobody is logged out by the clock in this story.
    clock.move_to(until)
    await town.context.pool.execute("update session set seen_at = $1, opened_at = $1", until)
    await fire_due_deadlines(town.context, until, 100)


async def test_repeated_form_is_done_once(log_in: LogIn, town: Town, pool: asyncpg.Pool) -> None:
    ticket, water = await signed(town), await log_in("water")
    first = await water.do(ticket.ticket_id, "comment", client_key="one-form", text="上门看过")
    second = await water.do(ticket.ticket_id, "comment", client_key="one-form", text="上门看过")
    assert first == second
    assert await events_of(pool, ticket, "comment") == 1


async def test_form_of_another_session_is_refused_and_kept(log_in: LogIn, town: Town, pool: asyncpg.Pool) -> None:
    ticket, water, other = await signed(town), await log_in("water"), await log_in("school")
    status, _, text = await water.do(ticket.ticket_id, "comment", csrf=other.csrf, text="上门看过了一次")
    assert status == 403
    assert "页面已过期" in text
    assert "上门看过了一次" in text
    assert await events_of(pool, ticket, "comment") == 0


async def test_form_from_another_site_is_refused(log_in: LogIn, town: Town, pool: asyncpg.Pool) -> None:
    ticket, water = await dispatched(town), await log_in("water")
    form, origin = {"csrf": water.csrf}, {"Origin": "https://elsewhere.example"}
    async with water.http.post(f"/tickets/{ticket.ticket_id}/sign", data=form, headers=origin) as answer:
        assert answer.status == 403
    assert await state_of(pool, ticket) == "dispatched"


async def test_bad_input_comes_back_with_what_was_typed(log_in: LogIn, town: Town, pool: asyncpg.Pool) -> None:
    ticket, water = await signed(town), await log_in("water")
    status, _, text = await water.do(ticket.ticket_id, "reply", reply="水表已经换过了。", facts="")
    assert status == 422
    assert "还缺：办理情况" in text
    assert "水表已经换过了。</textarea>" in text
    assert 'aria-invalid="true"' in text
    assert await state_of(pool, ticket) == "signed"


async def test_everything_lacking_is_told_at_once(log_in: LogIn, town: Town) -> None:
    ticket, water = await owed(town), await log_in("water")
    status, _, text = await water.do(ticket.ticket_id, "plan_interview", cause="抄表员未入户")
    assert status == 422
    assert "还缺：化解方案、适用的法律和规定、约谈时间、约谈地点" in text


@pytest.mark.parametrize("meet_at", ["明天下午", "2026-11-20T09:00", "2026-13-45T09:00", "0001-01-01T00:00"])
async def test_impossible_meeting_time_is_refused(log_in: LogIn, town: Town, meet_at: str) -> None:
    ticket, water = await owed(town), await log_in("water")
    status, _, text = await water.do(ticket.ticket_id, "plan_interview", **PLAN, meet_at=meet_at)
    assert status == 422
    assert "约谈时间" in text
    assert PLAN["solution"] in text


async def test_wrong_state_is_told_on_the_ticket(log_in: LogIn, town: Town) -> None:
    ticket, water = await replied(town), await log_in("water")
    status, _, text = await water.do(ticket.ticket_id, "reply", reply="再答一次", facts="无")
    assert status == 409
    assert "工单现在是“已答复待回访”，不能答复。" in text


async def test_answer_without_contact_is_refused(log_in: LogIn, town: Town) -> None:
    ticket, water = await dispatched(town), await log_in("water")
    await water.do(ticket.ticket_id, "sign")
    status, _, text = await water.do(ticket.ticket_id, "reply", reply="已办", facts="已办")
    assert status == 422
    assert "答复前要先联系诉求人" in text


async def test_other_unit_cannot_do_anything(log_in: LogIn, town: Town, pool: asyncpg.Pool) -> None:
    ticket, school = await signed(town), await log_in("school")
    filled = {f.name: "x" for form in FORMS.values() for f in form.fields} | MEETING | PLAN
    filled |= {"unit": str(town.unit("教育局")), "target": "1", "until": "2026-12-15", "due_on": "2026-12-15"}
    filled |= {"contacted": "yes", "solved": "yes", "verdict": "satisfied", "agreed": "yes", "how": "phone"}
    filled |= {"meet_at": "2026-12-01T09:00", "unit_mark": "", "operator_mark": ""}
    before = await pool.fetchval("select count(*) from ticket_event")
    answers = {verb: (await school.do(ticket.ticket_id, verb, **filled))[0] for verb in HANDLERS}
    assert set(answers.values()) <= {403, 404}, answers
    assert await pool.fetchval("select count(*) from ticket_event") == before


async def test_operator_may_not_sign(log_in: LogIn, town: Town, pool: asyncpg.Pool) -> None:
    ticket, operator = await dispatched(town), await log_in("operator")
    status, _, text = await operator.do(ticket.ticket_id, "sign")
    assert status == 403
    assert "您没有办理这件事的权限。" in text
    assert await state_of(pool, ticket) == "dispatched"


async def test_next_page_is_followed_inside_only(log_in: LogIn, town: Town) -> None:
    water = await log_in("water")
    first, second = await dispatched(town), await dispatched(town)
    _, inside, _ = await water.do(first.ticket_id, "sign", next="/desk?state=dispatched")
    _, outside, _ = await water.do(second.ticket_id, "sign", next="//elsewhere.example/")
    assert inside == "/desk?state=dispatched&done=sign"
    assert outside == f"/tickets/{second.ticket_id}?done=sign"


async def test_photo_stays_with_the_ticket(log_in: LogIn, town: Town, pool: asyncpg.Pool) -> None:
    ticket, water = await signed(town), await log_in("water")
    form = FormData(
        {"csrf": water.csrf, "client_key": "k1", "how": "visit", "text": "上门查看"},
        default_to_multipart=True,
        quote_fields=False,
    )
    form.add_field("files", PNG, filename="现场.png", content_type="image/png")
    async with water.http.post(f"/tickets/{ticket.ticket_id}/contact", data=form, allow_redirects=False) as answer:
        assert answer.status == 303
    row = await pool.fetchrow("select file_name, label from attachment where ticket_id = $1", ticket.ticket_id)
    assert dict(row) == {"file_name": "现场.png", "label": "联系凭证"}
    assert "现场.png" in await water.get(f"/tickets/{ticket.ticket_id}")


async def test_program_is_no_photo_and_nothing_is_done(log_in: LogIn, town: Town, pool: asyncpg.Pool) -> None:
    ticket, water = await signed(town), await log_in("water")
    form = FormData({"csrf": water.csrf, "how": "visit", "text": "上门查看"}, default_to_multipart=True)
    form.add_field("files", b"MZ\x90\x00" + bytes(64), filename="setup.png", content_type="image/png")
    before = await events_of(pool, ticket, "contact")
    async with water.http.post(f"/tickets/{ticket.ticket_id}/contact", data=form, allow_redirects=False) as answer:
        assert 400 <= answer.status < 500
        assert "上门查看" in await answer.text()
    assert await events_of(pool, ticket, "contact") == before


async def test_unknown_verb_is_not_found(log_in: LogIn, town: Town) -> None:
    ticket, water = await signed(town), await log_in("water")
    assert (await water.do(ticket.ticket_id, "close"))[0] == 404


async def test_verb_without_log_in_leads_to_log_in(browser: Open, town: Town) -> None:
    ticket, stranger = await dispatched(town), await browser()
    status, location, _ = await stranger.do(ticket.ticket_id, "sign")
    assert (status, location) == (303, "/login")
