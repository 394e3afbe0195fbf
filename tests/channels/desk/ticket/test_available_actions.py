"""Lives of tickets on a real database: what a page offers is what the actions accept, for everybody at every step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from channels.desk.ticket.available_actions import find_available
from channels.desk.ticket.verb_forms import FORMS, act_of
from hotline.actions import interview
from hotline.actions.callback import verdicts
from hotline.actions.dispatch import handover, joint
from hotline.actions.handling import contact_correction, correction, unit_work
from hotline.actions.intake import first_contact
from hotline.actions.search.case_view import read_ticket
from hotline.actions.supervision import tiers
from hotline.actions.tickets import due_steps
from hotline.actions.tickets.case_file import CaseFile
from hotline.domain.accounts.permissions import Right
from hotline.domain.available import Act
from hotline.domain.callback import Answers
from hotline.domain.dispatch.joint import answerable, owed_parts
from hotline.domain.enums import Kind, Verdict
from hotline.domain.errors import NotAllowed, NotFound, Refusal
from hotline.domain.tickets.lifecycle import State, Verb
from hotline.domain.tickets.ticket import Actor
from tests import build
from tests.build import MONDAY, Town
from tests.hotline.actions.deeds import DEEDS, UNITS, WORDS, Occasion

V, R = Verb, Right
SEEDS, STEPS, TRIES = range(6), 12, 5
SPANS = [timedelta(0), timedelta(minutes=20), timedelta(hours=5), timedelta(days=1), timedelta(days=3)]
STAGES: tuple[Callable[..., Awaitable[Any]], ...] = (
    build.opened, build.dispatched, build.signed, build.signed, build.replied, build.owed,
)  # fmt: skip


@dataclass
class Form:
    """Somebody's form on a ticket, filled in so that nothing in it is wrong; `known` is the whole case."""

    town: Town
    known: CaseFile
    actor: Actor
    now: datetime
    dice: Random
    key: str

    @property
    def head(self) -> tuple[Any, UUID, Actor, datetime]:
        return self.town.context, self.known.ticket.ticket_id, self.actor, self.now

    @property
    def scope(self) -> frozenset[UUID]:
        return self.town.context.county.scope(self.actor)

    def another_unit(self) -> UUID:
        taken = {part.unit_id for part in self.known.parts if part.part != "former"}
        return next(unit for name in UNITS if (unit := self.town.unit(name)) not in taken)

    def another_kind(self) -> Kind:
        return self.dice.choice([kind for kind in Kind if kind is not self.known.ticket.kind])


async def _dispatch(f: Form) -> object:
    context, ticket_id, actor, now = f.head
    return await handover.dispatch_ticket(context, ticket_id, f.another_unit(), actor, now, "归口办理", f.key)


async def _assign(f: Form) -> object:
    context, ticket_id, actor, now = f.head
    handler = f.town.actor("water").account_id
    assert handler is not None
    return await unit_work.assign_ticket(context, ticket_id, handler, actor, now, f.key)


async def _invite(f: Form) -> object:
    context, ticket_id, actor, now = f.head
    return await joint.invite_units(context, ticket_id, [f.another_unit()], actor, now, WORDS, f.key)


async def _excuse(f: Form) -> object:
    context, ticket_id, actor, now = f.head
    owed = owed_parts(f.known.parts) or [f.town.unit("教育局")]
    return await joint.excuse_unit(context, ticket_id, owed[0], actor, now, WORDS, f.key)


async def _assist(f: Form) -> object:
    mine = answerable(f.known.parts, f.scope)
    return await joint.hand_in_part(*f.head, WORDS, f.key, unit_id=mine[0] if mine else None)


async def _merge(f: Form) -> object:
    context, ticket_id, actor, now = f.head
    target = await build.opened(f.town, now)
    return await first_contact.merge_ticket(context, ticket_id, target.number, actor, now, f.key)


async def _reclassify(f: Form) -> object:
    context, ticket_id, actor, now = f.head
    return await correction.reclassify_ticket(context, ticket_id, f.another_kind(), None, actor, now, WORDS, f.key)


async def _park(f: Form) -> object:
    context, ticket_id, actor, now = f.head
    return await unit_work.park_ticket(context, ticket_id, now + timedelta(days=1), actor, now, WORDS, f.key)


async def _instruct(f: Form) -> object:
    context, ticket_id, actor, now = f.head
    due_on = (now + timedelta(days=5)).date()
    return await tiers.instruct_ticket(context, ticket_id, due_on, actor, now, WORDS, f.key)


async def _rate(f: Form) -> object:
    context, ticket_id, actor, now = f.head
    verdict = f.dice.choice([Verdict.DISSATISFIED, Verdict.DISSATISFIED, Verdict.SATISFIED])
    answers = Answers(True, False, verdict, answer_at_fault=f.dice.random() < 0.5)
    return await verdicts.record_callback(context, ticket_id, answers, actor, now, f.key)


async def _hold(f: Form) -> object:
    context, ticket_id, actor, now = f.head
    minutes = build.MINUTES | {"outcome": f.dice.choice(["explained", "unreasonable"])}
    return await interview.hold_interview(context, ticket_id, now, None, actor, now, minutes, f.key)


async def _verify(f: Form) -> object:
    context, ticket_id, actor, now = f.head
    verdict = f.dice.choice([Verdict.DISSATISFIED, Verdict.UNDERSTOOD])
    return await interview.verify_interview(context, ticket_id, verdict, True, "", actor, now, f.key)


async def _correct(f: Form) -> object:
    given = WORDS | {"address": f"前进村{f.dice.randrange(10**9)}号"}
    return await contact_correction.correct_person(*f.head, given, f.key)


def _as_anywhere(name: str) -> Callable[[Form], Awaitable[object]]:
    """A deed of which every form is a right one."""

    def nothing_to_choose(_strategy: Any) -> Any:
        raise AssertionError(f"{name} has something to choose")

    async def act(f: Form) -> object:
        occasion = Occasion(f.town, f.known.ticket.ticket_id, f.actor, f.now, f.key, nothing_to_choose)
        return await DEEDS[name].act(occasion)

    return act


_NAMES = {
    V.UPHOLD_RETURN: "uphold", V.REJECT_RETURN: "reject", V.GRANT_EXTENSION: "grant", V.REFUSE_EXTENSION: "refuse",
    V.PLAN_INTERVIEW: "plan", R.RECORD_REFUSAL: "refusal", R.REVIEW_INTERVIEW: "review",
}  # fmt: skip
_FILLED: Mapping[Act, Callable[[Form], Awaitable[object]]] = {
    V.DISPATCH: _dispatch, V.REDISPATCH: _dispatch, V.ASSIGN: _assign, V.INVITE: _invite, V.EXCUSE: _excuse,
    V.ASSIST: _assist, V.MERGE: _merge, V.RECLASSIFY: _reclassify, V.PARK: _park, V.INSTRUCT: _instruct,
    V.HOLD_INTERVIEW: _hold, V.CORRECT_PERSON: _correct, R.RECORD_CALLBACK: _rate, R.VERIFY_INTERVIEW: _verify,
}  # fmt: skip
OFFERED: Mapping[Act, Callable[[Form], Awaitable[object]]] = {
    act: _FILLED.get(act) or _as_anywhere(_NAMES.get(act, act.value)) for act in map(act_of, FORMS)
} | {V.REJECT_RETURN: _as_anywhere("reject")}


@dataclass
class Walk:
    """One ticket under everybody's hands; `told` is the way so far."""

    town: Town
    dice: Random
    ticket_id: UUID
    now: datetime
    told: list[str] = field(default_factory=list)
    keys: int = 0

    async def step(self) -> bool:
        """Time passes, the clocks strike, some try what they are not offered, one does what is offered."""
        self.now += self.dice.choice(SPANS)
        await self.sweep()
        offers = {login: await self.offered(actor) for login, actor in self.town.people.items()}
        known = await read_ticket(self.town.context, self.ticket_id, self.town.actor("dispatcher"), self.now)
        for _ in range(TRIES):
            login, act = self.dice.choice(list(offers)), self.dice.choice(list(OFFERED))
            # Handing over and handing on are one form to the actions.
            same = any(OFFERED[act] is OFFERED[offered] for offered in offers[login])
            if not same and not self._said_before(known, login, act):
                with pytest.raises(Refusal):
                    await self.do(known, login, act)
                    pytest.fail(f"{login} was not offered {act} and did it: {self.told}")
        ways = [(login, act) for login, acts in offers.items() for act in acts if act is not V.COMMENT]
        lasting = [way for way in ways if way[1] not in (V.WITHDRAW, V.MERGE, V.PARK, V.CORRECT_PERSON, V.RECLASSIFY)]
        login, act = self.dice.choice(lasting if lasting and self.dice.random() < 0.9 else ways)
        self.told.append(f"{self.now:%d %H:%M} {known.ticket.state} {login} {act}")
        try:
            await self.do(known, login, act)
        except Refusal as refusal:
            pytest.fail(f"{login} was offered {act} and refused: {refusal!r}: {self.told}")
        return known.ticket.state is not State.CLOSED

    def _said_before(self, known: CaseFile, login: str, act: Act) -> bool:
        # A second review by the same person is the same form again: taken, and nothing changes.
        own = {row["account_id"] for row in known.reviews}
        return act is R.REVIEW_INTERVIEW and self.town.actor(login).account_id in own

    async def offered(self, actor: Actor) -> set[Act]:
        """What the page has forms for, the other decision in a form included."""
        try:
            case_file = await read_ticket(self.town.context, self.ticket_id, actor, self.now)
        except (NotFound, NotAllowed):
            return set()
        shown = find_available(case_file, actor, self.now)
        verbs = [verb for verb in (shown.first, *shown.others) if verb]
        assert len(verbs) == len(set(verbs))
        return {act_of(name) for verb in verbs for name in (verb, FORMS[verb].twin) if name}

    async def do(self, known: CaseFile, login: str, act: Act) -> None:
        self.keys += 1
        form = Form(self.town, known, self.town.actor(login), self.now, self.dice, f"walk-{self.keys}")
        await OFFERED[act](form)

    async def sweep(self) -> None:
        while (await due_steps.fire_due_deadlines(self.town.context, self.now, 100))[0]:
            pass


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_page_offers_exactly_what_the_actions_accept(town: Town, seed: int) -> None:
    dice = Random(seed)
    ticket = await STAGES[seed % len(STAGES)](town, MONDAY, confidential=seed % 2 == 1)
    walk = Walk(town, dice, ticket.ticket_id, ticket.changed_at)
    for _ in range(STEPS):
        if not await walk.step():
            break
    assert walk.told
