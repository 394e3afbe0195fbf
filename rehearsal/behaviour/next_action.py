"""The next action on a ticket, decided anew each time the ticket has changed."""

from __future__ import annotations

from datetime import datetime

from hotline.domain.deadline.working_time import Calendar
from hotline.domain.enums import Role
from hotline.domain.tickets.lifecycle import State
from rehearsal.behaviour import texts
from rehearsal.behaviour.people import People
from rehearsal.behaviour.schedule import PlannedAction, Situation
from rehearsal.behaviour.units import Units


class Behaviour:
    """Decides actions; the same seed and the same situations give the same actions."""

    def __init__(self, seed: int, calendar: Calendar) -> None:
        self.units = Units(seed, calendar)
        self.people = People(seed, calendar)

    def next_action(self, s: Situation, now: datetime) -> PlannedAction | None:
        """Who does what next with the ticket, and when; None when nobody acts unless the ticket changes."""
        units, people = self.units, self.people
        dice = people.dice_for(s)
        match s.state:
            case State.RECEIVED:
                return people.dispatch(s, dice, now)
            case State.AWAITING_DETAILS:
                return people.say(now, dice, Role.OPERATOR, "add_details", {"text": texts.DETAILS[0]}, 12)
            case State.DISPATCHED:
                return units.take_on(s, dice, now)
            case State.RETURNED:
                return people.rule_return(s, dice, now)
            case State.SIGNED:
                return units.work(s, dice, now)
            case State.REPLIED:
                return people.call_back(s, dice, now)
            case State.INTERVIEW_OWED:
                return units.meet(s, dice, now)
            case State.INTERVIEW_HELD:
                return people.verify(s, dice, now)
            case State.PARKED | State.CLOSED:
                return None
