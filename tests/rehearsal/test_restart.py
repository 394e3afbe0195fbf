"""A rehearsal stopped and started again goes on where everybody stood: what it needs is read from the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.actions.dispatch import handover, joint
from hotline.actions.handling import unit_work
from hotline.actions.intake import opening
from hotline.clock import MovedClock
from hotline.domain.enums import Channel, Kind, Role
from hotline.domain.intake import Filing
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import COMPLAINANT, SYSTEM, Actor, Ticket
from hotline.local import LocalServers
from hotline.store.accounts import staff
from hotline.store.tickets.history import list_events
from rehearsal.environment import REGION, Environment, open_environment, prepare
from rehearsal.messages import ZONE
from rehearsal.runner import Runner
from rehearsal.tracking import TrackedMessage, adopt
from tests.build import a_ticket

START = datetime(2026, 9, 7, 9, 0, tzinfo=ZONE)


@pytest.fixture
async def environment(database_url: str, valkey_url: str, tmp_path: Path) -> AsyncIterator[Environment]:
    clock = MovedClock(await prepare(database_url, START))
    async with open_environment(tmp_path, LocalServers(database_url, valkey_url), clock) as environment:
        await environment.context.refresh(clock.now(), force=True)
        yield environment


async def somebody(environment: Environment, login: str) -> Actor:
    async with environment.context.reading(SYSTEM) as conn:
        row = await staff.get_account(conn, REGION, login)
    assert row is not None
    return Actor(Role(row["role"]), row["account_id"], row["unit_id"], row["name"])


async def asked_to_assist(environment: Environment) -> tuple[Ticket, Actor]:
    """A signed ticket on which another bureau owes its part; and that bureau."""
    context, now = environment.context, environment.clock.now()
    lead, other, dispatcher = [await somebody(environment, login) for login in ("gongan", "guoshui", "paidan1")]
    assert lead.unit_id
    assert other.unit_id
    filing = Filing(
        "restart-key-1", Channel.PHONE, Kind.COMPLAINT, "路口的灯坏了三天，没有人来修。", phone="13800138000"
    )
    ticket = (await opening.open_ticket(context, filing, COMPLAINANT, now)).ticket
    ticket_id = ticket.ticket_id
    await handover.dispatch_ticket(context, ticket_id, lead.unit_id, dispatcher, now, "人工派单")
    await unit_work.sign_ticket(context, ticket_id, lead, now)
    await unit_work.record_contact(context, ticket_id, lead, now, {"how": "phone", "text": "已说明"})
    await joint.invite_units(context, ticket_id, [other.unit_id], dispatcher, now, {"task": "核实"})
    return ticket, other


async def history(environment: Environment, ticket: Ticket) -> list[Any]:
    async with environment.context.reading(SYSTEM) as conn:
        return list(await list_events(conn, REGION, ticket.ticket_id))


async def test_started_again_in_the_middle_of_a_joint_ticket_the_part_is_handed_in_first(
    environment: Environment,
) -> None:
    ticket, other = await asked_to_assist(environment)
    runner = Runner(environment, [], 1)
    await runner.adopt_open()
    end = environment.clock.now() + timedelta(days=21)
    while (moment := await runner.next_moment()) is not None and moment <= end:
        await runner.step(moment)
        if "reply" in [event["verb"] for event in await history(environment, ticket)]:
            break
    done = [event for event in await history(environment, ticket) if event["verb"] in ("contact", "assist", "reply")]
    assert [event["verb"] for event in done] == ["contact", "assist", "reply"]
    assert done[1]["unit_id"] == other.unit_id
    assert not runner.refusals


def row(verb: str) -> dict[str, str]:
    return {"verb": verb}


def recalled(
    state: State, *verbs: str, interviews: list[dict[str, Any]] | None = None, reviews: int = 0
) -> TrackedMessage:
    ticket = a_ticket(state=state)
    tracked = adopt(ticket)
    tracked.observe(ticket)
    tracked.recall([row(verb) for verb in verbs], interviews or [], reviews)
    return tracked


def test_a_round_is_remembered_and_an_earlier_one_forgotten() -> None:
    begun = ("dispatch", "sign", "contact", "ask_extension")
    assert (recalled(State.SIGNED, *begun).contacted, recalled(State.SIGNED, *begun).extension_asked) == (True, True)
    assert not recalled(State.SIGNED, *begun, "grant_extension").extension_asked
    again = recalled(State.SIGNED, *begun, "reply", "redo")
    assert (again.contacted, again.extension_asked) == (False, False)


def test_calls_nobody_took_are_counted_since_the_answer() -> None:
    # The first is the question online, which nobody is asked who cannot be reached there.
    assert recalled(State.REPLIED, "no_answer", "reply", "no_answer", "no_answer").attempts == 3
    assert recalled(State.REPLIED, "reply").attempts == 1


def test_an_interview_is_held_when_it_was_planned_and_an_instruction_not_written_twice() -> None:
    meet_at = START + timedelta(days=1)
    planned = {"outcome": None, "held_at": None, "meet_at": meet_at}
    tracked = recalled(State.INTERVIEW_OWED, "owe_interview", "instruct", "plan_interview", interviews=[planned])
    assert (tracked.planned, tracked.meet_at, tracked.instructed, tracked.fulfilled) == (True, meet_at, True, False)
    met = {"outcome": "unreasonable", "held_at": meet_at, "meet_at": meet_at}
    tracked = recalled(State.INTERVIEW_HELD, "hold_interview", "fulfil", interviews=[met], reviews=1)
    assert (tracked.planned, tracked.outcome, tracked.reviews, tracked.fulfilled) == (False, "unreasonable", 1, True)
