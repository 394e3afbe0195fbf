"""What people do to a ticket, as the reference retells it; raises Refused where the hotline must refuse."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tests.simulation import days
from tests.simulation.books import SUPERVISION, Callback, Refused
from tests.simulation.house import HANDLERS
from tests.simulation.reference import REPLY_REDO, TIER_CLOCK, WORKED_ON, WORKING, Timetable


def need(fact: object) -> None:
    if not fact:
        raise Refused


class Reference(Timetable):
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
        clock.limit, clock.pauses = f"{reply.limit}+5d", list(reply.pauses)
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
        if self.lead:
            self.tell(f"unit:{self.lead}", "commented", now)

    def supervise(self, now: datetime) -> None:
        need(self.open and self.state != "parked" and self.tier == 0)
        self.enter(1, "mark", now, "supervisor")

    def instruct(self, now: datetime, due_on: date) -> None:
        need(self.state in WORKING)
        due = days.add_days(datetime.combine(due_on - days.DAY, time(12)), 1)
        need(now < due)
        self.cycle += 1
        self.event("instruct", self.state, now, "leader")
        self.withdraw(SUPERVISION)
        self.instructed = True
        if self.state in WORKED_ON:
            # A new round asks anew: nobody is told of a limit that would hold for a moment.
            self.withdraw(("assist",))
        self.climb(3, "instruction", now, "tier3", "5d", due)
        self.ask_anew(now)

    def fulfil(self, now: datetime) -> None:
        need(self.instructed)
        self.instructed = False
        dated = [
            clock for clock in self.clocks if (clock.rule, clock.limit, clock.state) == ("tier3", "date", "running")
        ]
        self.cycle += bool(dated)
        self.event("fulfil", self.state, now, "supervisor")
        if dated:
            self.settle(("tier3",), now)
            self.tier_clock(now)
            self.ask_anew(now)

    def rate(self, now: datetime, verdict: str, at_fault: bool) -> None:
        need(self.state == "replied")
        self.answer_callback(now, "done", verdict)
        if verdict != "dissatisfied":
            self.close(verdict, "close", now, "operator", ("callback", "verify"))
        elif at_fault and self.redos < 1:
            self.redo(now)
        else:
            self.owe(now, "redos" if at_fault else "dissatisfied", max(self.tier, 1), "operator")

    def redo(self, now: datetime) -> None:
        self.redos += 1
        self.cycle += 1
        self.contacted = False
        self.event("redo", "signed", now, "operator")
        self.settle(("callback",), now)
        self.withdraw(SUPERVISION)
        self.start("contact", self.lead, now, self.urgent_or("2h natural", "1d"))
        self.start("reply", self.lead, now, REPLY_REDO)
        self.tier_clock(now)
        self.tell(f"unit:{self.lead}", "redo", now)
        self.parts = dict.fromkeys(self.parts, False)
        self.ask_anew(now)

    def owe(self, now: datetime, reason: str, tier: int, role: str) -> None:
        self.cycle += 1
        self.event("owe_interview", "interview_owed", now, role)
        self.settle(("callback", "verify"), now)
        self.withdraw(SUPERVISION)
        rule, limit = ("interview", "5d") if tier == 1 else TIER_CLOCK[tier]
        due = self.climb(tier, reason, now, rule, limit, self.leaders_date(now))
        self.interviews.append({"owed": now, "due": due, "planned": False, "held": None, "agreed": set()})
        self.tell_person("interview_owed", now)

    def plan_interview(self, now: datetime) -> None:
        need(self.state == "interview_owed")
        self.event("plan_interview", "interview_owed", now, "handler")
        self.interviews[-1]["planned"] = True
        self.tell_person("interview_planned", now)

    def hold_interview(self, now: datetime) -> None:
        need(self.state == "interview_owed" and self.interviews[-1]["planned"])
        self.event("hold_interview", "interview_held", now, "handler")
        self.interviews[-1]["held"] = now
        self.settle(SUPERVISION, now)
        self.start("verify", None, now, "2d")
        self.callbacks.append(Callback("interview", "phone", now, days.next_open(now)))

    def review(self, now: datetime, reviewer: str) -> None:
        need(self.interviews and self.interviews[-1]["held"])
        self.interviews[-1]["agreed"].add(reviewer)  # type: ignore[attr-defined]

    def verify(self, now: datetime, verdict: str, at_fault: bool, verifier: str) -> None:
        need(self.state == "interview_held")
        role = "inspector" if verifier == "inspector" else "supervisor"
        agreed = self.interviews[-1]["agreed"] - {verifier}  # type: ignore[operator]
        need(verdict != "dissatisfied" or at_fault or len(agreed) >= 2)
        self.answer_callback(now, "done", verdict)
        if verdict == "dissatisfied" and at_fault:
            self.owe(now, "still_dissatisfied", min(self.tier + 1, 3), role)
        else:
            reason = "unreasonable" if verdict == "dissatisfied" else verdict
            self.close(reason, "close", now, role, ("callback", "verify"))

    def no_answer(self, now: datetime) -> None:
        waiting = next((asked for asked in self.callbacks if asked.done is None), None)
        need(self.state in ("replied", "interview_held") and waiting)
        assert waiting
        tries = ["waiting", "no_answer_1", "no_answer_2", "unreachable"]
        state = tries[tries.index(waiting.state) + 1]
        if state == "unreachable":
            self.answer_callback(now, state, None)
            self.close("unreached", "close", now, "operator", ("callback", "verify"))
            return
        waiting.state, waiting.channel, waiting.asked = state, "phone", now
        waiting.next_try = days.next_open(now + timedelta(hours=5))
        self.event("no_answer", self.state, now, "operator")

    def refusal(self, now: datetime) -> None:
        need(self.state in ("replied", "interview_held"))
        self.answer_callback(now, "refused", None)
        self.close("refused", "close", now, "operator", ("callback", "verify"))

    def answer_callback(self, now: datetime, state: str, verdict: str | None) -> None:
        for asked in self.callbacks:
            if asked.done is None:
                asked.state, asked.done, asked.next_try, asked.verdict = state, now, None, verdict
