"""What must become of one ticket: a plain retelling that knows no failures, in local wall time.

It is told which human deeds happened when, and when the timetable looked; it shares no code with the product.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from tests.simulation.reference import days
from tests.simulation.reference.books import SUPERVISION, UNIT_WANTED, Clock, Supervision
from tests.simulation.reference.joint import Joint

UNITS_OWN = {"sign", "contact", "reply", "assist", "interview", "supervised", "tier2", "tier3"}
CLIMB = {
    "sign": (1, "sign_overdue"),
    "reply": (1, "reply_overdue"),
    "interview": (2, "interview_overdue"),
    "supervised": (2, "supervised_overdue"),
    "tier2": (3, "tier2_overdue"),
}
TIER_CLOCK = {1: ("supervised", "3d"), 2: ("tier2", "3d"), 3: ("tier3", "5d")}
TIER_READER = {1: "supervisor", 2: "inspector", 3: "leader"}
WORKING = {"dispatched", "returned", "signed", "replied", "interview_owed", "interview_held"}
REPLY = {"inquiry": "1d", "help": "5d", "complaint": "5d", "suggestion": "7d", "tip_off": "15d"}
REPLY_REDO = "3d"
CATALOGUE = {"water.bill": "水务局", "water.outage": "水务局", "danger": "水务局", "school.fee": "教育局"}


class Timetable(Joint):
    """What happens by itself, and the two moves people and timetable share."""

    def strike(self, now: datetime) -> None:
        """Whatever clock is due does what it must, longest due first."""
        while due := [clock for clock in self.clocks if clock.at is not None and clock.at <= now]:
            self._strike(min(due, key=lambda clock: clock.at or now), now)

    def _strike(self, clock: Clock, now: datetime) -> None:
        plan = clock.plan()
        names = [step for step, _ in plan]
        rest = plan[names.index(clock.step) :] if clock.step in names else plan
        passed = [step for step, at in rest if at <= now]
        ahead = [(step, at) for step, at in rest if at > now]
        if self.state == "parked" and clock.rule != "resume":
            clock.wait(passed[-1], max(self.parked_until or now, now) + timedelta(minutes=1))
            return
        step, skipped = passed[-1], passed[:-1]
        own = clock.rule not in UNITS_OWN and clock.rule != "resume"
        if step == "expiry" and own:
            clock.wait("expiry", days.limit(clock.limit, now))
        else:
            clock.wait(*(ahead[0] if ahead else (None, None)))
        if step == "expiry" and clock.rule != "resume" and clock.state == "running":
            clock.state = "missed"
        for name in skipped:
            if clock.unit is not None:
                self.ledger.setdefault((clock.cycle, clock.rule, name, self.reader(clock, name)), "skipped")
        self._act(clock, step, own, now)

    def _act(self, clock: Clock, step: str, own: bool, now: datetime) -> None:
        if clock.rule == "resume":
            self.resume(now, "system")
        elif own:
            self.alarm(f"{clock.rule}_overdue", clock)
        elif step == "expiry" and clock.rule == "tier3":
            self.cycle += 1
            self.remind(clock, step, now)
            self.start("tier3", clock.unit, now, "5d")
            self.tell("role:leader", "tier3_overdue", now)
            self.ask_anew(now)
        elif step == "expiry" and clock.rule in CLIMB and CLIMB[clock.rule][0] > self.tier:
            self.enter(*CLIMB[clock.rule], now, "system")
            if clock.unit:
                self.tell_reminder(clock, step, now)
        else:
            self.remind(clock, step, now)

    def remind(self, clock: Clock, step: str, now: datetime) -> None:
        if clock.unit is None or self.state not in WORKING:
            if step == "expiry":
                self.alarm(f"{clock.rule}_overdue", clock)
            return
        self.event("remind", self.state, now, "system")
        self.tell_reminder(clock, step, now)
        if (clock.rule, step) == ("assist", "expiry"):
            self.tell(f"unit:{self.lead}", "assist_overdue", now)
            self.tell("role:dispatcher", "assist_overdue", now)

    def enter(self, tier: int, reason: str, now: datetime, role: str) -> None:
        """The next rung, never a rung skipped."""
        tier = min(tier, self.tier + 1)
        self.event("supervise", self.state, now, role)
        self.withdraw(SUPERVISION)
        self.climb(tier, reason, now, *TIER_CLOCK[tier])

    def climb(
        self, tier: int, reason: str, now: datetime, rule: str, limit: str, due: datetime | None = None
    ) -> datetime:
        """The letter, the rung, its clock, its reader; gives back when the clock ends."""
        self.tier = tier
        clock = self.start(rule, self.lead, now, limit, due)
        for rung in self.ladder:
            rung.settled_by = rung.settled_by or "next_tier"
        self.ladder.append(Supervision(tier, reason, self.cycle, self.lead, now, clock.due))
        self.follow(clock)
        self.letters.append((tier, self.lead, now))
        self.tell(f"role:{TIER_READER[tier]}", "escalated", now)
        if self.lead is None:
            self.alarm("nobody_to_supervise", object())
        self.follow_lead(now)
        return clock.due

    def dispatch_by_catalogue(self, now: datetime) -> None:
        """The sweep over what waits without a unit."""
        waits = any(kind in UNIT_WANTED and is_open for kind, _, is_open in self.alarms)
        if self.state != "received" or self.received > now or waits:
            return
        self.strike(now)
        unit = CATALOGUE.get(self.matter or "")
        if self.kind == "tip_off":
            self.alarm("tip_off_waits", self.cycle)
        elif unit is None or unit in self.former:
            self.alarm("no_catalogue_row", self.cycle)
        else:
            self.hand_over(unit, now, "system")

    def ask(self, now: datetime) -> None:
        """The sweep over callbacks that are asked online first."""
        for asked in self.callbacks:
            if asked.done or asked.channel == "phone" or asked.next_try is None or asked.next_try > now:
                continue
            if self.state != "replied":
                asked.next_try = None
            elif asked.asked:
                asked.channel, asked.asked, asked.next_try = "phone", now, now
            else:
                asked.asked, asked.next_try = now, days.add_days(now, 1)
                if asked.channel == "wechat":
                    self.post("ticket", "callback", "wechat", now)

    def deliver(self, now: datetime, told: Counter[tuple[object, ...]] | None = None) -> None:
        """The desks are told what is due (`told`: of it only what really was); WeChat is the provider's story."""
        for message in self.outbox:
            due = message.not_before <= now and (message.urgent or days.notices_go(now))
            what = (message.to, message.instead_of, message.kind, message.line)
            line = (*what, message.channel, message.created, message.not_before, "sent")
            if message.channel != "desk" or message.state == "done" or (told is not None and not told[line]):
                continue
            if told is not None:
                told[line] -= 1
            if message.state == "waiting" and due:
                message.state = "sent"
                if message.reminder:
                    self.ledger[message.reminder] = "sent"  # type: ignore[index]

    def invitation_refused(self, now: datetime) -> None:
        """The provider would not carry the question: it is asked by telephone."""
        for asked in self.callbacks:
            if not asked.done:
                asked.channel, asked.asked, asked.next_try = "phone", now, now

    def hand_over(self, unit: str, now: datetime, role: str) -> None:
        first, old = self.lead is None, self.lead
        self.parts.pop(unit, None)
        if not first:
            self.cycle += 1
        self.lead, self.ruled, self.contacted, self.asks_more_time = unit, False, False, False
        self.in_charge = None
        self.event("dispatch" if first else "redispatch", "dispatched", now, role)
        self.former = (self.former | ({old} if old else set())) - {unit}
        self.settle(("dispatch",), now)
        self.withdraw(SUPERVISION if first else ("sign", "contact", "reply", "extension", *SUPERVISION))
        self.unit_clocks(unit, self.received if self.cycle == 1 else now, now)
        self.tier_clock(now)
        if self.tier:
            self.letters.append((self.tier, unit, now))
        self.tell(f"unit:{unit}", "dispatched", now)
        if old:
            self.tell(f"unit:{old}", "taken_away", now)
        if not first or self.cycle > 1:
            self.ask_anew(now)

    def unit_clocks(self, unit: str, since: datetime, now: datetime) -> None:
        """Sign-in and first contact from now, the answer since then."""
        redo = (self.tier > 0 or self.redos > 0) and not self.urgent
        reply = REPLY_REDO if redo else self.own_limit("reply")
        sign_due = days.limit(self.sign_limit, now)
        if self.state == "dispatched":
            self.start("sign", unit, now, self.sign_limit)
        if not self.contacted:
            self.start("contact", unit, now, self.own_limit("contact"))
        # A unit is not late by the hotline's own delay.
        self.start("reply", unit, now if days.limit(reply, since) < sign_due else since, reply)

    def own_limit(self, rule: str) -> str:
        """What kind and matter say."""
        return {
            "dispatch": self.urgent_or("15m natural", "2h"),
            "sign": self.sign_limit,
            "contact": self.urgent_or("2h natural", "1d"),
            "reply": self.urgent_or("24h natural", REPLY[self.kind]),
        }[rule]

    @property
    def sign_limit(self) -> str:
        return "30m natural" if self.matter == "water.outage" else "15m natural" if self.urgent else "1d"

    def tier_clock(self, now: datetime) -> None:
        """The rung in force follows the ticket to the unit that has it now."""
        if self.tier:
            rule, limit = TIER_CLOCK[self.tier]
            self.follow(self.start(rule, self.lead, now, limit, self.leaders_date(now)), interview=False)

    def leaders_date(self, now: datetime) -> datetime | None:
        """What a leader was promised holds until the instruction is struck off, or the date is past."""
        dated = [clock for clock in self.clocks if (clock.rule, clock.limit) == ("tier3", "date")]
        newest = max(dated, key=lambda clock: (clock.cycle, clock.started), default=None)
        return newest.due if self.instructed and newest and newest.due > now else None

    def follow(self, clock: Clock, *, interview: bool = True) -> None:
        """Rung and interview keep the date of the clock."""
        for rung in self.ladder:
            if rung.settled_by is None:
                rung.unit, rung.due = clock.unit, clock.due
        for owed in self.interviews:
            if owed["held"] is None and interview:
                owed["due"] = clock.due

    def resume(self, now: datetime, role: str) -> None:
        assert self.parked_from
        self.event("resume", self.parked_from, now, role)
        self.parked_from = self.parked_until = None
        self.withdraw(("resume",))
        for clock in self.clocks:
            if clock.state == "paused":
                self._go_on(clock, now)
        for asked in self.callbacks:
            if asked.done is None and asked.channel != "phone" and asked.next_try is None:
                asked.next_try = now
        if self.lead:
            self.tell(f"unit:{self.lead}", "resumed", now)
        self.follow_lead(now)

    def _go_on(self, clock: Clock, now: datetime) -> None:
        clock.pauses.append((clock.paused, now))
        if clock.limit == "date":
            clock.due = days.add_hours(now, clock.left or timedelta())
        else:
            clock.due = days.limit(clock.limit, clock.started, clock.pauses)
        clock.state, clock.left, clock.paused = "running", None, None
        clock.wait(*next(((step, at) for step, at in clock.plan() if at > now), ("expiry", clock.due)))
        if clock.rule in SUPERVISION:
            self.follow(clock)
