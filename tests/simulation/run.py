"""The state of one run, and what every part of it needs."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from hotline.actions.region.context import RegionContext
from rehearsal.adversary import LIFE, Life
from tests.build import Town
from tests.simulation.house import House
from tests.simulation.provider import Provider
from tests.simulation.reference.books import Family
from tests.simulation.reference.deeds import Reference
from tests.simulation.sight import differences, expected


class Disagreement(AssertionError):
    """The database is not what the reference says."""


@dataclass
class Run:
    """The state of one run."""

    seed: int
    town: Town
    dice: Random
    now: datetime
    house: House
    provider: Provider
    family: Family = field(default_factory=Family)
    refused_before: set[UUID] = field(default_factory=set)
    orphans: set[UUID] = field(default_factory=set)
    count: Counter[str] = field(default_factory=Counter)
    keys: int = 0
    sent_again: bool = False
    high_water: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.high_water = self.now

    def whichever(self, ref: Reference, more: Any, found: Any) -> Reference:
        """The ticket with or without something that a crash may have kept from happening, as it really stands."""
        done = deepcopy(ref)
        more(done)
        return ref if differences(expected(done), found) else done

    async def in_life(self, life: Life, act: Any) -> Any:
        """Run something as a process of its own, with an office of its own."""
        token = LIFE.set(life)
        try:
            return await act(self.fresh_office())
        finally:
            LIFE.reset(token)

    def a_fate(self, statements: int) -> Life:
        """A process that meets its end, or a broken connection, at one of its next statements."""
        dice = self.dice
        life = Life(fate=dice.randint(1, statements), after=dice.random() < 0.5, cut=dice.random() < 0.3)
        return replace(life, fate=None, lurks=dice.randint(1, 4)) if dice.random() < 0.4 else life

    def fresh_office(self) -> RegionContext:
        """An office as a process opens it: nothing of another one's memory but the county."""
        context = self.town.context
        return RegionContext(
            context.region, context.pool, context.vault, context.area_code, _county=context.county, _read_at=1e12
        )

    def town_of(self, context: RegionContext) -> Town:
        return Town(context, self.town.units, self.town.people)

    @property
    def refs(self) -> dict[UUID, Reference]:
        return self.family.refs

    @property
    def region(self) -> int:
        return self.town.context.region

    def expect(self, fact: bool, words: str) -> None:
        if not fact:
            raise Disagreement(f"{self.now:%Y-%m-%d %H:%M:%S}: {words}")

    def compare(self, found: dict[UUID, Any], when: str) -> None:
        for number, (ticket_id, ref) in enumerate(self.refs.items(), 1):
            told = differences(expected(ref), found[ticket_id])
            self.expect(not told, f"ticket {number} {when}:\n  " + "\n  ".join(told))

    def next_moment(self) -> datetime | None:
        """The next moment anything is due, as the reference knows it."""
        moments = [clock.at for ref in self.refs.values() for clock in ref.clocks]
        moments += [asked.next_try for ref in self.refs.values() for asked in ref.callbacks if not asked.done]
        moments += [m.not_before for ref in self.refs.values() for m in ref.outbox if m.state == "waiting"]
        return min((at for at in moments if at is not None and at > self.now), default=None)
