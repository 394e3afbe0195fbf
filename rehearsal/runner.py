"""The runner: steps from one due moment to the next and carries out planned actions through the HTTP channels."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hotline.db import Connection
from hotline.domain.enums import Role
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import SYSTEM, Ticket
from rehearsal.assignment import Assignment
from rehearsal.behaviour.next_action import Behaviour
from rehearsal.behaviour.schedule import PlannedAction
from rehearsal.clients import FormAnswer, UnexpectedReply, sentence_of
from rehearsal.environment import REGION, Environment
from rehearsal.filing import Filer, NotFiled
from rehearsal.messages import Arrival
from rehearsal.store import clock, tickets
from rehearsal.tracking import TrackedMessage, adopt
from rehearsal.wechat_phone import WebhookError

AT_ONCE = 8
AWAKE = timedelta(hours=6)  # after a longer jump (a night) everybody logs in again
MAX_TROUBLES = 4  # attempts after a refused action
Job = Callable[[], Awaitable[None]]


@dataclass(order=True, slots=True)
class _Due:
    at: datetime
    order: int
    job: Job = field(compare=False)


@dataclass(frozen=True, slots=True)
class StepResult:
    """What happened in a step: actions carried out, tickets changed, messages received so far."""

    at: datetime
    actions: Sequence[tuple[str, TrackedMessage]]
    changed: Sequence[Ticket]
    received: int


class Runner:
    """Runs arrivals and actions in an environment. `refusals` counts refused forms by verb, status and message."""

    def __init__(
        self,
        environment: Environment,
        arrivals: Sequence[Arrival],
        seed: int,
        name: str = "drill",
        *,
        alone: bool = True,
    ) -> None:
        self.environment = environment
        self.tracked = {
            arrival.index: TrackedMessage(arrival, f"{name}-{seed}-{arrival.index:06d}") for arrival in arrivals
        }
        self.behaviour = Behaviour(seed, environment.context.rules.calendar)
        self.filer = Filer(environment, seed)
        self._assignment = Assignment(environment.context, seed)
        self.refusals: Counter[str] = Counter()
        self.lost: dict[int, str] = {}
        self.received = 0
        self.awake = AWAKE
        # With a worker in parallel, rows of the same moment may follow: then that moment is read again.
        self._beyond = timedelta(microseconds=1) if alone else timedelta(0)
        self._agenda: list[_Due] = []
        self._orders = itertools.count()
        self._by_ticket: dict[UUID, TrackedMessage] = {}
        self._by_number: dict[str, TrackedMessage] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._actions: list[tuple[str, TrackedMessage]] = []
        self._looked_at = environment.clock.now()
        for tracked in self.tracked.values():
            self.plan(tracked.arrival.at, self._arriving(tracked))

    def plan(self, at: datetime, job: Job) -> None:
        """Schedule a job."""
        heapq.heappush(self._agenda, _Due(at, next(self._orders), job))

    async def adopt_open(self) -> None:
        """Track the open tickets of an earlier run and plan their next actions."""
        async with self.environment.context.reading(SYSTEM) as conn:
            changed = await tickets.list_changed(conn, REGION, datetime.min.replace(tzinfo=UTC))
            for ticket in changed:
                if ticket.open and ticket.ticket_id not in self._by_ticket:
                    tracked = self._by_ticket[ticket.ticket_id] = adopt(ticket)
                    await self._observe(conn, [(tracked, ticket)])
                    await self._recall(conn, tracked, ticket)
                    self._foresee(tracked, ticket)

    async def _observe(self, conn: Connection, seen: Sequence[tuple[TrackedMessage, Ticket]]) -> None:
        """Update the tracked state; who assists is read from the database, since others may have changed it."""
        assisting = await tickets.list_assisting(conn, REGION, [ticket.ticket_id for _, ticket in seen])
        for tracked, ticket in seen:
            tracked.observe(ticket)
            tracked.share(assisting.get(ticket.ticket_id))

    async def _recall(self, conn: Connection, tracked: TrackedMessage, ticket: Ticket) -> None:
        past = await tickets.get_past(conn, REGION, ticket.ticket_id)
        tracked.recall(past.events, past.interviews, past.reviews)

    async def next_moment(self) -> datetime | None:
        """The next moment at which a job or anything in the database is due; None when nothing is."""
        async with self.environment.context.reading(SYSTEM) as conn:
            due = await clock.next_moment(conn, REGION, self.environment.clock.now())
        ahead = self._agenda[0].at if self._agenda else None
        moments = [moment for moment in (due, ahead) if moment is not None]
        return min(moments, default=None)

    async def step(self, moment: datetime) -> StepResult:
        """Move the clock to `moment`, run due jobs, sweep until nothing is left, and plan what follows."""
        clock = self.environment.clock
        await self.environment.move_to(moment, self.awake)
        jobs = []
        while self._agenda and self._agenda[0].at <= clock.now():
            jobs.append(heapq.heappop(self._agenda).job)
        await asyncio.gather(*(self._guarded(job) for job in jobs))
        await self.environment.sweep()
        changed = await self._look()
        actions, self._actions = self._actions, []
        return StepResult(clock.now(), actions, changed, self.received)

    async def _guarded(self, job: Job) -> None:
        async with self._gate:
            try:
                await job()
            except (UnexpectedReply, WebhookError) as fault:
                self.refusals[str(fault)] += 1

    async def _look(self) -> list[Ticket]:
        """Tickets changed since the last call; their next actions are planned anew."""
        now = self.environment.clock.now()
        async with self.environment.context.reading(SYSTEM) as conn:
            changed = await tickets.list_changed(conn, REGION, self._looked_at + self._beyond)
            known = [(self._by_ticket.get(t.ticket_id) or self._by_number.get(t.number), t) for t in changed]
            seen = [(tracked, ticket) for tracked, ticket in known if tracked is not None]
            await self._observe(conn, seen)
        self._looked_at = now
        for tracked, ticket in seen:
            self._by_ticket[ticket.ticket_id] = tracked
            self._foresee(tracked, ticket)
        return changed

    def _foresee(self, tracked: TrackedMessage, ticket: Ticket) -> None:
        now = self.environment.clock.now()
        county = self.environment.context.county
        assisting = county.unit_name(tracked.assisting_id) if tracked.assisting_id else ""
        situation = tracked.situation(ticket, county.unit_name(ticket.lead_unit_id), assisting)
        if situation == tracked.seen:
            return
        tracked.seen = situation
        tracked.plan += 1
        action = self.behaviour.next_action(situation, now) if tracked.troubles < MAX_TROUBLES else None
        if action is not None:
            self.plan(action.at, self._acting(tracked, ticket, action, tracked.plan))
        written = self.behaviour.people.instruction(situation, now)
        if written is not None:
            tracked.instructed = True
            self.plan(written.at, self._acting(tracked, ticket, written, None))
        if ticket.state is State.CLOSED and tracked.instructed and not tracked.fulfilled:
            self.plan(now + timedelta(days=1), self._acting(tracked, ticket, self._fulfilment(tracked), None))

    def _fulfilment(self, tracked: TrackedMessage) -> PlannedAction:
        assert tracked.seen is not None
        return self.behaviour.people.fulfilment(tracked.seen, self.environment.clock.now())

    def _arriving(self, tracked: TrackedMessage) -> Job:
        async def job() -> None:
            try:
                await self.filer.file(tracked)
            except (NotFiled, UnexpectedReply, WebhookError) as fault:
                self.lost[tracked.arrival.index] = str(fault)
                self.refusals[f"file: {fault}"] += 1
                return
            self.received += 1
            if tracked.ticket_id is not None:
                self._by_ticket[tracked.ticket_id] = tracked
            self._by_number[tracked.number] = tracked
            self._actions.append(("file", tracked))
            first = self.behaviour.people.first_contact(tracked.key, tracked.arrival.kind)
            if first is not None and first[0] == "ask_details" and tracked.ticket_id is not None:
                await self._do(tracked, PlannedAction(self.environment.clock.now(), Role.OPERATOR, *first), first[1])

        return job

    def _acting(self, tracked: TrackedMessage, ticket: Ticket, action: PlannedAction, plan: int | None) -> Job:
        async def job() -> None:
            if plan is None or tracked.plan == plan:
                await self._act(tracked, ticket, action)

        return job

    async def _act(self, tracked: TrackedMessage, ticket: Ticket, action: PlannedAction) -> None:
        if action.verb == "rate":
            if await self._guard_rating(tracked, action):
                return
            tracked.attempts += 1
            self._foresee_again(tracked, ticket)
            return
        fields = dict(action.fields)
        if action.verb == "dispatch":
            fields["unit"] = str(self._assignment.unit(tracked, ticket))
        if action.verb == "invite":
            fields["assisting_1"] = str(self._assignment.assisting(tracked, ticket))
        if not await self._do(tracked, action, fields):
            tracked.troubles += 1
        # These leave no event by which _look would find the ticket.
        if action.verb in ("no_answer", "review") or tracked.troubles:
            self._foresee_again(tracked, ticket)

    async def _guard_rating(self, tracked: TrackedMessage, action: PlannedAction) -> bool:
        try:
            done = await self.filer.rate(tracked, action.fields)
        except (UnexpectedReply, WebhookError) as fault:
            self.refusals[f"rate: {fault}"] += 1
            return False
        if done:
            self._actions.append(("rate", tracked))
        return done

    def _foresee_again(self, tracked: TrackedMessage, ticket: Ticket) -> None:
        self.plan(self.environment.clock.now(), self._refresh(tracked, ticket.ticket_id))

    def _refresh(self, tracked: TrackedMessage, ticket_id: UUID) -> Job:
        async def job() -> None:
            async with self.environment.context.reading(SYSTEM) as conn:
                ticket = await tickets.get_ticket(conn, REGION, ticket_id)
                if ticket is not None:
                    await self._observe(conn, [(tracked, ticket)])
            if ticket is not None:
                self._foresee(tracked, ticket)

        return job

    async def _do(self, tracked: TrackedMessage, action: PlannedAction, fields: Mapping[str, str]) -> bool:
        """Submit one form of a ticket's page; returns whether it was carried out."""
        key = f"{tracked.key}-{action.verb}-{tracked.plan}"
        path = f"/tickets/{tracked.ticket_id}/{action.verb}"
        try:
            reply = await self.environment.clients.submit(
                self._assignment.login(tracked, action), path, {"client_key": key, **fields}
            )
        except UnexpectedReply as fault:
            self.refusals[f"{action.verb}: {fault}"] += 1
            return False
        if reply.done:
            tracked.remember(action)
            self._actions.append((action.verb, tracked))
            return True
        self.refused(action.verb, reply)
        return False

    def refused(self, what: str, reply: FormAnswer) -> None:
        """Count a refused form."""
        self.refusals[f"{what} {reply.status}: {sentence_of(reply.text)}"] += 1
