"""Behaviour of callers and of the hotline's staff: callbacks, rulings, verification, instructions."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from hotline.domain.enums import Channel, Kind, Role, Verdict
from hotline.domain.tickets.lifecycle import State
from rehearsal.behaviour import texts
from rehearsal.behaviour.schedule import AGAIN_DISSATISFIED, PLEASED, VERDICTS, PlannedAction, Schedule, Situation
from rehearsal.messages import ZONE


class People(Schedule):
    """Callers, operators, dispatchers, supervisors, inspectors and leaders."""

    def first_contact(self, key: str, kind: Kind) -> tuple[str, Mapping[str, str]] | None:
        """What the operator does during the call, as verb and fields: answer, redirect, ask for details, or None."""
        dice = self.dice(f"{key}:first")
        roll = dice.random()
        if kind is Kind.INQUIRY and roll < 0.35:
            return "answer", {"answer": texts.pick(dice, texts.ANSWER)}
        if roll > 0.985:
            return "redirect", {"where": texts.pick(dice, texts.REDIRECT)}
        if roll > 0.965:
            return "ask_details", {"missing": texts.pick(dice, texts.MISSING)}
        return None

    def dispatch(self, s: Situation, dice: random.Random, now: datetime) -> PlannedAction:
        """The hand-over of what no rule dispatches: a tip-off, or a ticket that no catalogue row fits."""
        reason = texts.TIP_OFF_BY_HAND if s.kind is Kind.TIP_OFF else texts.NO_ROW_BY_HAND
        return self.say(now, dice, Role.DISPATCHER, "dispatch", {"reason": reason}, 1)

    def rule_return(self, s: Situation, dice: random.Random, now: datetime) -> PlannedAction:
        """The ruling on a return, by the inspector from the third one on."""
        role = Role.INSPECTOR if s.return_count >= 3 else Role.DISPATCHER
        upheld = dice.random() < 0.35
        fields = {"reason": texts.pick(dice, texts.UPHOLD if upheld else texts.REJECT)}
        verb = "uphold_return" if upheld else "reject_return"
        return PlannedAction(self.call_time(now, dice, 1 + dice.randrange(3)), role, verb, fields)

    def call_back(self, s: Situation, dice: random.Random, now: datetime) -> PlannedAction:
        """The callback after a reply: rated online, or asked by telephone."""
        online = s.channel in (Channel.WECHAT, Channel.WEBSITE) and s.attempts == 0
        answers = self.answers(s)
        if online and dice.random() < 0.6:
            return self.say(now, dice, Role.COMPLAINANT, "rate", answers, 3 + dice.randrange(4))
        # Without a rating online the person is telephoned after about a working day.
        hours = (30 if online else 2) + 4 * s.attempts + dice.randrange(6)
        roll = dice.random()
        if roll < 0.12 and s.attempts < 3:
            return self.say(now, dice, Role.OPERATOR, "no_answer", {}, hours)
        if roll > 0.985:
            return self.say(now, dice, Role.OPERATOR, "refused", {}, hours)
        return self.say(now, dice, Role.OPERATOR, "callback", answers, hours)

    def answers(self, s: Situation) -> dict[str, str]:
        """The answers of a callback, as form fields."""
        dice = self.dice(f"{s.key}:verdict:{s.cycle}")
        profile = self.profile(s)
        weights = PLEASED[profile]
        verdict = dice.choices(VERDICTS, weights)[0]
        bad = verdict is Verdict.DISSATISFIED
        solved = dice.random() < {"satisfied": 0.98, "basically_satisfied": 0.85, "understood": 0.2}.get(verdict, 0.03)
        fault = bad and dice.random() < 0.45
        return {
            "contacted": "no" if fault and dice.random() < 0.3 else "yes",
            "solved": "yes" if solved else "no",
            "verdict": verdict.value,
            "answer_at_fault": "yes" if fault else "no",
            "unit_mark": str(dice.randint(1, 2) if bad else dice.randint(3, 5)),
            "operator_mark": str(dice.randint(3, 5)),
            "words": texts.pick(dice, texts.BITTER if bad else texts.WORDS),
        }

    def verify(self, s: Situation, dice: random.Random, now: datetime) -> PlannedAction:
        """Verification of an interview; an unreasonable demand is reviewed by two others first."""
        role = Role.INSPECTOR if s.tier >= 2 else Role.SUPERVISOR
        chance = AGAIN_DISSATISFIED.get(self.profile(s), 0.05) / (1 + (s.tier > 2))
        bad = self.dice(f"{s.key}:again:{s.cycle}").random() < chance
        if s.outcome == "unreasonable" and bad and s.reviews < 2:
            fields = {"agreed": "yes", "reason": texts.REVIEW[0]}
            reviewer = (Role.DISPATCHER, Role.SUPERVISOR if role is Role.INSPECTOR else Role.INSPECTOR)[s.reviews]
            return PlannedAction(self.call_time(now, dice, 2), reviewer, "review", fields)
        at = self.call_time(now, dice, 2 + dice.randrange(5))
        if bad:
            fault = "no" if s.outcome == "unreasonable" else "yes"
            return PlannedAction(
                at, role, "verify", {"verdict": "dissatisfied", "unit_at_fault": fault, "words": texts.NOT_DONE[0]}
            )
        verdict = dice.choices(("satisfied", "understood"), (65, 35))[0]
        return PlannedAction(at, role, "verify", {"verdict": verdict, "words": texts.pick(dice, texts.VERIFY)})

    def instruction(self, s: Situation, now: datetime) -> PlannedAction | None:
        """A leader's instruction on a ticket of the third tier, for half of them."""
        dice = self.dice(f"{s.key}:instruction")
        if s.instructed or s.tier < 3 or s.state in (State.CLOSED, State.PARKED) or dice.random() > 0.5:
            return None
        at = self.desk_time("县领导", now, dice.randint(1, 4))
        due_on = (at.astimezone(ZONE) + timedelta(days=dice.randint(3, 6))).date().isoformat()
        return PlannedAction(
            at, Role.LEADER, "instruct", {"text": texts.pick(dice, texts.INSTRUCTION), "due_on": due_on}
        )

    def fulfilment(self, s: Situation, now: datetime) -> PlannedAction:
        """The instruction of a closed ticket is marked as fulfilled."""
        dice = self.dice(f"{s.key}:fulfil")
        at = self.desk_time("督办", now, 1)
        return PlannedAction(at, Role.SUPERVISOR, "fulfil", {"fulfilment": texts.pick(dice, texts.FULFILMENT)})

    def say(
        self, now: datetime, dice: random.Random, role: Role, verb: str, fields: Mapping[str, str], hours: int
    ) -> PlannedAction:
        """An action by telephone, `hours` from now or when the hotline is next staffed."""
        return PlannedAction(self.call_time(now, dice, hours), role, verb, fields)
