"""What waits: parked tickets that keep what was left, callbacks tried at other times of day, people asked online first."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hotline.actions.callback import verdicts
from hotline.actions.handling import unit_work
from hotline.domain.enums import Channel, CloseReason, Verdict
from hotline.domain.errors import NotFound, WrongState
from hotline.domain.tickets.lifecycle import State
from tests import build
from tests.build import MONDAY, THURSDAY, TUESDAY, WEDNESDAY, Town, moment

if TYPE_CHECKING:
    from hotline.domain.tickets.ticket import Ticket
    from tests.hotline.actions.conftest import Look

REASON = {"reason": "汛期无法施工", "until": "2026-12-07"}
UNTIL = moment("2026-12-07", "08:30")
BY_WECHAT = {"channel": Channel.WECHAT, "wechat": "openid-of-a-test", "phone": ""}


async def park(town: Town, ticket: "Ticket", now: Any, until: Any = UNTIL) -> "Ticket":
    return await unit_work.park_ticket(town.context, ticket.ticket_id, until, town.actor("dispatcher"), now, REASON)


@pytest.mark.case("R9", "T14")
async def test_a_parked_ticket_comes_back_by_itself_with_what_was_left(town: Town, look: "Look") -> None:
    ticket = await build.signed(town)
    await park(town, ticket, moment("2026-11-25", "17:30"))
    assert await look.ticking(ticket) == ["resume"]
    await look.sweep_until(UNTIL - timedelta(seconds=1))
    assert (await look.ticket(ticket.ticket_id)).state is State.PARKED
    await look.sweep(UNTIL)
    kept = await look.ticket(ticket.ticket_id)
    assert (kept.state, kept.parked_until, kept.tier) == (State.SIGNED, None, 0)
    assert await look.due(ticket, "reply") == moment("2026-12-09", "17:30")
    assert (await look.clocks(ticket))["resume"] == "withdrawn"
    assert await look.ledger(ticket) == []


async def test_a_dispatcher_may_end_the_rest_early(town: Town, look: "Look") -> None:
    ticket = await build.signed(town)
    await park(town, ticket, TUESDAY)
    back = await unit_work.resume_ticket(town.context, ticket.ticket_id, town.actor("dispatcher"), THURSDAY)
    assert (back.state, await look.ticking(ticket)) == (State.SIGNED, ["reply"])
    await look.sweep_until(UNTIL + timedelta(days=1))
    assert (await look.events(ticket)).count("resume") == 1


@pytest.mark.case("R9")
async def test_a_rest_in_the_interview_window_repeats_no_reminder(town: Town, look: "Look") -> None:
    ticket = await build.owed(town)
    await look.sweep_until(moment("2026-11-27", "09:00"))
    await park(town, ticket, moment("2026-11-27", "09:00"))
    await look.sweep_until(moment("2026-12-20"))
    steps = [step for rule, step, _ in await look.ledger(ticket) if rule == "interview"]
    assert steps == ["issued", "two_days", "one_day", "four_hours", "expiry"]


async def test_the_hotlines_own_lateness_rests_with_the_ticket(town: Town, look: "Look") -> None:
    ticket = await build.opened(town)
    await look.sweep(moment("2026-11-23", "11:00"))
    await look.settle_alarms(TUESDAY)
    await park(town, ticket, moment("2026-11-23", "11:30"))
    await look.sweep_until(UNTIL - timedelta(seconds=1))
    assert await look.alarms(ticket) == []
    await look.sweep_until(UNTIL + timedelta(hours=3))
    assert await look.alarms(ticket) == ["dispatch_overdue"]


async def call(town: Town, ticket: "Ticket", now: Any) -> "Ticket":
    return await verdicts.record_no_answer(town.context, ticket.ticket_id, town.actor("operator"), now)


async def test_three_calls_at_different_times_and_the_ticket_closes_as_unreached(town: Town, look: "Look") -> None:
    ticket = await build.replied(town)
    tries = []
    for now in (MONDAY, moment("2026-11-23", "14:00")):
        await call(town, ticket, now)
        (row,) = await look.callbacks(ticket)
        tries.append((row["state"], row["next_try_at"]))
    assert tries == [
        ("no_answer_1", moment("2026-11-23", "14:00")), ("no_answer_2", moment("2026-11-24", "08:30")),
    ]  # fmt: skip
    closed = await call(town, ticket, TUESDAY)
    assert (closed.state, closed.close_reason) == (State.CLOSED, CloseReason.UNREACHED)
    assert [row["state"] for row in await look.callbacks(ticket)] == ["unreachable"]
    with pytest.raises(WrongState):
        await call(town, ticket, WEDNESDAY)


async def test_a_person_who_refuses_closes_the_ticket_without_a_verdict(town: Town, look: "Look") -> None:
    ticket = await build.replied(town)
    closed = await verdicts.record_refusal(town.context, ticket.ticket_id, town.actor("operator"), MONDAY)
    (row,) = await look.callbacks(ticket)
    assert (closed.close_reason, row["state"], row["verdict"]) == (CloseReason.REFUSED, "refused", None)


async def test_an_answer_after_a_missed_call_counts(town: Town, look: "Look") -> None:
    ticket = await build.replied(town)
    await call(town, ticket, MONDAY)
    closed = await build.rated(town, ticket, Verdict.SATISFIED, TUESDAY)
    (row,) = await look.callbacks(ticket)
    assert (closed.state, row["state"], row["verdict"], row["solved"]) == (State.CLOSED, "done", "satisfied", True)


async def test_nobody_is_called_before_a_reply(town: Town) -> None:
    ticket = await build.signed(town)
    with pytest.raises(WrongState, match="评价"):
        await call(town, ticket, MONDAY)
    with pytest.raises((WrongState, NotFound)):
        await verdicts.record_refusal(town.context, ticket.ticket_id, town.actor("operator"), MONDAY)


@pytest.mark.case("P28")
async def test_a_person_on_wechat_is_asked_there_once_and_called_a_working_day_later(town: Town, look: "Look") -> None:
    ticket = await build.replied(town, **BY_WECHAT)
    for _ in range(3):
        await verdicts.ask_due_callbacks(town.context, MONDAY, 10)
    invitations = [row for row in await look.outbox(ticket) if row["kind"] == "callback"]
    assert [row["channel"] for row in invitations] == ["wechat"]
    assert [row["channel"] for row in await look.callbacks(ticket)] == ["wechat"]
    await verdicts.ask_due_callbacks(town.context, moment("2026-11-24", "17:30"), 10)
    assert [row["channel"] for row in await look.callbacks(ticket)] == ["phone"]
    assert len([row for row in await look.outbox(ticket) if row["kind"] == "callback"]) == 1


async def test_an_invitation_waits_for_notice_hours(town: Town, look: "Look") -> None:
    ticket = await build.replied(town, **BY_WECHAT)
    await verdicts.ask_due_callbacks(town.context, moment("2026-11-23", "20:00"), 10)
    (row,) = [row for row in await look.outbox(ticket) if row["kind"] == "callback"]
    assert row["not_before"] == moment("2026-11-24", "08:30")


async def test_a_parked_ticket_is_not_asked_about_and_hides_no_other(town: Town, look: "Look") -> None:
    parked = await build.replied(town, **BY_WECHAT)
    await park(town, parked, MONDAY)
    other = await build.replied(town, TUESDAY, **BY_WECHAT)
    assert await verdicts.ask_due_callbacks(town.context, TUESDAY, 1) == 1
    assert await verdicts.ask_due_callbacks(town.context, TUESDAY, 1) == 1
    assert await verdicts.ask_due_callbacks(town.context, TUESDAY, 1) == 0
    assert (await look.told(other))[f"ticket:{other.ticket_id}", "callback"] == 1
    assert (await look.told(parked))[f"ticket:{parked.ticket_id}", "callback"] == 0
    await look.sweep(UNTIL)
    await verdicts.ask_due_callbacks(town.context, UNTIL, 10)
    assert (await look.told(parked))[f"ticket:{parked.ticket_id}", "callback"] == 1


async def test_a_callback_that_cannot_be_asked_stops_nobody(
    town: Town, look: "Look", monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = await build.replied(town, **BY_WECHAT), await build.replied(town, **BY_WECHAT)
    healthy = verdicts.get_complainant

    async def read(conn: Any, region: int, ticket_id: Any) -> Any:
        if ticket_id == bad.ticket_id:
            raise RuntimeError("poisoned for the test")
        return await healthy(conn, region, ticket_id)

    monkeypatch.setattr(verdicts, "get_complainant", read)
    assert await verdicts.ask_due_callbacks(town.context, MONDAY, 10) == 2
    assert (await look.told(good))[f"ticket:{good.ticket_id}", "callback"] == 1
    assert await verdicts.ask_due_callbacks(town.context, MONDAY, 10) == 0
    monkeypatch.undo()
    await verdicts.ask_due_callbacks(town.context, MONDAY + timedelta(minutes=10), 10)
    assert (await look.told(bad))[f"ticket:{bad.ticket_id}", "callback"] == 1
