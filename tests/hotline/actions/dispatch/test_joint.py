"""Joint tickets on the real database: who is asked, whose clock runs, and when the lead may answer."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from hotline.actions import interview
from hotline.actions.callback import verdicts
from hotline.actions.dispatch import handover, joint
from hotline.actions.handling import unit_work
from hotline.actions.intake import first_contact
from hotline.actions.search import case_view
from hotline.actions.supervision import tiers
from hotline.domain.callback import Answers
from hotline.domain.enums import HandlingClass, Kind, Verdict
from hotline.domain.errors import (
    AccusedAddressee,
    AssistingUnit,
    LeadUnit,
    Missing,
    NoPartDue,
    NoSuchUnit,
    NotAllowed,
    NotFound,
    PartsMissing,
    SameUnit,
    UnfitAssisting,
    WrongState,
)
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import COMPLAINANT, Ticket
from hotline.store.deadline import deadlines
from hotline.store.dispatch.joint import list_parts
from tests import build
from tests.build import FRIDAY, MONDAY, NEXT_MONDAY, THURSDAY, TUESDAY, WEDNESDAY, Town, moment

if TYPE_CHECKING:
    from tests.hotline.actions.conftest import Look

PHONE = "13800138000"
PART = {"part": "已核对排污口，属实。"}
TASK = {"task": "核实收费"}


async def shared(town: Town, *others: str, now: datetime = MONDAY, **given: object) -> Ticket:
    """A ticket led by the water bureau that others assist, from its dispatch on."""
    ticket = await build.opened(town, now, **given)
    units = [town.unit(name) for name in others or ("教育局",)]
    return await handover.dispatch_ticket(
        town.context, ticket.ticket_id, town.unit("水务局"), town.actor("dispatcher"), now,
        assisting=units, task="核实收费",
    )  # fmt: skip


async def taken_up(town: Town, ticket: Ticket, now: datetime = MONDAY) -> None:
    """The lead signs and contacts the person."""
    await unit_work.sign_ticket(town.context, ticket.ticket_id, town.actor("water"), now)
    words = {"how": "phone", "text": "已说明情况"}
    await unit_work.record_contact(town.context, ticket.ticket_id, town.actor("water"), now, words)


async def hand_in(town: Town, ticket: Ticket, login: str, now: datetime, unit: UUID | None = None) -> Ticket:
    return await joint.hand_in_part(town.context, ticket.ticket_id, town.actor(login), now, PART, unit_id=unit)


async def invite(town: Town, ticket: Ticket, *names: str, now: datetime = MONDAY) -> Ticket:
    units = [town.unit(name) for name in names]
    return await joint.invite_units(town.context, ticket.ticket_id, units, town.actor("dispatcher"), now, TASK)


async def excuse(town: Town, ticket: Ticket, name: str, now: datetime = MONDAY) -> Ticket:
    given = {"reason": "与此事无关"}
    return await joint.excuse_unit(
        town.context, ticket.ticket_id, town.unit(name), town.actor("dispatcher"), now, given
    )


async def assist_clocks(town: Town, ticket: Ticket) -> list[tuple[str, datetime, str]]:
    """(unit, end, state) of every clock of an assisting unit, oldest first."""
    async with town.context.pool.acquire() as conn:
        rows = await deadlines.list_deadlines(conn, town.context.region, ticket.ticket_id)
    names = {unit_id: name for name, unit_id in town.units.items()}
    return [(names[r["unit_id"]], r["due_at"], r["state"]) for r in rows if r["rule"] == "assist"]


async def parts(town: Town, ticket: Ticket) -> dict[str, tuple[str, bool]]:
    """Unit → part, whether it answered."""
    async with town.context.pool.acquire() as conn:
        found = await list_parts(conn, town.context.region, ticket.ticket_id)
    names = {unit_id: name for name, unit_id in town.units.items()}
    return {names[part.unit_id]: (part.part, part.answered_at is not None) for part in found}


async def test_assisting_units_named_at_dispatch_end_a_working_day_before_the_lead(town: Town, look: "Look") -> None:
    ticket = await shared(town, "教育局", "永安镇")
    assert ticket.handling_class is HandlingClass.JOINT
    assert await parts(town, ticket) == {
        "水务局": ("lead", False), "教育局": ("assisting", False), "永安镇": ("assisting", False),
    }  # fmt: skip
    friday = moment("2026-11-27", "17:30")
    assert await look.due(ticket, "reply") == moment("2026-11-30", "17:30")
    assert await assist_clocks(town, ticket) == [("教育局", friday, "running"), ("永安镇", friday, "running")]
    told = await look.told(ticket)
    assert [told[f"unit:{town.unit(name)}", "invited"] for name in ("教育局", "永安镇", "水务局")] == [1, 1, 0]


async def test_an_urgent_ticket_stays_urgent_and_leaves_the_lead_the_last_quarter(town: Town, look: "Look") -> None:
    ticket = await shared(town, matter_id="danger")
    assert ticket.handling_class is HandlingClass.URGENT
    assert await look.due(ticket, "reply") == MONDAY + timedelta(hours=24)
    assert await assist_clocks(town, ticket) == [("教育局", MONDAY + timedelta(hours=18), "running")]


async def test_too_little_time_leaves_the_lead_the_last_quarter_of_what_is_left(town: Town) -> None:
    ticket = await build.dispatched(town, kind=Kind.INQUIRY)
    await invite(town, ticket, "教育局", now=moment("2026-11-24", "14:30"))
    # Three hours are left until 17:30.
    assert await assist_clocks(town, ticket) == [("教育局", moment("2026-11-24", "16:45"), "running")]


async def test_nobody_assists_who_is_accused_or_leads_or_assists_already(town: Town) -> None:
    ticket = await build.dispatched(town, accused_unit_id=town.unit("永安镇"))
    for name in ("永安镇", "前进村"):
        with pytest.raises(AccusedAddressee):
            await invite(town, ticket, name)
    with pytest.raises(UnfitAssisting, match="主办"):
        await invite(town, ticket, "教育局", "水务局")
    await invite(town, ticket, "教育局")
    with pytest.raises(UnfitAssisting, match="已经在协办"):
        await invite(town, ticket, "教育局", "东湖水厂")
    with pytest.raises(Missing, match="协办单位、协办事项"):
        await joint.invite_units(town.context, ticket.ticket_id, [], town.actor("dispatcher"), MONDAY, {})
    with pytest.raises(NoSuchUnit):
        await joint.invite_units(town.context, ticket.ticket_id, [UUID(int=9)], town.actor("dispatcher"), MONDAY, TASK)
    with pytest.raises(NotAllowed):
        await joint.invite_units(
            town.context, ticket.ticket_id, [town.unit("前进村")], town.actor("water"), MONDAY, TASK
        )
    ticket = await build.opened(town, accused_unit_id=town.unit("教育局"))
    with pytest.raises(AccusedAddressee):
        await handover.dispatch_ticket(
            town.context, ticket.ticket_id, town.unit("水务局"), town.actor("dispatcher"), MONDAY,
            assisting=[town.unit("教育局")],
        )  # fmt: skip


@pytest.mark.case("T26")
async def test_the_lead_answers_only_when_every_part_is_there_or_excused(town: Town, look: "Look") -> None:
    ticket = await shared(town, "教育局", "永安镇")
    await taken_up(town, ticket)
    with pytest.raises(PartsMissing, match="教育局、永安镇"):
        await build.reply(town, ticket, TUESDAY)
    await hand_in(town, ticket, "school", TUESDAY)
    with pytest.raises(PartsMissing, match="：永安镇"):
        await build.reply(town, ticket, TUESDAY)
    await excuse(town, ticket, "永安镇", TUESDAY)
    assert (await build.reply(town, ticket, TUESDAY)).state is State.REPLIED
    assert [state for _, _, state in await assist_clocks(town, ticket)] == ["met", "withdrawn"]
    assert await parts(town, ticket) == {
        "水务局": ("lead", False), "教育局": ("assisting", True), "永安镇": ("former", False),
    }  # fmt: skip
    told = await look.told(ticket)
    assert told[f"unit:{town.unit('水务局')}", "assisted"] == 2
    assert told[f"unit:{town.unit('永安镇')}", "excused"] == 1


@pytest.mark.case("T26")
async def test_a_part_settles_its_own_clock_alone_and_may_be_given_anew(town: Town, look: "Look") -> None:
    ticket = await shared(town, "教育局", "永安镇")
    await hand_in(town, ticket, "school", MONDAY)
    await hand_in(town, ticket, "school", TUESDAY)
    assert [(name, state) for name, _, state in await assist_clocks(town, ticket)] == [
        ("教育局", "met"), ("永安镇", "running"),
    ]  # fmt: skip
    assert (await look.events(ticket)).count("assist") == 2
    assert (await look.ticket(ticket.ticket_id)).state is State.DISPATCHED


async def test_an_assisting_unit_does_nothing_that_is_the_leads(town: Town) -> None:
    ticket = await shared(town)
    school, context, ticket_id = town.actor("school"), town.context, ticket.ticket_id
    with pytest.raises(AssistingUnit):
        await unit_work.sign_ticket(context, ticket_id, school, MONDAY)
    with pytest.raises(AssistingUnit):
        await handover.return_ticket(context, ticket_id, school, MONDAY, {"reason": "x", "basis": "x"})
    await taken_up(town, ticket)
    with pytest.raises(AssistingUnit):
        await unit_work.record_contact(context, ticket_id, school, MONDAY, {"how": "phone", "text": "x"})
    with pytest.raises(AssistingUnit):
        await unit_work.ask_extension(context, ticket_id, school, MONDAY, {"reason": "x"})
    await hand_in(town, ticket, "school", MONDAY)
    with pytest.raises(AssistingUnit):
        await unit_work.reply_ticket(context, ticket_id, school, MONDAY, {"reply": "x", "facts": "x"})
    with pytest.raises(LeadUnit):
        await hand_in(town, ticket, "water", MONDAY)
    with pytest.raises(NotFound):
        await hand_in(town, ticket, "town", MONDAY)
    await unit_work.comment_ticket(context, ticket_id, school, MONDAY, {"text": "补充一句"})
    await build.reply(town, ticket, MONDAY)
    await build.rated(town, ticket, Verdict.DISSATISFIED, MONDAY)
    with pytest.raises(AssistingUnit):
        await interview.plan_interview(context, ticket_id, TUESDAY, school, MONDAY, build.PLAN)


async def test_a_bureau_speaks_for_the_one_station_below_it_that_owes(town: Town) -> None:
    ticket = await build.dispatched(town, unit="教育局")
    await invite(town, ticket, "东湖水厂", "西湖水厂")
    with pytest.raises(Missing, match="协办单位"):
        await hand_in(town, ticket, "water", MONDAY)
    with pytest.raises(NoPartDue):
        await hand_in(town, ticket, "water", MONDAY, town.unit("永安镇"))
    await hand_in(town, ticket, "water", MONDAY, town.unit("西湖水厂"))
    await hand_in(town, ticket, "water", MONDAY)
    assert (await parts(town, ticket))["东湖水厂"] == ("assisting", True)
    assert [state for _, _, state in await assist_clocks(town, ticket)] == ["met", "met"]


async def test_a_missed_part_is_told_to_the_unit_the_lead_and_the_dispatcher(town: Town, look: "Look") -> None:
    ticket = await shared(town)
    await taken_up(town, ticket)
    await look.sweep_until(moment("2026-11-27", "17:30"))
    assert await assist_clocks(town, ticket) == [("教育局", moment("2026-11-27", "17:30"), "missed")]
    told = await look.told(ticket)
    assert told["role:dispatcher", "assist_overdue"] == told[f"unit:{town.unit('水务局')}", "assist_overdue"] == 1
    assert ("assist", "one_day", "planned") in await look.ledger(ticket)
    assert ("assist", "expiry", "planned") in await look.ledger(ticket)
    assert (await look.ticket(ticket.ticket_id)).tier == 0
    with pytest.raises(PartsMissing):
        await build.reply(town, ticket, NEXT_MONDAY)
    await hand_in(town, ticket, "school", NEXT_MONDAY)
    assert [state for _, _, state in await assist_clocks(town, ticket)] == ["missed"]
    await build.reply(town, ticket, NEXT_MONDAY)


async def test_an_extension_gives_those_who_owe_a_later_limit(town: Town, look: "Look") -> None:
    ticket = await shared(town, "教育局", "永安镇")
    await taken_up(town, ticket)
    await hand_in(town, ticket, "town", TUESDAY)
    await unit_work.ask_extension(town.context, ticket.ticket_id, town.actor("water"), TUESDAY, {"reason": "x"})
    head, given = town.actor("water_head"), {"reason": "x"}
    await unit_work.decide_extension(town.context, ticket.ticket_id, True, head, TUESDAY, given)
    assert await look.due(ticket, "reply") == moment("2026-12-07", "17:30")
    old, new = moment("2026-11-27", "17:30"), moment("2026-12-04", "17:30")
    assert await assist_clocks(town, ticket) == [
        ("教育局", old, "withdrawn"), ("永安镇", old, "met"), ("教育局", new, "running"),
    ]  # fmt: skip


async def test_a_mark_of_supervision_brings_the_limit_forward(town: Town, look: "Look") -> None:
    ticket = await shared(town)
    await tiers.supervise_ticket(town.context, ticket.ticket_id, town.actor("supervisor"), MONDAY)
    assert await look.due(ticket, "supervised") == moment("2026-11-26", "17:30")
    assert await assist_clocks(town, ticket) == [("教育局", moment("2026-11-25", "17:30"), "running")]
    assert (await look.told(ticket))[f"unit:{town.unit('教育局')}", "assist_moved"] == 1


async def test_a_leaders_date_asks_anew_and_tells_of_one_limit_only(town: Town, look: "Look") -> None:
    ticket, written = await shared(town), {"text": "限期办好", "due_on": "2026-11-26"}
    await tiers.instruct_ticket(town.context, ticket.ticket_id, THURSDAY.date(), town.actor("leader"), TUESDAY, written)
    friday, wednesday = moment("2026-11-27", "17:30"), moment("2026-11-25", "17:30")
    assert await assist_clocks(town, ticket) == [("教育局", friday, "withdrawn"), ("教育局", wednesday, "running")]
    told, unit = await look.told(ticket), f"unit:{town.unit('教育局')}"
    assert (told[unit, "invited"], told[unit, "assist_moved"]) == (2, 0)


async def test_nothing_moves_where_the_leads_limit_does_not(town: Town, look: "Look") -> None:
    ticket = await shared(town, matter_id="water.outage")
    await taken_up(town, ticket, MONDAY + timedelta(minutes=10))
    await unit_work.ask_extension(
        town.context, ticket.ticket_id, town.actor("water"), MONDAY + timedelta(hours=1), {"reason": "x"}
    )
    await unit_work.comment_ticket(
        town.context, ticket.ticket_id, COMPLAINANT, MONDAY + timedelta(hours=2), {"text": "急"}
    )
    assert await assist_clocks(town, ticket) == [("教育局", MONDAY + timedelta(hours=18), "running")]
    assert (await look.told(ticket))[f"unit:{town.unit('教育局')}", "assist_moved"] == 0


async def test_after_a_rest_the_parts_still_end_before_the_lead(town: Town, look: "Look") -> None:
    ticket = await shared(town)
    context, dispatcher = town.context, town.actor("dispatcher")
    await unit_work.park_ticket(context, ticket.ticket_id, FRIDAY, dispatcher, TUESDAY, {"reason": "x", "until": "x"})
    assert [state for _, _, state in await assist_clocks(town, ticket)] == ["paused"]
    await unit_work.resume_ticket(context, ticket.ticket_id, dispatcher, THURSDAY)
    lead = await look.due(ticket, "reply")
    assert await assist_clocks(town, ticket) == [("教育局", moment("2026-12-01", "17:30"), "running")]
    assert lead == moment("2026-12-02", "17:30")


async def test_another_lead_keeps_the_assisting_units_and_one_of_them_may_be_it(town: Town, look: "Look") -> None:
    ticket = await shared(town, "教育局", "永安镇")
    await hand_in(town, ticket, "town", TUESDAY)
    ticket = await handover.dispatch_ticket(
        town.context, ticket.ticket_id, town.unit("教育局"), town.actor("dispatcher"), TUESDAY, "归口教育"
    )
    assert await parts(town, ticket) == {
        "教育局": ("lead", False), "永安镇": ("assisting", True), "水务局": ("former", False),
    }  # fmt: skip
    assert [state for _, _, state in await assist_clocks(town, ticket)] == ["withdrawn", "met"]


async def test_an_upheld_return_waits_for_nobody_until_there_is_a_lead_again(town: Town, look: "Look") -> None:
    ticket = await shared(town)
    given = {"reason": "x", "basis": "x"}
    await handover.return_ticket(town.context, ticket.ticket_id, town.actor("water"), MONDAY, given)
    await handover.rule_return(town.context, ticket.ticket_id, True, town.actor("dispatcher"), TUESDAY, given)
    assert [state for _, _, state in await assist_clocks(town, ticket)] == ["withdrawn"]
    await handover.dispatch_ticket(
        town.context, ticket.ticket_id, town.unit("永安镇"), town.actor("dispatcher"), WEDNESDAY
    )
    assert await look.due(ticket, "reply") == moment("2026-12-02", "17:30")
    assert (await assist_clocks(town, ticket))[-1] == ("教育局", moment("2026-12-01", "17:30"), "running")


async def test_a_redo_asks_again_but_not_the_excused(town: Town, look: "Look") -> None:
    ticket = await shared(town, "教育局", "永安镇")
    await taken_up(town, ticket)
    await hand_in(town, ticket, "school", MONDAY)
    await excuse(town, ticket, "永安镇")
    await build.reply(town, ticket, MONDAY)
    answers = Answers(False, False, Verdict.DISSATISFIED)
    await verdicts.record_callback(town.context, ticket.ticket_id, answers, town.actor("operator"), TUESDAY)
    assert await look.due(ticket, "reply") == moment("2026-11-27", "17:30")
    assert (await assist_clocks(town, ticket))[-1] == ("教育局", moment("2026-11-26", "17:30"), "running")
    await taken_up_again(town, ticket)
    with pytest.raises(PartsMissing, match="：教育局"):
        await build.reply(town, ticket, WEDNESDAY)
    await look.sweep_until(THURSDAY)
    assert ("assist", "one_day", "planned") in await look.ledger(ticket)


async def taken_up_again(town: Town, ticket: Ticket) -> None:
    given = {"how": "visit", "text": "上门"}
    await unit_work.record_contact(town.context, ticket.ticket_id, town.actor("water"), WEDNESDAY, given)


async def test_a_withdrawn_ticket_tells_those_who_still_owe(town: Town, look: "Look") -> None:
    ticket = await shared(town, "教育局", "永安镇")
    await hand_in(town, ticket, "town", MONDAY)
    await first_contact.withdraw_ticket(town.context, ticket.ticket_id, COMPLAINANT, TUESDAY, {"reason": "已解决"})
    over = [(row["recipient"], row["state"]) for row in await look.outbox(ticket) if row["kind"] == "assist_over"]
    assert over == [(f"unit:{town.unit('教育局')}", "waiting")]
    assert await look.ticking(ticket) == []


async def test_without_anybody_who_assists_it_is_an_ordinary_ticket_again(town: Town) -> None:
    ticket = await shared(town)
    assert (await excuse(town, ticket, "教育局")).handling_class is HandlingClass.COMMITTED
    with pytest.raises(NoPartDue):
        await excuse(town, ticket, "教育局")
    with pytest.raises(NotFound):
        await hand_in(town, ticket, "school", MONDAY)
    await invite(town, ticket, "教育局")
    assert (await parts(town, ticket))["教育局"] == ("assisting", False)


async def test_a_ticket_that_waits_for_nobody_takes_no_part(town: Town) -> None:
    ticket = await shared(town)
    await taken_up(town, ticket)
    await hand_in(town, ticket, "school", MONDAY)
    await build.reply(town, ticket, MONDAY)
    with pytest.raises(WrongState):
        await hand_in(town, ticket, "school", MONDAY)
    with pytest.raises(WrongState):
        await invite(town, ticket, "永安镇")


async def test_the_same_unit_is_no_other_unit(town: Town) -> None:
    ticket = await build.dispatched(town)
    with pytest.raises(SameUnit):
        await handover.dispatch_ticket(
            town.context, ticket.ticket_id, town.unit("水务局"), town.actor("dispatcher"), MONDAY, "再派一次"
        )


async def test_a_repeated_form_asks_and_answers_once(town: Town, look: "Look") -> None:
    ticket = await build.dispatched(town)
    units, context = [town.unit("教育局")], town.context
    for _ in range(2):
        await joint.invite_units(context, ticket.ticket_id, units, town.actor("dispatcher"), MONDAY, TASK, "form-1")
    for _ in range(2):
        await joint.hand_in_part(context, ticket.ticket_id, town.actor("school"), MONDAY, PART, "form-2")
    assert [verb for verb in await look.events(ticket) if verb in ("invite", "assist")] == ["invite", "assist"]


async def test_a_unit_that_assists_is_shown_stars_and_asks_the_lead(town: Town) -> None:
    words = f"水表坏了，请打{PHONE}，找王小明。"
    ticket = await shared(town, phone=PHONE, name="王小明", body=words)
    context, ticket_id = town.context, ticket.ticket_id
    seen = {
        login: await case_view.read_ticket(context, ticket_id, town.actor(login), MONDAY)
        for login in ("school", "water")
    }
    assert (seen["school"].person.phone, seen["school"].person.may_reveal) == ("138****8000", False)
    assert PHONE not in seen["school"].body
    assert "王小明" not in seen["school"].body
    assert (seen["water"].body, seen["water"].person.may_reveal) == (words, True)
    with pytest.raises(NotAllowed):
        await case_view.reveal_person(context, ticket_id, town.actor("school"), MONDAY, "想联系诉求人")
    assert (await case_view.reveal_person(context, ticket_id, town.actor("water"), MONDAY, "联系诉求人")).phone == PHONE


async def test_a_unit_above_the_lead_reveals_as_the_lead_does(town: Town) -> None:
    ticket = await shared(town, phone=PHONE)
    person = await case_view.reveal_person(
        town.context, ticket.ticket_id, town.actor("county_head"), MONDAY, "督促办理"
    )
    assert person.phone == PHONE


async def test_a_unit_that_leads_no_more_reads_the_person_no_more(town: Town) -> None:
    ticket = await shared(town, phone=PHONE)
    await handover.dispatch_ticket(
        town.context, ticket.ticket_id, town.unit("永安镇"), town.actor("dispatcher"), MONDAY, "归口办理",
    )  # fmt: skip
    with pytest.raises(NotFound):
        await case_view.reveal_person(town.context, ticket.ticket_id, town.actor("water"), MONDAY, "联系诉求人")
