"""A ticket's whole life on the real database, and every way it may end."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hotline.actions import interview
from hotline.actions.dispatch import handover
from hotline.actions.handling import unit_work
from hotline.actions.intake import first_contact
from hotline.actions.supervision import tiers
from hotline.domain.enums import Channel, CloseReason, Verdict
from hotline.domain.errors import ContactFirst, NoReviewYet, NotAllowed, Refusal, WrongState
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import COMPLAINANT
from tests import build
from tests.build import MONDAY, TUESDAY, WEDNESDAY, Town

if TYPE_CHECKING:
    from tests.hotline.actions.conftest import Look


async def test_whole_life_from_filing_to_a_verified_interview(town: Town, look: "Look") -> None:
    ticket = await build.owed(town)
    assert (ticket.state, ticket.tier) == (State.INTERVIEW_OWED, 1)
    ticket = await build.held(town, ticket, TUESDAY)
    ticket = await interview.verify_interview(
        town.context, ticket.ticket_id, Verdict.UNDERSTOOD, False, "", town.actor("inspector"), WEDNESDAY
    )
    assert (ticket.state, ticket.close_reason) == (State.CLOSED, CloseReason.UNDERSTOOD)
    assert await look.ticket(ticket.ticket_id) == ticket
    assert await look.events(ticket) == [
        "open", "dispatch", "sign", "contact", "reply", "owe_interview", "remind", "plan_interview", "hold_interview", "close",
    ]  # fmt: skip
    assert await look.clocks(ticket) == {
        "dispatch": "met", "sign": "met", "contact": "met", "reply": "met", "callback": "met", "interview": "met",
        "verify": "met",
    }  # fmt: skip
    assert await look.ladder(ticket) == [(1, "dissatisfied", "closed")]
    assert [row["state"] for row in await look.callbacks(ticket)] == ["done", "done"]


async def test_a_redo_goes_round_once_and_then_an_interview_is_owed(town: Town, look: "Look") -> None:
    ticket = await build.replied(town)
    ticket = await build.rated(town, ticket, Verdict.DISSATISFIED, MONDAY, at_fault=True)
    assert (ticket.state, ticket.redo_count) == (State.SIGNED, 1)
    with pytest.raises(ContactFirst):
        await build.reply(town, ticket, TUESDAY)
    await unit_work.record_contact(
        town.context, ticket.ticket_id, town.actor("water"), TUESDAY, {"how": "visit", "text": "上门"}
    )
    ticket = await build.reply(town, ticket, TUESDAY)
    ticket = await build.rated(town, ticket, Verdict.DISSATISFIED, TUESDAY, at_fault=True)
    assert ticket.state is State.INTERVIEW_OWED
    assert await look.ladder(ticket) == [(1, "redos", None)]


@pytest.mark.case("P17")
async def test_closing_leaves_no_clock_no_callback_and_no_unsent_notice(town: Town, look: "Look") -> None:
    night = build.moment("2026-11-23", "21:00")
    ticket = await build.replied(town, night)
    assert await look.ticking(ticket) == ["callback"]
    await first_contact.withdraw_ticket(town.context, ticket.ticket_id, COMPLAINANT, night, {"reason": "已解决"})
    assert await look.ticking(ticket) == []
    assert [row["state"] for row in await look.callbacks(ticket)] == ["withdrawn"]
    waiting = {row["kind"] for row in await look.outbox(ticket) if row["state"] == "waiting"}
    assert waiting == {"withdrawn"}


@pytest.mark.case("P17")
async def test_a_warning_queued_overnight_is_not_sent_for_a_ticket_closed_meanwhile(town: Town, look: "Look") -> None:
    ticket = await build.dispatched(town)
    evening = build.moment("2026-11-24", "20:00")
    await look.sweep(evening)
    assert ("sign", "expiry", "planned") in await look.ledger(ticket)
    other = await build.opened(town)
    await first_contact.merge_ticket(town.context, ticket.ticket_id, other.number, town.actor("dispatcher"), evening)
    assert ("sign", "expiry", "skipped") in await look.ledger(ticket)
    reminders = [row["state"] for row in await look.outbox(ticket) if row["kind"] == "reminder"]
    assert set(reminders) == {"done"}
    await look.sweep_until(evening + timedelta(days=30))
    assert len([row for row in await look.outbox(ticket) if row["kind"] == "reminder"]) == len(reminders)


async def test_a_merged_ticket_goes_into_an_open_one_only(town: Town) -> None:
    dispatcher = town.actor("dispatcher")
    one, other = await build.opened(town), await build.opened(town)
    merged = await first_contact.merge_ticket(town.context, one.ticket_id, f" {other.number} ", dispatcher, MONDAY)
    assert (merged.close_reason, merged.merged_into) == (CloseReason.MERGED, other.ticket_id)
    with pytest.raises(Refusal, match="并入的工单"):
        await first_contact.merge_ticket(town.context, other.ticket_id, one.number, dispatcher, MONDAY)
    with pytest.raises(Refusal, match="并入的工单号"):
        await first_contact.merge_ticket(town.context, other.ticket_id, "20261123-99999", dispatcher, MONDAY)


@pytest.mark.parametrize(
    ("action", "given", "reason"),
    [
        (first_contact.answer_ticket, {"answer": "到营业厅办理"}, CloseReason.ANSWERED),
        (first_contact.redirect_ticket, {"where": "人民法院"}, CloseReason.REDIRECTED),
    ],
)
async def test_first_contact_may_end_it(
    town: Town, look: "Look", action: Any, given: dict[str, str], reason: CloseReason
) -> None:
    ticket = await build.opened(town)
    closed = await action(town.context, ticket.ticket_id, town.actor("operator"), MONDAY, given)
    assert (closed.state, closed.close_reason) == (State.CLOSED, reason)
    assert await look.clocks(ticket) == {"dispatch": "met"}


async def test_details_asked_and_added_bring_it_back_with_a_fresh_clock(town: Town, look: "Look") -> None:
    ticket = await build.opened(town)
    operator = town.actor("operator")
    await first_contact.ask_details(town.context, ticket.ticket_id, operator, MONDAY, {"missing": "户号、照片"})
    assert await look.ticking(ticket) == ["details"]
    back = await first_contact.add_details(town.context, ticket.ticket_id, COMPLAINANT, TUESDAY, {"text": "户号 12"})
    assert (back.state, await look.ticking(ticket)) == (State.RECEIVED, ["dispatch"])
    assert await look.due(ticket, "dispatch") == TUESDAY + timedelta(hours=2)


async def test_an_unreasonable_demand_closes_after_two_others_agreed(town: Town) -> None:
    ticket = await build.held(
        town, await build.owed(town), TUESDAY, outcome="unreasonable", person_verdict="dissatisfied"
    )
    context, ticket_id, inspector = town.context, ticket.ticket_id, town.actor("inspector")

    async def verify() -> Any:
        return await interview.verify_interview(
            context, ticket_id, Verdict.DISSATISFIED, False, "", inspector, WEDNESDAY
        )

    with pytest.raises(NoReviewYet, match="2人"):
        await verify()
    for _ in range(2):
        await interview.review_interview(context, ticket_id, True, "超出政策", town.actor("supervisor"), WEDNESDAY)
        await interview.review_interview(context, ticket_id, True, "超出政策", inspector, WEDNESDAY)
    with pytest.raises(NoReviewYet, match="1人"):
        await verify()
    await interview.review_interview(context, ticket_id, True, "超出政策", town.actor("supervisor2"), WEDNESDAY)
    assert (await verify()).close_reason is CloseReason.UNREASONABLE


async def test_a_review_needs_a_held_interview_a_reason_and_an_office(town: Town) -> None:
    ticket = await build.owed(town)
    with pytest.raises(WrongState):
        await interview.review_interview(town.context, ticket.ticket_id, True, "x", town.actor("supervisor"), TUESDAY)
    with pytest.raises(NotAllowed):
        await interview.review_interview(town.context, ticket.ticket_id, True, "x", town.actor("water"), TUESDAY)
    with pytest.raises(Refusal, match="复核理由"):
        await interview.review_interview(town.context, ticket.ticket_id, True, " ", town.actor("supervisor"), TUESDAY)


async def test_only_those_who_verify_verify_and_only_after_the_interview(town: Town) -> None:
    ticket = await build.owed(town)
    for login, refusal in (("operator", NotAllowed), ("water", NotAllowed), ("inspector", WrongState)):
        with pytest.raises(refusal):
            await interview.verify_interview(
                town.context, ticket.ticket_id, Verdict.SATISFIED, False, "", town.actor(login), TUESDAY
            )


async def test_an_interview_is_planned_before_it_is_held(town: Town) -> None:
    ticket = await build.owed(town)
    given = build.MINUTES
    with pytest.raises(Refusal, match="约谈方案"):
        await interview.hold_interview(
            town.context, ticket.ticket_id, TUESDAY, None, town.actor("water"), TUESDAY, given
        )


async def test_an_instruction_is_fulfilled_and_the_ticket_stays_on_tier_three(town: Town, look: "Look") -> None:
    ticket = await build.signed(town)
    leader, due_on = town.actor("leader"), WEDNESDAY.date()
    ticket = await tiers.instruct_ticket(
        town.context, ticket.ticket_id, due_on, leader, MONDAY, {"text": "本周查清", "due_on": str(due_on)}
    )
    assert (ticket.tier, await look.due(ticket, "tier3")) == (3, build.moment("2026-11-25", "17:30"))
    done = await tiers.fulfil_instruction(
        town.context, ticket.ticket_id, town.actor("supervisor"), TUESDAY, {"fulfilment": "已整改"}
    )
    assert (done.tier, (await look.events(done))[-1]) == (3, "fulfil")


async def test_a_refused_verb_leaves_no_trace(town: Town, look: "Look") -> None:
    ticket = await build.dispatched(town)
    before = await look.ticket(ticket.ticket_id), await look.events(ticket), await look.told(ticket)
    with pytest.raises(WrongState):
        await build.reply(town, ticket, MONDAY)
    with pytest.raises(NotAllowed):
        await unit_work.sign_ticket(town.context, ticket.ticket_id, town.actor("dispatcher"), MONDAY)
    with pytest.raises(Refusal):
        await handover.return_ticket(town.context, ticket.ticket_id, town.actor("water"), MONDAY, {"reason": "x"})
    assert before == (await look.ticket(ticket.ticket_id), await look.events(ticket), await look.told(ticket))


async def test_a_person_on_wechat_is_told_of_every_step(town: Town, look: "Look") -> None:
    ticket = await build.owed(town, channel=Channel.WECHAT, wechat="openid-of-a-test", phone="")
    told = await look.told(ticket)
    person = f"ticket:{ticket.ticket_id}"
    assert {kind for recipient, kind in told if recipient == person} == {"replied", "interview_owed"}
