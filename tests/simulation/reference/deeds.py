"""What people do to a ticket, as the reference retells it; raises Refused where the hotline must refuse."""

from __future__ import annotations

from datetime import datetime

from tests.simulation.house import HANDLERS
from tests.simulation.reference import days
from tests.simulation.reference.books import SUPERVISION, Callback, need
from tests.simulation.reference.corrections import Corrections
from tests.simulation.reference.joint import WORKED_ON


class Reference(Corrections):
    """One ticket under human hands."""

    def ask_details(self, now: datetime) -> None:
        need(self.state == "received")
        self.event("ask_details", "awaiting_details", now, "operator")
        self.withdraw(("dispatch",))
        self.start("details", None, now, "10d")
        self.tell_person("details", now)

    def add_details(self, now: datetime) -> None:
        need(self.state == "awaiting_details")
        self.cycle += 1
        self.event("add_details", "received", now, "complainant")
        self.settle(("details",), now)
        self.start("dispatch", None, now, self.urgent_or("15m natural", "2h"))

    def answer(self, now: datetime) -> None:
        need(self.state == "received")
        self.close("answered", "answer", now, "operator", ("dispatch",))
        self.tell_person("answered", now)

    def withdraw_it(self, now: datetime) -> None:
        need(self.open)
        self.close("withdrawn", "withdraw", now, "complainant")
        self.parked_from = self.parked_until = None
        if self.lead:
            self.tell(f"unit:{self.lead}", "withdrawn", now)
        for unit in self.owing:
            self.tell(f"unit:{unit}", "assist_over", now)

    def dispatch(self, now: datetime, unit: str) -> None:
        need(self.state in (("received",) if self.lead is None else ("dispatched", "signed")))
        self.hand_over(unit, now, "dispatcher")

    def return_it(self, now: datetime) -> None:
        need(self.state == "dispatched" and not self.ruled)
        handed = max(at for at, verb, *_ in self.events if verb in ("dispatch", "redispatch"))
        need(now <= days.add_days(handed, 1))
        self.returns += 1
        self.event("return", "returned", now, "handler")
        self.withdraw(("sign",))
        self.start("ruling", None, now, "1d")
        if self.returns == 3 and self.tier == 0:
            self.climb(1, "returns", now, "supervised", "3d")
        self.follow_lead(now)
        self.tell("role:inspector" if self.returns >= 3 else "role:dispatcher", "returned", now)

    def uphold(self, now: datetime, ruler: str) -> None:
        need(self.state == "returned" and (self.returns < 3 or ruler == "inspector"))
        old, self.lead, self.in_charge = self.lead, None, None
        assert old
        self.former.add(old)
        self.cycle += 1
        self.event("uphold_return", "received", now, ruler)
        self.settle(("ruling",), now)
        self.withdraw(("sign", "contact", "reply", "assist", *SUPERVISION))
        self.start("dispatch", None, now, self.urgent_or("15m natural", "2h"))
        self.tell(f"unit:{old}", "return_upheld", now)

    def reject(self, now: datetime, ruler: str) -> None:
        need(self.state == "returned" and (self.returns < 3 or ruler == "inspector"))
        self.ruled = True
        self.cycle += 1
        self.event("reject_return", "dispatched", now, ruler)
        self.settle(("ruling",), now)
        self.start("sign", self.lead, now, self.sign_limit)
        self.tell(f"unit:{self.lead}", "return_rejected", now)
        self.ask_anew(now)

    def sign(self, now: datetime) -> None:
        need(self.state == "dispatched")
        self.event("sign", "signed", now, "handler")
        self.in_charge = HANDLERS[self.lead or ""]
        self.settle(("sign",), now)

    def contact(self, now: datetime) -> None:
        need(self.state in ("signed", "interview_owed"))
        self.event("contact", self.state, now, "handler")
        self.contacted = True
        self.settle(("contact",), now)

    def reply(self, now: datetime) -> None:
        need(self.state == "signed" and self.contacted and not self.owing)
        self.asks_more_time = False
        self.event("reply", "replied", now, "handler")
        self.settle(("reply", "contact", "extension", *SUPERVISION), now)
        self.start("callback", None, now, "2d")
        online = self.channel if self.channel in ("wechat", "website") else "phone"
        self.callbacks.append(Callback("reply", online, now, days.next_open(now)))
        self.tell_person("replied", now)
        for ref in self.merged():
            ref.tell_person("replied", now)

    def invite(self, now: datetime, unit: str) -> None:
        need(self.state in ("dispatched", "signed") and unit != self.lead and unit not in self.parts)
        self.event("invite", self.state, now, "dispatcher")
        self.former.discard(unit)
        self.parts[unit] = False
        self.ask_part(unit, now)

    def excuse(self, now: datetime, unit: str) -> None:
        need(self.state in WORKED_ON and unit in self.owing)
        self.event("excuse", self.state, now, "dispatcher")
        del self.parts[unit]
        self.former.add(unit)
        for clock in self.clocks:
            if (clock.rule, clock.unit) == ("assist", unit) and clock.ticking:
                clock.state = "missed" if clock.state == "missed" else "withdrawn"
                clock.wait(None, None)
        self.tell(f"unit:{unit}", "excused", now)
        if not self.owing:
            self.tell(f"unit:{self.lead}", "assisted", now)

    def assist(self, now: datetime, unit: str) -> None:
        need(self.state in WORKED_ON and unit in self.parts)
        self.event("assist", self.state, now, "handler")
        self.parts[unit] = True
        for clock in self.clocks:
            if (clock.rule, clock.unit) == ("assist", unit) and clock.ticking:
                clock.state = "missed" if clock.state == "missed" or clock.due < now else "met"
                clock.wait(None, None)
        self.tell(f"unit:{self.lead}", "assisted", now)

    def ask_extension(self, now: datetime) -> None:
        reply = self.running("reply")
        need(self.state == "signed" and not self.asks_more_time and self.extensions < 2)
        need(reply and now <= reply.due)
        self.asks_more_time = True
        self.event("ask_extension", "signed", now, "handler")
        self.start("extension", None, now, "1d")
        self.tell("role:dispatcher" if self.extensions else f"unit:{self.lead}", "extension_asked", now)
        self.follow_lead(now)

    def grant(self, now: datetime) -> None:
        reply = self.running("reply")
        need(self.state == "signed" and self.asks_more_time and reply)
        assert reply
        self.asks_more_time = False
        self.extensions += 1
        self.cycle += 1
        self.event("grant_extension", "signed", now, "dispatcher")
        self.settle(("extension",), now)
        self.withdraw(("reply",))
        due = days.add_days(reply.due, 5)
        clock = self.start("reply", reply.unit, reply.started, "5d", due)
        clock.limit, clock.pauses, clock.urgent = f"{reply.limit}+5d", list(reply.pauses), reply.urgent
        self.tell_person("extended", now)
        self.ask_anew(now)

    def refuse(self, now: datetime) -> None:
        need(self.state == "signed" and self.asks_more_time)
        self.asks_more_time = False
        self.event("refuse_extension", "signed", now, "dispatcher")
        self.settle(("extension",), now)
        self.tell(f"unit:{self.lead}", "extension_refused", now)

    def park(self, now: datetime, until: datetime) -> None:
        need(self.open and self.state not in ("parked", "returned") and now < until)
        self.parked_from, self.parked_until = self.state, until
        self.event("park", "parked", now, "dispatcher")
        for clock in self.clocks:
            if clock.state == "running":
                left = clock.due - now if "natural" in clock.limit else days.hours_between(now, clock.due)
                clock.state, clock.left, clock.paused = "paused", left, now
                clock.wait(None, None)
        self.start("resume", None, now, "parked", until)

    def unpark(self, now: datetime) -> None:
        need(self.state == "parked")
        self.resume(now, "dispatcher")

    def comment(self, now: datetime) -> None:
        self.event("comment", self.state, now, "complainant")
        if self.merged_into:
            target = self.family.refs[self.merged_into]
            target.strike(now)
            target.comment(now)
        elif self.lead:
            self.tell(f"unit:{self.lead}", "commented", now)
