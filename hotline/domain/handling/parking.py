"""Parking (挂账): a ticket rests until a date (PROCEDURE §3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hotline.domain.deadline.timers import Start
from hotline.domain.deadline.working_time import Due
from hotline.domain.enums import Rule
from hotline.domain.errors import (
    Malformed,
)
from hotline.domain.messaging.notices import Notice, NoticeKind
from hotline.domain.tickets.lifecycle import Verb
from hotline.domain.tickets.ticket import Actor, Decision, Rules, Ticket, move


def park(
    ticket: Ticket, until: datetime, actor: Actor, rules: Rules, now: datetime, given: Mapping[str, Any]
) -> Decision:
    """Park a ticket (挂账) until a date within `parking_days`; it resumes automatically and deadlines keep what was left.

    Raises Malformed for a date outside that range.
    """
    longest = rules.policy.parking_days
    if not now < until <= now + timedelta(days=longest):
        raise Malformed(what=f"挂账日期（要在{longest}天以内的将来）")
    changed, event = move(ticket, Verb.PARK, actor, now, given, parked_from=ticket.state, parked_until=until)
    timer = Start(Rule.RESUME, None, now, Due(until, False), "parked", ticket.urgent)
    return Decision(changed, event, starts=(timer,), pauses_all=True)


def resume(ticket: Ticket, actor: Actor, now: datetime) -> Decision:
    """Return a parked ticket to its former state; its deadlines run again."""
    changed, event = move(
        ticket,
        Verb.RESUME,
        actor,
        now,
        {},
        state=ticket.parked_from or ticket.state,
        parked_from=None,
        parked_until=None,
    )
    notices: tuple[Notice, ...] = ()
    if ticket.lead_unit_id is not None:
        notices = (Notice(NoticeKind.RESUMED, {}, f"unit:{ticket.lead_unit_id}"),)
    return Decision(changed, event, withdraws=(Rule.RESUME,), resumes_all=True, notices=notices)
