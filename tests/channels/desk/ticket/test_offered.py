"""What a page offers where it once differed from the rules: late requests, passed limits, a second part, a review."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from channels.desk.ticket.available_actions import AvailableActions, find_available
from hotline.actions import interview
from hotline.actions.callback import verdicts
from hotline.actions.dispatch import joint
from hotline.actions.handling import unit_work
from hotline.actions.search.case_view import read_ticket
from hotline.actions.supervision import tiers
from hotline.actions.tickets import due_steps
from hotline.domain.enums import CloseReason, Verdict
from hotline.domain.errors import ExtensionClosed, Malformed, NoReviewYet, NotAllowed, WrongState
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import Ticket
from tests.build import MONDAY, TUESDAY, Town, held, moment, owed, replied, signed
from tests.channels.desk.conftest import LogIn

ASKED, WHY = moment("2026-11-27"), {"reason": "备件未到"}
DECISION_LATE, REPLY_PASSED = moment("2026-11-30", "17:29"), moment("2026-11-30", "17:30")


async def offers(town: Town, ticket: Ticket, login: str, now: datetime) -> AvailableActions:
    while (await due_steps.fire_due_deadlines(town.context, now, 100))[0]:
        pass
    who = town.actor(login)
    return find_available(await read_ticket(town.context, ticket.ticket_id, who, now), who, now)


async def asked(town: Town, at: datetime = ASKED) -> Ticket:
    ticket = await signed(town)
    return await unit_work.ask_extension(town.context, ticket.ticket_id, town.actor("water"), at, WHY)


async def test_a_request_whose_decision_is_late_is_still_decided_and_not_asked_again(town: Town) -> None:
    ticket = await asked(town, TUESDAY)
    late = moment("2026-11-27", "09:00")
    found = await offers(town, ticket, "water_head", late)
    assert found.first == "grant_extension"
    assert "ask_extension" not in found.others
    decided = await unit_work.decide_extension(
        town.context, ticket.ticket_id, True, town.actor("water_head"), late, WHY
    )
    assert decided.extension_count == 1


async def test_after_the_reply_limit_a_request_can_only_be_refused(town: Town, log_in: LogIn) -> None:
    ticket = await asked(town)
    assert (await offers(town, ticket, "dispatcher", DECISION_LATE)).first == "grant_extension"
    found = await offers(town, ticket, "dispatcher", REPLY_PASSED)
    assert found.first == "refuse_extension"
    assert "grant_extension" not in found.others
    args = (town.context, ticket.ticket_id)
    with pytest.raises(ExtensionClosed, match="答复期限已过"):
        await unit_work.decide_extension(*args, True, town.actor("dispatcher"), REPLY_PASSED, WHY)
    await unit_work.decide_extension(*args, False, town.actor("dispatcher"), REPLY_PASSED, WHY)


async def test_a_second_request_is_granted_by_the_dispatcher_and_may_be_refused_by_the_head(town: Town) -> None:
    ticket = await asked(town)
    args, head = (town.context, ticket.ticket_id), town.actor("water_head")
    await unit_work.decide_extension(*args, True, head, ASKED, WHY)
    await unit_work.ask_extension(*args, town.actor("water"), ASKED, WHY)
    found = await offers(town, ticket, "water_head", ASKED)
    assert "refuse_extension" in found.others
    assert "grant_extension" not in (found.first, *found.others)
    await unit_work.decide_extension(*args, False, head, ASKED, WHY)


async def test_a_reminder_is_offered_once_a_working_day_to_each_role(town: Town) -> None:
    ticket = await signed(town)
    await tiers.remind_unit(town.context, ticket.ticket_id, town.actor("supervisor"), MONDAY)
    later = MONDAY + timedelta(hours=2)
    assert "remind" not in (await offers(town, ticket, "supervisor", later)).others
    assert "remind" in (await offers(town, ticket, "dispatcher", later)).others
    assert "remind" in (await offers(town, ticket, "supervisor", TUESDAY)).others


async def test_a_part_may_be_given_again_and_is_then_not_the_next_thing(town: Town) -> None:
    ticket = await signed(town)
    asked_units = [town.unit("教育局")]
    args = (town.context, ticket.ticket_id)
    await joint.invite_units(*args, asked_units, town.actor("dispatcher"), MONDAY, {"task": "核实"})
    assert (await offers(town, ticket, "school", MONDAY)).first == "assist"
    await joint.hand_in_part(*args, town.actor("school"), MONDAY, {"part": "已核实"})
    found = await offers(town, ticket, "school", MONDAY)
    assert (found.first, "assist" in found.others) == ("", True)
    await joint.hand_in_part(*args, town.actor("school"), MONDAY, {"part": "再核实"})


async def test_whatever_the_unit_called_it_a_demand_is_reviewed_before_it_closes_as_unreasonable(town: Town) -> None:
    ticket = await held(town, await owed(town), TUESDAY, outcome="explained")
    args = (town.context, ticket.ticket_id)
    inspector, verdict = town.actor("inspector"), Verdict.DISSATISFIED
    with pytest.raises(NoReviewYet):
        await interview.verify_interview(*args, verdict, False, "", inspector, TUESDAY)
    for login in ("supervisor", "dispatcher"):
        assert "review" in (await offers(town, ticket, login, TUESDAY)).others
        await interview.review_interview(*args, True, "超出规定", town.actor(login), TUESDAY)
        assert "review" not in (await offers(town, ticket, login, TUESDAY)).others
    closed = await interview.verify_interview(*args, verdict, False, "", inspector, TUESDAY)
    assert closed.close_reason is CloseReason.UNREASONABLE
    with pytest.raises(WrongState):
        await interview.review_interview(*args, True, "事后", inspector, TUESDAY)


async def test_an_interview_is_judged_on_its_own_scale_whichever_door_sends_it(town: Town) -> None:
    ticket = await held(town, await owed(town), TUESDAY)
    with pytest.raises(Malformed, match="群众评价"):
        await interview.verify_interview(
            town.context, ticket.ticket_id, Verdict.BASICALLY_SATISFIED, False, "", town.actor("inspector"), TUESDAY
        )


async def test_an_operator_enters_a_contact_of_a_confidential_ticket_alone(town: Town) -> None:
    given = {"how": "phone", "text": "已转达"}
    for confidential in (False, True):
        ticket = await signed(town, confidential=confidential)
        found = await offers(town, ticket, "operator", MONDAY)
        assert ("contact" in (found.first, *found.others)) is confidential
        args = (town.context, ticket.ticket_id, town.actor("operator"), MONDAY, given)
        if confidential:
            await unit_work.record_contact(*args)
            continue
        with pytest.raises(NotAllowed):
            await unit_work.record_contact(*args)


@pytest.mark.parametrize("login", ["operator", "dispatcher", "supervisor", "inspector"])
async def test_a_refusal_to_be_asked_is_offered_to_all_who_may_enter_it(town: Town, login: str) -> None:
    for ticket in (await replied(town), await held(town, await owed(town), TUESDAY)):
        assert "refused" in (await offers(town, ticket, login, TUESDAY)).others
        done = await verdicts.record_refusal(town.context, ticket.ticket_id, town.actor(login), TUESDAY)
        assert done.state is State.CLOSED


async def test_the_unit_that_has_a_ticket_is_not_among_those_it_may_be_handed_to(town: Town, log_in: LogIn) -> None:
    ticket = await signed(town)
    page = await (await log_in("dispatcher")).get(f"/tickets/{ticket.ticket_id}")
    assert f'value="{town.unit("教育局")}"' in page
    assert f'value="{town.unit("水务局")}"' not in page
