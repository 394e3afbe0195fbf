"""Faults injected into a drill: workers killed between any two statements, ticks dropped and repeated, Valkey emptied,
two workers at once, clocks that jump an hour. The report counts whether anything was lost or doubled.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import redis.asyncio as redis

from channels.channel import Send
from hotline.actions.region.context import RegionContext
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt
from rehearsal.adversary import LIFE, Killed, Life, StatementGate, nothing, watched_pool
from rehearsal.environment import Environment
from workers.timetable import Sweep, sweeps

HOUR = timedelta(hours=1)
BATCHES = (1, 5, 200)
# Weights of the kinds of tick; `killed` is run again by another worker, `abandoned` is not.
TICKS: Mapping[str, int] = {"clean": 45, "repeated": 8, "dropped": 10, "killed": 17, "abandoned": 8, "two_workers": 12}
NAMES: Mapping[str, str] = {
    "killed": "杀死后台",
    "two_workers": "两个后台同时",
    "dropped": "漏掉一轮",
    "repeated": "重复一轮",
    "queue_emptied": "清空 Valkey",
    "clock_back": "时钟倒退",
    "clock_ahead": "时钟前跳",
}


@dataclass
class FaultInjector:
    """Runs the timetable of an environment with faults; `injected` counts them by kind."""

    pool: Any
    context: RegionContext
    valkey: redis.Redis
    dice: Random
    send: Send
    injected: Counter[str] = field(default_factory=Counter)
    reached: Counter[UUID] = field(default_factory=Counter)
    jobs: Mapping[str, Sweep] = field(init=False)

    def __post_init__(self) -> None:
        self.jobs = sweeps(self._send)

    @property
    def doubled(self) -> int:
        """How many times a message reached its channel again after it may have been delivered."""
        return sum(times - 1 for times in self.reached.values())

    async def sweep(self, environment: Environment) -> int:
        """One tick, with faults at random; returns the number of things done, 0 for a killed worker."""
        if self.dice.random() < 0.02:
            self.injected["queue_emptied"] += 1
            await self.valkey.flushall()
        if self.dice.random() < 0.02:
            self.injected["clock_ahead"] += 1
            await environment.move_to(environment.clock.now() + HOUR, HOUR)
        now = environment.clock.now()
        if self.dice.random() < 0.05:
            self.injected["clock_back"] += 1
            await self._work(environment, Life(), now - HOUR)
        return await self._tick(environment, now)

    async def settle(self, environment: Environment) -> None:
        """Two ticks without faults, an hour apart: messages a killed worker had claimed are settled."""
        for _ in range(2):
            await self._work(environment, Life(), environment.clock.now())
            await environment.move_to(environment.clock.now() + HOUR, HOUR)

    async def _tick(self, environment: Environment, now: datetime) -> int:
        kind = self.dice.choices(list(TICKS), list(TICKS.values()))[0]
        match kind:
            case "dropped" | "repeated":
                self.injected[kind] += 1
                if kind == "dropped":
                    return 0
                await self._work(environment, Life(), now)
            case "two_workers":
                self.injected[kind] += 1
                await self._two_workers(environment, now)
            case "killed" | "abandoned":
                for _ in range(self.dice.randint(1, 3)):
                    await self._work(environment, self._a_fate(), now)
                if kind == "abandoned":
                    return 0
        return await self._work(environment, Life(), now)

    def _a_fate(self) -> Life:
        after = self.dice.random() < 0.5
        if self.dice.random() < 0.4:
            return Life(lurks=self.dice.randint(1, 4), after=after)
        return Life(fate=self.dice.randint(1, 60), after=after)

    async def _two_workers(self, environment: Environment, now: datetime) -> None:
        gate, tasks = StatementGate(Random(self.dice.random()), self.pool), []
        for number in range(2):
            life = self._a_fate() if self.dice.random() < 0.5 else Life()
            life.gate, life.worker = gate, number
            tasks.append(asyncio.create_task(self._work(environment, life, now)))
        await gate.conduct(tasks)
        await asyncio.gather(*tasks)

    async def _work(self, environment: Environment, life: Life, now: datetime) -> int:
        names = self.dice.sample(list(self.jobs), len(self.jobs)) if life.gate else list(self.jobs)
        ordered = {name: self.jobs[name] for name in names}
        token = LIFE.set(life)
        try:
            return await environment.sweep_until_quiet(self.context, ordered, now, self.dice.choice(BATCHES))
        except Killed:
            self.injected["killed"] += 1
            return 0
        finally:
            LIFE.reset(token)

    async def _send(self, message: Outgoing) -> Receipt:
        life, told = LIFE.get() or Life(), list[Receipt]()

        async def reach() -> None:
            told.append(await self.send(message))
            if told[0].delivery is not Delivery.LATER:
                self.reached[message.outbox_id] += 1

        if life.lurks is not None:
            life.fate, life.lurks = life.statements + life.lurks, None
        await life.live(reach, nothing)
        return told[0]


@asynccontextmanager
async def open_fault_injector(environment: Environment, seed: int) -> AsyncIterator[FaultInjector]:
    """Inject faults into the timetable of this environment while the context is open.

    Its workers have watched connections and an office of their own.
    """
    settings = environment.settings
    async with watched_pool(settings.database_url, 4) as pool, redis.Redis.from_url(settings.redis_url) as valkey:
        context = RegionContext(settings.region, pool, environment.context.vault, side=pool)
        await context.refresh(environment.clock.now())
        injector = FaultInjector(pool, context, valkey, Random(f"{seed}:adversary"), environment.send)
        environment.sweep_override = injector.sweep
        yield injector
