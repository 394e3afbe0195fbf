"""Units that assist, as the reference retells them: their limits end before the lead's, and follow it."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.simulation.reference import days
from tests.simulation.reference.books import SUPERVISION, Books, Clock

WORKED_ON = ("dispatched", "returned", "signed")


def part_due(lead: Clock, since: datetime, now: datetime) -> datetime:
    """When a part must be there, for a lead that must keep this limit."""
    if "natural" in lead.limit:
        at = lead.due - _quarter(lead.due - since)
        return at if at > now else lead.due - _quarter(lead.due - now)
    at = days.days_before(lead.due, 1)
    if at > now:
        return at
    last = _quarter(days.hours_between(now, lead.due))
    return days.hours_before(lead.due, last) if last else lead.due


def _quarter(span: timedelta) -> timedelta:
    return timedelta(minutes=span // timedelta(minutes=4))


class Joint(Books):
    """One ticket with the parts of assisting units."""

    def lead_limit(self, now: datetime) -> Clock | None:
        """What the lead must keep next."""
        ahead = [
            clock
            for clock in self.clocks
            if clock.rule in ("reply", *SUPERVISION) and clock.state == "running" and clock.unit == self.lead
            and clock.due > now
        ]  # fmt: skip
        return min(ahead, key=lambda clock: clock.due, default=None)

    def ask_part(self, unit: str, now: datetime) -> None:
        """A unit is asked to assist: it has until a working day before the lead, or leaves it a quarter of the time."""
        lead = self.lead_limit(now)
        assert lead is not None
        clock = self.start("assist", unit, now, "1d", part_due(lead, now, now))
        clock.lead_due = lead.due
        clock.wait(*next(((step, at) for step, at in clock.plan() if at > now), ("expiry", clock.due)))
        self.tell(f"unit:{unit}", "invited", now)

    def ask_anew(self, now: datetime) -> None:
        """A new round asks whoever still owes a part."""
        if self.state not in WORKED_ON or self.lead is None:
            return
        self.withdraw(("assist",))
        for unit in self.owing:
            self.ask_part(unit, now)

    def follow_lead(self, now: datetime) -> None:
        """Where the lead's limit moves, those who assist keep before it."""
        lead = self.lead_limit(now)
        if lead is None or self.state not in WORKED_ON:
            return
        for clock in self.clocks:
            if clock.rule == "assist" and clock.state == "running" and clock.lead_due != lead.due:
                before, clock.lead_due = clock.due, lead.due
                clock.due = part_due(lead, clock.started, now)
                clock.wait(*next(((step, at) for step, at in clock.plan() if at > now), ("expiry", clock.due)))
                if clock.due != before:
                    self.tell(f"unit:{clock.unit}", "assist_moved", now)
