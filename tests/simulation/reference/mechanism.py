"""Supervision, callbacks and interviews under human hands, as the reference retells them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tests.simulation.reference import days
from tests.simulation.reference.books import SUPERVISION, Callback, need
from tests.simulation.reference.joint import WORKED_ON
from tests.simulation.reference.ticket import REPLY_REDO, TIER_CLOCK, WORKING, Timetable


class Mechanism(Timetable):
    """One ticket on the ladder, and when the person is asked."""

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
        need(self.state == "interview_held")
        self.interviews[-1]["agreed"].add(reviewer)  # type: ignore[attr-defined]

    def verify(self, now: datetime, verdict: str, at_fault: bool, verifier: str) -> None:
        need(self.state == "interview_held" and verdict != "basically_satisfied")
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
