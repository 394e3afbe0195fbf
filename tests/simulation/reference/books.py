"""The books of one ticket as the reference keeps them: clocks, ledger, ladder, callbacks, messages, alarms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.simulation.house import House
from tests.simulation.reference import days

WINDOW = ("issued", "two_days", "one_day", "four_hours", "expiry")
STEPS = {
    "interview": WINDOW,
    "tier2": WINDOW,
    "tier3": WINDOW,
    "supervised": WINDOW,
    "reply": ("one_day", "expiry"),
    "assist": ("one_day", "expiry"),
}
SUPERVISION = ("interview", "supervised", "tier2", "tier3")
UNIT_WANTED = {"no_catalogue_row", "tip_off_waits", "dispatch_failed"}


class Refused(Exception):
    """The deed is not allowed now; nothing of it stands in the books."""


def need(fact: object) -> None:
    """What a deed rests on; raises Refused where it is not so."""
    if not fact:
        raise Refused


@dataclass(eq=False)
class Family:
    """All tickets of a run: what was merged belongs together. Never copied with one of them."""

    refs: dict[UUID, Any] = field(default_factory=dict)

    def __deepcopy__(self, _memo: object) -> Family:
        return self


@dataclass(eq=False)
class Clock:
    """A limit and the next moment at which it must be looked at."""

    rule: str
    unit: str | None
    cycle: int
    started: datetime
    due: datetime
    limit: str
    state: str = "running"
    step: str | None = None
    at: datetime | None = None
    left: timedelta | None = None
    paused: datetime | None = None
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    # Of an assisting unit: the limit of the lead it was reckoned from.
    lead_due: datetime | None = None
    urgent: bool = False

    @property
    def name(self) -> tuple[object, ...]:
        return self.rule, self.unit, self.cycle, self.started

    @property
    def ticking(self) -> bool:
        return self.state in ("running", "paused") or self.at is not None

    def plan(self) -> list[tuple[str, datetime]]:
        """Every step with its moment."""
        moments = {
            "issued": lambda: self.started,
            "two_days": lambda: days.days_before(self.due, 2),
            "one_day": lambda: days.days_before(self.due, 1),
            "four_hours": lambda: days.hours_before(self.due, timedelta(hours=4)),
            "expiry": lambda: self.due,
        }
        told = [(step, moments[step]()) for step in STEPS.get(self.rule, ("expiry",))]
        return [(step, at) for step, at in told if step == "issued" or at > self.started]

    def wait(self, step: str | None, at: datetime | None) -> None:
        self.step, self.at = step, at


@dataclass
class Message:
    """A line of the outbox."""

    to: str
    kind: str
    channel: str
    created: datetime
    not_before: datetime
    urgent: bool
    state: str = "waiting"
    reminder: tuple[object, ...] | None = None
    instead_of: str | None = None

    @property
    def line(self) -> tuple[object, ...] | None:
        """Cycle, rule and step of its line in the ledger, if it is a reminder."""
        return self.reminder and self.reminder[:3]


@dataclass
class Callback:
    """The three questions."""

    stage: str
    channel: str
    opened: datetime
    next_try: datetime | None
    state: str = "waiting"
    asked: datetime | None = None
    done: datetime | None = None
    verdict: str | None = None


@dataclass
class Supervision:
    """A rung of the ladder, with its letter."""

    tier: int
    reason: str
    cycle: int
    unit: str | None
    opened: datetime
    due: datetime
    settled_by: str | None = None


@dataclass
class Books:
    """The books of one ticket."""

    channel: str
    kind: str
    matter: str | None
    received: datetime
    house: House
    family: Family
    ticket_id: UUID
    number: str
    state: str = "received"
    tier: int = 0
    cycle: int = 1
    redos: int = 0
    returns: int = 0
    extensions: int = 0
    ruled: bool = False
    lead: str | None = None
    # Who signed.
    in_charge: str | None = None
    parked_from: str | None = None
    parked_until: datetime | None = None
    close_reason: str | None = None
    confidential: bool = False
    merged_into: UUID | None = None
    merged_from: str = ""
    contacted: bool = False
    asks_more_time: bool = False
    instructed: bool = False
    former: set[str] = field(default_factory=set)
    # Assisting unit: whether it answered.
    parts: dict[str, bool] = field(default_factory=dict)
    clocks: list[Clock] = field(default_factory=list)
    events: list[tuple[datetime, str, str, int, str]] = field(default_factory=list)
    ledger: dict[tuple[int, str, str, str], str] = field(default_factory=dict)
    outbox: list[Message] = field(default_factory=list)
    ladder: list[Supervision] = field(default_factory=list)
    letters: list[tuple[int, str | None, datetime]] = field(default_factory=list)
    callbacks: list[Callback] = field(default_factory=list)
    interviews: list[dict[str, object]] = field(default_factory=list)
    # [kind, occasion, open]
    alarms: list[list[object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.confidential = self.kind == "tip_off"
        self.event("open", "received", self.received, "complainant")
        self.start("dispatch", None, self.received, self.urgent_or("15m natural", "2h"))

    @property
    def urgent(self) -> bool:
        return self.matter in ("water.outage", "danger")

    @property
    def open(self) -> bool:
        return self.state != "closed"

    def urgent_or(self, urgent: str, calm: str) -> str:
        return urgent if self.urgent else calm

    @property
    def owing(self) -> list[str]:
        return [unit for unit, answered in self.parts.items() if not answered]

    def event(self, verb: str, state: str, now: datetime, role: str) -> None:
        self.state = state
        self.events.append((now, verb, state, self.cycle, role))

    def running(self, rule: str) -> Clock | None:
        return next((c for c in self.clocks if c.rule == rule and c.state in ("running", "paused")), None)

    def start(self, rule: str, unit: str | None, now: datetime, limit: str, due: datetime | None = None) -> Clock:
        clock = Clock(rule, unit, self.cycle, now, due or days.limit(limit, now), "date" if due else limit)
        clock.wait(*clock.plan()[0])
        clock.urgent = self.urgent
        # A clock that ended the moment it began goes on under its own name.
        self.clocks = [known for known in self.clocks if known.name != clock.name or known.state == "missed"]
        self.clocks.append(clock)
        return clock

    def settle(self, rules: tuple[str, ...], now: datetime) -> None:
        for clock in self.clocks:
            if clock.rule in rules and clock.ticking:
                clock.state = "missed" if clock.state == "missed" or clock.due < now else "met"
                clock.wait(None, None)
        self.calm(rules)

    def withdraw(self, rules: tuple[str, ...] | None) -> None:
        for clock in self.clocks:
            if (rules is None or clock.rule in rules) and clock.ticking:
                clock.state = "missed" if clock.state == "missed" else "withdrawn"
                clock.wait(None, None)
        self.calm(rules or (), hand_over=False)

    def alarm(self, kind: str, occasion: object) -> None:
        for known in self.alarms:
            if known[0] == kind and known[1] == occasion:
                known[2] = True
                return
        self.alarms.append([kind, occasion, True])

    def calm(self, rules: tuple[str, ...], *, hand_over: bool = True) -> None:
        kinds = {f"{rule}_overdue" for rule in rules}
        if "dispatch" in rules and hand_over:
            kinds |= UNIT_WANTED
        for known in self.alarms:
            if known[0] in kinds:
                known[2] = False

    def tell(self, to: str, kind: str, now: datetime, reminder: tuple[int, str, str] | None = None) -> None:
        """To whoever is there; nobody there: upwards, with an alarm each time."""
        reader = self.house.reader(to, self.lead, now)
        if reader.missing:
            self.alarm("nobody_to_receive", object())
        line = (*reminder, reader.to) if reminder else None
        if line is not None and line in self.ledger:
            return
        if line is not None:
            self.ledger[line] = "planned"
        message = self.post(reader.to, kind, "desk", now)
        message.reminder, message.instead_of = line, reader.instead_of

    def reader(self, clock: Clock, step: str) -> str:
        """On the way the person in charge; a letter and a limit passed are the whole unit's."""
        own = self.in_charge and clock.unit == self.lead and step not in ("issued", "expiry")
        return f"account:{self.in_charge}" if own else f"unit:{clock.unit or ''}"

    def tell_reminder(self, clock: Clock, step: str, now: datetime) -> None:
        self.tell(self.reader(clock, step), "reminder", now, (clock.cycle, clock.rule, step))

    def tell_person(self, kind: str, now: datetime) -> None:
        if self.channel == "wechat":
            self.post("ticket", kind, "wechat", now)

    def post(self, to: str, kind: str, channel: str, now: datetime) -> Message:
        message = Message(to, kind, channel, now, now if self.urgent else days.notice_from(now), self.urgent)
        self.outbox.append(message)
        return message

    def close(self, reason: str, verb: str, now: datetime, role: str, settles: tuple[str, ...] = ()) -> None:
        """Whatever way it ends: no clock, no question, no unread notice is left."""
        self.event(verb, "closed", now, role)
        self.close_reason = reason
        self.settle(settles, now)
        self.withdraw(None)
        for rung in self.ladder:
            rung.settled_by = rung.settled_by or "closed"
        for asked in self.callbacks:
            if asked.done is None:
                asked.state, asked.done, asked.next_try = "withdrawn", now, None
        for message in self.outbox:
            if message.state == "waiting" and (message.channel == "desk" or message.kind == "callback"):
                message.state = "done"
                if message.reminder:
                    self.ledger[message.reminder] = "skipped"  # type: ignore[index]
        for known in self.alarms:
            if str(known[0]).endswith("_overdue") or known[0] in UNIT_WANTED:
                known[2] = False
