"""Behaviour of units by profile: prompt, late, silent, returning, satisfying, dissatisfying.

A unit has one profile for OWN_SHARE of its tickets; the others draw one at random.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from hotline.domain.enums import Kind, Role
from rehearsal.behaviour import texts
from rehearsal.behaviour.schedule import (
    A_DAY,
    AGAIN_DISSATISFIED,
    JOINT_SHARE,
    PlannedAction,
    Profile,
    Schedule,
    Situation,
    form_time,
)
from rehearsal.messages import ZONE


class Units(Schedule):
    """Handlers and heads of units."""

    def take_on(self, s: Situation, dice: random.Random, now: datetime) -> PlannedAction | None:
        """A dispatched ticket: signed at once, late or not at all, or returned."""
        profile = self.profile(s)
        returns = profile is Profile.RETURNING and s.returnable and s.return_count < 3 and not s.urgent
        if returns and dice.random() < 0.75:
            fields = {"reason": texts.pick(dice, texts.RETURN_REASON), "basis": texts.pick(dice, texts.RETURN_BASIS)}
            return PlannedAction(self.soon(s, dice, now, 0, 1), Role.HANDLER, "return", fields)
        match profile:
            case Profile.SILENT:
                # Signs only under supervision: sometimes at the second tier, mostly at the third.
                if s.tier < 2 or (s.tier == 2 and dice.random() < 0.6):
                    return None
                return PlannedAction(self.soon(s, dice, now, 1, 6), Role.HANDLER, "sign")
            case Profile.LATE:
                return PlannedAction(self.soon(s, dice, now, A_DAY + 1, 2 * A_DAY), Role.HANDLER, "sign")
            case _:
                return PlannedAction(self.soon(s, dice, now, 0, 2), Role.HANDLER, "sign")

    def work(self, s: Situation, dice: random.Random, now: datetime) -> PlannedAction | None:
        """A signed ticket: contact first, perhaps an extension, then the reply."""
        profile = self.profile(s)
        if not s.contacted:
            how = "relay" if s.confidential else dice.choice(("phone", "phone", "visit", "meeting"))
            fields = {"how": how, "text": texts.pick(dice, texts.CONTACT)}
            return PlannedAction(self.soon(s, dice, now, 0, 1), Role.HANDLER, "contact", fields)
        if s.extension_asked:
            return PlannedAction(
                self.soon(s, dice, now, 0, 1), Role.UNIT_HEAD, "grant_extension", {"reason": texts.GRANT[0]}
            )
        joint = self._share(s, now)
        if joint is not None:
            return joint
        if profile is Profile.LATE and s.cycle == 1 and not s.tier and not s.urgent and dice.random() < 0.2:
            fields = {"reason": texts.pick(dice, texts.EXTENSION)}
            return PlannedAction(self.soon(s, dice, now, 1, A_DAY), Role.HANDLER, "ask_extension", fields)
        lines = texts.VAGUE if profile is Profile.DISSATISFYING and s.cycle == 1 else texts.REPLY
        fields = {"reply": texts.pick(dice, lines, s.unit), "facts": texts.pick(dice, texts.FACTS)}
        return PlannedAction(self.soon(s, dice, now, *_patience(s, profile)), Role.HANDLER, "reply", fields)

    def _share(self, s: Situation, now: datetime) -> PlannedAction | None:
        """For a share of the tickets the dispatcher invites another unit, which hands in its part."""
        dice = self.dice(f"{s.key}:joint")
        if s.part_owed:
            at = self.desk_time(s.assisting, now, dice.randint(0, A_DAY))
            return PlannedAction(at, Role.HANDLER, "assist", {"part": texts.pick(dice, texts.PART)})
        wanted = not s.assisting and not s.urgent and s.kind in (Kind.COMPLAINT, Kind.HELP) and s.cycle == 1
        if not wanted or dice.random() > JOINT_SHARE:
            return None
        return PlannedAction(
            self.call_time(now, dice, 1), Role.DISPATCHER, "invite", {"task": texts.pick(dice, texts.TASK)}
        )

    def meet(self, s: Situation, dice: random.Random, now: datetime) -> PlannedAction | None:
        """An owed interview: planned, then held; silent units let the window pass, late ones exceed it."""
        profile = self.profile(s)
        if s.planned:
            at = self.desk_time(s.unit, max(now, s.meet_at or now))
            return PlannedAction(at, Role.HANDLER, "hold_interview", self._minutes(s, profile, at))
        wait = (0, 2 * A_DAY)
        if profile is Profile.SILENT and s.tier < 3:
            if dice.random() < 0.7:
                return None
            wait = (A_DAY, 3 * A_DAY)
        elif profile is Profile.LATE and s.tier < 2:
            wait = (4 * A_DAY, 7 * A_DAY)
        at = self.desk_time(s.unit, now, dice.randint(*wait))
        meet_at = self.desk_time(s.unit, at, dice.randint(0, 2))
        fields = {
            "cause": texts.pick(dice, texts.CAUSE),
            "solution": texts.pick(dice, texts.SOLUTION),
            "rules": texts.pick(dice, texts.RULES),
            "meet_at": form_time(meet_at),
            "meet_where": f"{s.unit}约谈室",
        }
        return PlannedAction(at, Role.HANDLER, "plan_interview", fields)

    def _minutes(self, s: Situation, profile: Profile, at: datetime) -> dict[str, str]:
        dice = self.dice(f"{s.key}:meeting:{s.cycle}")
        outcome = dice.choices(("done", "explained", "unreasonable"), (60, 30, 10))[0]
        bad = dice.random() < AGAIN_DISSATISFIED.get(profile, 0.06)
        promised = (at + timedelta(days=dice.randint(2, 9))).astimezone(ZONE).date().isoformat()
        return {
            "held_at": form_time(at),
            "promised_on": promised if outcome == "done" else "",
            "held_place": dice.choice(("room", "village", "field", "home")),
            "official": texts.pick(dice, texts.OFFICIAL),
            "minutes": texts.pick(dice, texts.MINUTES),
            "outcome": outcome,
            "person_verdict": "dissatisfied" if bad else ("understood" if outcome != "done" else "satisfied"),
        }


def _patience(s: Situation, profile: Profile) -> tuple[int, int]:
    """Lowest and highest number of desk openings between contact and reply."""
    waits = {
        Profile.PROMPT: (1, 2 * A_DAY),
        Profile.SATISFYING: (1, A_DAY),
        Profile.LATE: (4 * A_DAY, 7 * A_DAY),
        Profile.SILENT: (3 * A_DAY, 9 * A_DAY),
        Profile.RETURNING: (A_DAY, 3 * A_DAY),
        Profile.DISSATISFYING: (1, 3 * A_DAY),
    }
    low, high = waits[profile]
    if s.kind is Kind.INQUIRY and profile in (Profile.PROMPT, Profile.SATISFYING, Profile.DISSATISFYING):
        return 0, 1
    if s.tier and profile is not Profile.SILENT:
        return min(low, A_DAY), min(high, 2 * A_DAY)
    return low, high
