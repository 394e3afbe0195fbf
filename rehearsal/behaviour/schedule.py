"""Profiles of units, the situation of a ticket, and the hours at which people act. All randomness is seeded."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from hotline.domain.deadline.working_time import Calendar
from hotline.domain.enums import Channel, Kind, Role, Verdict
from hotline.domain.tickets.lifecycle import State
from rehearsal.messages import ZONE

OWN_SHARE = 0.6  # of a unit's tickets handled by its own profile
DESK_HOURS = (time(8, 50), time(10, 20), time(14, 20), time(16, 20))
A_DAY = len(DESK_HOURS)
CALLS_FROM, CALLS_UNTIL = time(9, 0), time(17, 20)
TEN_MINUTES = timedelta(minutes=10)


class Profile(StrEnum):
    """How a unit handles its tickets."""

    PROMPT = "prompt"
    LATE = "late"
    SILENT = "silent"
    RETURNING = "returning"
    SATISFYING = "satisfying"
    DISSATISFYING = "dissatisfying"


SHARES: Mapping[Profile, int] = {
    Profile.PROMPT: 38,
    Profile.SATISFYING: 24,
    Profile.LATE: 12,
    Profile.DISSATISFYING: 12,
    Profile.RETURNING: 8,
    Profile.SILENT: 6,
}
VERDICTS = (Verdict.SATISFIED, Verdict.BASICALLY_SATISFIED, Verdict.UNDERSTOOD, Verdict.DISSATISFIED)
PLEASED: Mapping[Profile, tuple[int, int, int, int]] = {
    Profile.PROMPT: (52, 30, 12, 6),
    Profile.SATISFYING: (70, 20, 8, 2),
    Profile.LATE: (30, 30, 20, 20),
    Profile.RETURNING: (35, 30, 15, 20),
    Profile.SILENT: (15, 25, 20, 40),
    Profile.DISSATISFYING: (10, 15, 15, 60),
}
JOINT_SHARE = 0.06  # of complaints and calls for help in which several units have a part
AGAIN_DISSATISFIED: Mapping[Profile, float] = {Profile.DISSATISFYING: 0.35, Profile.SILENT: 0.3, Profile.LATE: 0.15}


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts of a ticket that decide the next action; `key` is that of the message, the same in every run."""

    key: str
    unit: str
    state: State
    cycle: int
    tier: int
    channel: Channel
    kind: Kind
    urgent: bool = False
    confidential: bool = False
    contacted: bool = False
    planned: bool = False
    extension_asked: bool = False
    returnable: bool = True
    return_count: int = 0
    attempts: int = 0
    troubles: int = 0
    reviews: int = 0
    instructed: bool = False
    outcome: str = ""
    meet_at: datetime | None = None
    assisting: str = ""
    part_owed: bool = False


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """An action at a moment: `verb` is the last part of the form's address, `fields` its content."""

    at: datetime
    role: Role
    verb: str
    fields: Mapping[str, str] = field(default_factory=dict)


class Schedule:
    """Random choices and working hours; the same seed and situation give the same choice."""

    def __init__(self, seed: int, calendar: Calendar) -> None:
        self._seed = seed
        self._calendar = calendar

    def dice(self, what: str) -> random.Random:
        """A random generator for this name."""
        return random.Random(f"{self._seed}:{what}")

    def dice_for(self, s: Situation) -> random.Random:
        """The random generator for a decision in this situation."""
        return self.dice(f"{s.key}:{s.state}:{s.cycle}:{s.tier}:{s.contacted}:{s.planned}:{s.attempts}:{s.troubles}")

    def profile(self, situation: Situation) -> Profile:
        """The profile by which the unit handles this ticket."""
        own = self.dice(f"unit:{situation.unit}")
        dice = self.dice(f"{situation.key}:{situation.unit}")
        return _draw(own) if dice.random() < OWN_SHARE else _draw(dice)

    def desk_time(self, unit: str, after: datetime, skip: int = 0) -> datetime:
        """The next time the unit opens its desk (four times a working day), after `skip` further ones; aware UTC."""
        own = timedelta(minutes=10 * random.Random(unit).randrange(3))
        day = after.astimezone(ZONE).date()
        while True:
            if self._calendar.shifts_on(day):
                for clock in DESK_HOURS:
                    moment = datetime.combine(day, clock, ZONE) + own
                    if moment > after:
                        skip -= 1
                        if skip < 0:
                            return _utc(moment)
            day += timedelta(days=1)

    def call_time(self, now: datetime, dice: random.Random, hours: int) -> datetime:
        """A moment for a telephone call: about `hours` from now, within working hours; aware UTC."""
        at = _grain(now + timedelta(hours=hours, minutes=10 * dice.randrange(6)))
        while True:
            local = at.astimezone(ZONE)
            if self._calendar.shifts_on(local.date()) and CALLS_FROM <= local.time() <= CALLS_UNTIL:
                return at
            day = local.date() + timedelta(
                days=local.time() > CALLS_UNTIL or not self._calendar.shifts_on(local.date())
            )
            at = _utc(datetime.combine(day, CALLS_FROM, ZONE)) + TEN_MINUTES * dice.randrange(12)

    def soon(self, s: Situation, dice: random.Random, now: datetime, low: int, high: int) -> datetime:
        """Between `low` and `high` desk openings from now; within half an hour for an urgent ticket."""
        if s.urgent:
            return _grain(now + TEN_MINUTES * dice.randint(1, 2))
        return self.desk_time(s.unit, now, dice.randint(low, high))


def form_time(moment: datetime) -> str:
    """A moment as the value of a datetime-local field."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


def _draw(dice: random.Random) -> Profile:
    return dice.choices(list(SHARES), list(SHARES.values()))[0]


def _grain(moment: datetime) -> datetime:
    return moment - timedelta(minutes=moment.minute % 10, seconds=moment.second, microseconds=moment.microsecond)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
