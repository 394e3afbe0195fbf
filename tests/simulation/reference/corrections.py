"""What the hotline itself had wrong, as the reference retells it: kind and matter, and what was merged."""

from __future__ import annotations

from datetime import datetime

from tests.simulation.reference import days
from tests.simulation.reference.books import SUPERVISION, UNIT_WANTED, Clock, need
from tests.simulation.reference.mechanism import Mechanism
from tests.simulation.reference.ticket import REPLY_REDO, TIER_CLOCK

BEFORE_REPLY = ("received", "awaiting_details", "dispatched", "returned", "signed")


class Corrections(Mechanism):
    """One ticket that is put right."""

    def reclassify(self, now: datetime, kind: str, matter: str | None) -> None:
        need(self.state in BEFORE_REPLY)
        need((kind, matter or self.matter) != (self.kind, self.matter))
        self.kind, self.matter = kind, matter or self.matter
        self.confidential = self.confidential or kind == "tip_off"
        for clock in self.clocks:
            self._recount(clock, now)
        self.follow_lead(now)
        self.event("reclassify", self.state, now, "dispatcher")
        for known in self.alarms:
            if known[0] in UNIT_WANTED:
                known[2] = False
        if self.lead:
            self.tell(f"unit:{self.lead}", "reclassified", now)

    def _recount(self, clock: Clock, now: datetime) -> None:
        """A running limit by the corrected kind, from its own start; nobody is late by a correction."""
        first, *extensions = clock.limit.split("+")
        if clock.rule not in ("dispatch", "sign", "contact", "reply") or clock.state != "running":
            return
        if clock.rule == "reply" and (self.redos or self.tier) and first == REPLY_REDO:
            return
        limit = "+".join([self.own_limit(clock.rule), *extensions])
        if (limit, self.urgent) == (clock.limit, clock.urgent):
            return
        due = days.limit(limit, clock.started, clock.pauses)
        if due > now:
            clock.limit, clock.due = limit, due
        elif days.limit(limit, now) < clock.due:
            clock.limit, clock.due, clock.started, clock.pauses = limit, days.limit(limit, now), now, []
        clock.urgent = self.urgent
        clock.wait(*next(((step, at) for step, at in clock.plan() if at > now), ("expiry", clock.due)))

    def merged(self) -> list[Corrections]:
        """What was merged into this ticket."""
        return [ref for ref in self.family.refs.values() if ref.merged_into == self.ticket_id]

    def merge(self, now: datetime, target_id: object) -> None:
        target = next(ref for ref in self.family.refs.values() if ref.ticket_id == target_id)
        target.strike(now)
        need(self.state in BEFORE_REPLY and target.open and target is not self)
        for ref in self.merged():
            ref.merged_into = target.ticket_id
        self.merged_from, self.merged_into = self.state, target.ticket_id
        self.close("merged", "merge", now, "dispatcher")
        self.tell_person("merged", now)
        if self.lead:
            self.tell(f"unit:{self.lead}", "merged", now)
        for unit in self.owing:
            self.tell(f"unit:{unit}", "assist_over", now)

    def unmerge(self, now: datetime) -> None:
        need(self.close_reason == "merged")
        self.cycle += 1
        self.close_reason = self.merged_into = None
        self.asks_more_time = False
        self.event("unmerge", self.merged_from, now, "dispatcher")
        self.withdraw(SUPERVISION)
        if self.state == "awaiting_details":
            self.start("details", None, now, "10d")
        elif self.lead is None:
            self.start("dispatch", None, now, self.own_limit("dispatch"))
        else:
            self.unit_clocks(self.lead, now, now)
        if self.state == "returned":
            self.start("ruling", None, now, "1d")
        if self.tier:
            rule, limit = TIER_CLOCK[self.tier]
            self.climb(self.tier, self.ladder[-1].reason, now, rule, limit, self.leaders_date(now))
        self.ask_anew(now)
        self.tell_person("unmerged", now)
        if self.lead:
            self.tell(f"unit:{self.lead}", "unmerged", now)
