"""Whatever people do and however long nobody looks, an open ticket is never off the clock."""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hotline.actions import interview
from hotline.actions.callback import verdicts
from hotline.actions.dispatch import handover, joint
from hotline.actions.handling import unit_work
from hotline.actions.intake import first_contact
from hotline.actions.supervision import tiers
from hotline.domain.callback import Answers
from hotline.domain.enums import Verdict
from hotline.domain.errors import Refusal
from hotline.domain.tickets.ticket import COMPLAINANT
from tests import build
from tests.build import MONDAY, Town

if TYPE_CHECKING:
    from tests.hotline.actions.conftest import Look

WORDS = {
    "text": "x", "how": "phone", "reason": "x", "basis": "x", "reply": "x", "facts": "x", "missing": "x", "until": "x",
    "due_on": "x", "fulfilment": "x", "task": "x", "part": "x",
}  # fmt: skip
SPANS = [timedelta(minutes=20), timedelta(hours=3), timedelta(days=1), timedelta(days=4), timedelta(days=9)]
Deed = Callable[[Town, Any, Any, random.Random], Awaitable[Any]]


def unhappy(dice: random.Random) -> Answers:
    return Answers(True, False, Verdict.DISSATISFIED, answer_at_fault=dice.random() < 0.5)


DEEDS: list[Deed] = [
    lambda t, i, n, d: handover.dispatch_ticket(
        t.context, i, t.unit(d.choice(["水务局", "教育局"])), t.actor("dispatcher"), n, "x"
    ),
    lambda t, i, n, d: handover.return_ticket(t.context, i, t.actor(d.choice(["water", "school"])), n, WORDS),
    lambda t, i, n, d: handover.rule_return(
        t.context, i, d.random() < 0.5, t.actor(d.choice(["dispatcher", "inspector"])), n, WORDS
    ),
    lambda t, i, n, d: unit_work.sign_ticket(t.context, i, t.actor(d.choice(["water", "school"])), n),
    lambda t, i, n, d: unit_work.record_contact(t.context, i, t.actor(d.choice(["water", "school"])), n, WORDS),
    lambda t, i, n, d: unit_work.reply_ticket(t.context, i, t.actor(d.choice(["water", "school"])), n, WORDS),
    lambda t, i, n, d: unit_work.ask_extension(t.context, i, t.actor("water"), n, WORDS),
    lambda t, i, n, d: unit_work.decide_extension(t.context, i, d.random() < 0.5, t.actor("dispatcher"), n, WORDS),
    lambda t, i, n, d: unit_work.park_ticket(t.context, i, n + d.choice(SPANS), t.actor("dispatcher"), n, WORDS),
    lambda t, i, n, d: unit_work.resume_ticket(t.context, i, t.actor("dispatcher"), n),
    lambda t, i, n, d: unit_work.comment_ticket(t.context, i, COMPLAINANT, n, WORDS),
    lambda t, i, n, d: first_contact.ask_details(t.context, i, t.actor("operator"), n, WORDS),
    lambda t, i, n, d: first_contact.add_details(t.context, i, COMPLAINANT, n, WORDS),
    lambda t, i, n, d: verdicts.record_callback(t.context, i, unhappy(d), t.actor("operator"), n),
    lambda t, i, n, d: verdicts.record_no_answer(t.context, i, t.actor("operator"), n),
    lambda t, i, n, d: interview.plan_interview(t.context, i, n + SPANS[0], t.actor("water"), n, build.PLAN),
    lambda t, i, n, d: interview.hold_interview(t.context, i, n, None, t.actor("water"), n, build.MINUTES),
    lambda t, i, n, d: interview.verify_interview(
        t.context, i, Verdict.DISSATISFIED, True, "", t.actor("inspector"), n
    ),
    lambda t, i, n, d: joint.invite_units(
        t.context, i, [t.unit(d.choice(["教育局", "永安镇"]))], t.actor("dispatcher"), n, WORDS
    ),
    lambda t, i, n, d: joint.excuse_unit(t.context, i, t.unit("教育局"), t.actor("dispatcher"), n, WORDS),
    lambda t, i, n, d: joint.hand_in_part(t.context, i, t.actor(d.choice(["school", "town"])), n, WORDS),
    lambda t, i, n, d: tiers.supervise_ticket(t.context, i, t.actor("supervisor"), n),
    lambda t, i, n, d: tiers.instruct_ticket(t.context, i, (n + d.choice(SPANS)).date(), t.actor("leader"), n, WORDS),
]


@pytest.mark.parametrize("seed", range(8))
async def test_an_open_ticket_always_has_a_clock_that_will_strike(town: Town, look: "Look", seed: int) -> None:
    dice, now = random.Random(seed), MONDAY
    ticket = await build.dispatched(town)
    tier, path = 0, []
    for _ in range(60):
        deed = dice.randrange(len(DEEDS))
        before = await look.ticket(ticket.ticket_id)
        with suppress(Refusal):
            await DEEDS[deed](town, ticket.ticket_id, now, dice)
        path.append((deed, before.state.value))
        if dice.random() < 0.3:
            now += dice.choice(SPANS)
            await look.sweep(now)
        kept = await look.ticket(ticket.ticket_id)
        assert not kept.open or await look.ticking(kept), (path, kept.state)
        assert kept.open or not await look.ticking(kept), path
        assert kept.tier >= tier, "a tier once reached is never left downwards"
        assert (kept.lead_unit_id is None) <= (kept.state not in ("dispatched", "signed", "replied")), path
        tier = kept.tier
        if not kept.open:
            ticket, tier = await build.dispatched(town, now), 0


@pytest.mark.parametrize("seed", range(4))
async def test_left_alone_a_units_ticket_ends_on_tier_three(town: Town, look: "Look", seed: int) -> None:
    dice, now = random.Random(100 + seed), MONDAY
    ticket = await build.dispatched(town)
    for _ in range(25):
        with suppress(Refusal):
            await DEEDS[dice.randrange(len(DEEDS))](town, ticket.ticket_id, now, dice)
        if (await look.ticket(ticket.ticket_id)).state in ("closed", "parked"):
            ticket = await build.dispatched(town, now)
    for _ in range(60):
        now += timedelta(days=1)
        await look.sweep(now)
    kept = await look.ticket(ticket.ticket_id)
    if kept.state in ("dispatched", "signed", "interview_owed"):
        assert kept.tier == 3
    else:
        assert await look.alarms(ticket) or kept.tier == 3
