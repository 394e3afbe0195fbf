"""No sequence of verbs, by anybody, at any time, leaves the table, loses a line, or leaves a ticket waiting for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import asyncpg
import uvloop
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from hotline.actions.dispatch import handover, joint
from hotline.actions.intake import first_contact
from hotline.actions.tickets.due_steps import fire_due_deadlines
from hotline.db import open_pool
from hotline.domain.enums import Channel, Kind, Role
from hotline.domain.errors import Refusal
from hotline.domain.tickets.lifecycle import TABLE, State, Verb
from hotline.domain.tickets.ticket import COMPLAINANT, Actor, Ticket
from tests import build
from tests.build import Town, moment
from tests.hotline.actions.deeds import DEEDS, NEXT, OF_UNIT, WORDS, Deed, Occasion, everybody
from tests.hotline.actions.tickets.lives import (
    Books,
    check_clocks,
    check_history,
    check_lead,
    check_parts,
    check_shown_clock,
    check_tiers,
    read,
)

# A plain week, National Day with its make-up days, the turn of a year without a notice.
SEASONS = [moment("2026-11-23"), moment("2026-09-25", "16:59:59"), moment("2026-12-24", "08:00")]
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
JUMPS = [SECOND, timedelta(minutes=20), HOUR, timedelta(hours=14), timedelta(days=3), timedelta(days=12)]


async def met(town: Town, now: datetime, **filed: Any) -> Ticket:
    return await build.held(town, await build.owed(town, now, **filed), now + HOUR)


async def sent_back(town: Town, now: datetime, **filed: Any) -> Ticket:
    ticket = await build.dispatched(town, now, **filed)
    return await handover.return_ticket(town.context, ticket.ticket_id, town.actor("water"), now, WORDS)


async def assisted(town: Town, now: datetime, **filed: Any) -> Ticket:
    ticket = await build.signed(town, now, **filed)
    units = [town.unit("教育局"), town.unit("永安镇")]
    return await joint.invite_units(town.context, ticket.ticket_id, units, town.actor("dispatcher"), now, WORDS)


# Where a life is taken up: what comes late in it would else be rare.
STAGES: dict[str, Callable[..., Awaitable[Ticket]]] = {
    "opened": build.opened, "dispatched": build.dispatched, "signed": build.signed, "replied": build.replied,
    "owed": build.owed, "met": met, "sent back": sent_back,
    "assisted": assisted,
}  # fmt: skip


@dataclass
class World:
    """The town on its database, with a loop to act in; `eye` reads beside the product."""

    runner: asyncio.Runner
    town: Town
    eye: asyncpg.Connection
    keys: Iterator[int] = field(default_factory=lambda: iter(range(10**9)))

    def run(self, work: Any) -> Any:
        return self.runner.run(work)


class Life(RuleBasedStateMachine):
    """One ticket. People do what is likely next or anything at all, the clock moves, the timetable looks or does not."""

    world: ClassVar[World]

    @initialize(
        season=st.sampled_from(SEASONS),
        kind=st.sampled_from([Kind.COMPLAINT, Kind.INQUIRY, Kind.TIP_OFF]),
        matter=st.sampled_from(["water.bill", "water.outage", "danger", None]),
        channel=st.sampled_from([Channel.PHONE, Channel.WECHAT]),
        stage=st.sampled_from(sorted(STAGES)),
    )
    def begin(self, season: datetime, kind: Kind, matter: str | None, channel: Channel, stage: str) -> None:
        openid = "oBzJ0tqmvXcR2F5sYp1KwZ" if channel is Channel.WECHAT else ""
        self.filed = {
            "kind": kind, "matter_id": matter, "channel": channel, "wechat": openid, "body": "说不清楚的一件事。",
        }  # fmt: skip
        self.people, self.now = everybody(self.world.town), season
        self._take_up(stage)

    def _take_up(self, stage: str) -> None:
        ticket = self.world.run(STAGES[stage](self.world.town, self.now, **self.filed))
        self.ticket_id, self.now, self.books = ticket.ticket_id, ticket.changed_at, None
        self._look(None)

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        if self._state == "closed":
            self._take_up(data.draw(st.sampled_from(sorted(STAGES)), "another ticket"))
            return
        name, who = data.draw(st.sampled_from(NEXT[self._state]), "next")
        self._do(data, name, self._of_unit() if who == "unit" else self.people[who])

    @rule(data=st.data())
    def somebody_does_something(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.people)), "who")
        self._do(data, data.draw(st.sampled_from(sorted(DEEDS)), "what"), self.people[who])

    @rule(data=st.data())
    def somebody_does_what_the_table_allows(self, data: st.DataObject) -> None:
        state = State(self._state)
        names = [name for name, deed in DEEDS.items() if any(state in TABLE[verb].sources for verb in deed.verbs)]
        name = data.draw(st.sampled_from(names), "what")
        roles = {role for verb in DEEDS[name].verbs for role in TABLE[verb].roles if state in TABLE[verb].sources}
        who = data.draw(st.sampled_from(sorted(who for who, one in self.people.items() if one.role in roles)), "who")
        leads = self.people[who].role is Role.HANDLER and name != "assist"
        self._do(data, name, self._of_unit() if leads else self.people[who])

    @rule(seconds=st.sampled_from([-1, 0, 0, 1]), swept=st.booleans())
    def time_comes_to_what_is_due(self, seconds: int, swept: bool) -> None:
        ahead = [c["next_at"] for c in self.books.clocks if c["next_at"] is not None and c["next_at"] > self.now]
        if ahead:
            self._move(max(self.now, min(ahead) + seconds * SECOND), swept)

    @rule(span=st.sampled_from(JUMPS), swept=st.booleans())
    def time_passes(self, span: timedelta, swept: bool) -> None:
        self._move(self.now + span, swept)

    @rule()
    def timetable_runs_on_a_clock_set_back(self) -> None:
        self.world.run(self._sweep(self.now - HOUR))
        self._look(None)

    def teardown(self) -> None:
        if not hasattr(self, "ticket_id"):
            return
        event(f"ended {self._state} on tier {self.books.ticket['tier']}")
        if self._state != "closed":
            self.world.run(first_contact.withdraw_ticket(
                self.world.town.context, self.ticket_id, COMPLAINANT, self.now, {"reason": "到此为止"}
            ))  # fmt: skip
            self._look(None)
            assert self._state == "closed", "an open ticket can always be taken back"

    @property
    def _state(self) -> str:
        return str(self.books.ticket["state"])

    def _of_unit(self) -> Actor:
        names = {unit: name for name, unit in self.world.town.units.items()}
        return self.people[OF_UNIT.get(names.get(self.books.ticket["lead_unit_id"], ""), "water")]

    def _do(self, data: st.DataObject, name: str, actor: Actor) -> None:
        deed, key = DEEDS[name], f"life-{next(self.world.keys)}"
        occasion = Occasion(self.world.town, self.ticket_id, actor, self.now, key, data.draw)
        try:
            self.world.run(deed.act(occasion))
        except Refusal as refusal:
            event(f"{name} refused: {type(refusal).__name__}")
            self._refused(name, actor)
            return
        event(f"{name} done")
        before = self.books
        fresh = self._look(None)
        self._check_deed(deed, actor, fresh)
        if deed.verbs and data.draw(st.booleans(), "sent again"):
            self._again(deed, occasion)
        assert self.books.events[: len(before.events)] == before.events

    def _refused(self, name: str, actor: Actor) -> None:
        before = self.books
        self._look(None)
        # A target of a merge is opened by the test itself.
        if name != "merge":
            assert self.books == before, f"{name} was refused to {actor.role} and left a trace"

    def _again(self, deed: Deed, occasion: Occasion) -> None:
        self.world.run(deed.act(occasion))
        # Clocks that are due may strike, though the form itself does nothing more.
        assert {line["role"] for line in self._look(None)} <= {"system"}, "the same form was done twice"

    def _check_deed(self, deed: Deed, actor: Actor, fresh: list[Any]) -> None:
        own = fresh[-1:] if deed.verbs else []
        struck = fresh[: len(fresh) - len(own)]
        assert [line for line in struck if line["role"] != "system"] == [], "one deed left two lines"
        assert [(line["verb"] in deed.verbs, line["role"]) for line in own] == [(True, actor.role.value)] * bool(
            deed.verbs
        )

    def _move(self, now: datetime, swept: bool) -> None:
        self.now = now
        if swept:
            self.world.run(self._sweep(now))
            fresh = self._look(now)
            assert {line["role"] for line in fresh} <= {"system"}

    async def _sweep(self, now: datetime) -> None:
        for _ in range(200):
            handled, failed = await fire_due_deadlines(self.world.town.context, now, 50)
            assert not failed
            if not handled:
                return
        raise AssertionError("the sweep finds no end")

    def _look(self, swept_at: datetime | None) -> list[Any]:
        before, self.books = self.books, self.world.run(read(self.world.eye, self.ticket_id))
        fresh = check_history(before, self.books)
        check_clocks(self.books, swept_at)
        check_shown_clock(self.books)
        check_tiers(before, self.books)
        check_lead(self.books)
        check_parts(before, self.books)
        return fresh

    books: Books


@contextmanager
def a_world(url: str) -> Iterator[World]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:

        async def open_it() -> tuple[asyncpg.Pool, Town, asyncpg.Connection]:
            pool = await open_pool(url, min_size=1, max_size=3)
            return pool, await build.a_county(pool), await asyncpg.connect(url)

        pool, town, eye = runner.run(open_it())
        try:
            yield World(runner, town, eye)
        finally:
            runner.run(eye.close())
            runner.run(pool.close())


def test_no_life_leaves_the_table_loses_a_line_or_waits_for_nothing(database_url: str) -> None:
    examples, steps = settings().max_examples // 4, 40
    with a_world(database_url) as world:
        machine = type("AnyLife", (Life,), {"world": world})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )


def test_every_verb_of_the_table_has_its_deed() -> None:
    by_people = {verb for deed in DEEDS.values() for verb in deed.verbs}
    # A ticket is opened where its life begins, and limits are reckoned again when a notice is loaded.
    assert set(Verb) - by_people <= {Verb.OPEN, Verb.RECKON}
