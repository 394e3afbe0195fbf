"""The ticket, an event of its history, and a decision on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.deadline.explanation import compute_due
from hotline.domain.deadline.timers import BY_DATE, Start
from hotline.domain.deadline.working_time import Calendar, Due
from hotline.domain.enums import Channel, CloseReason, Document, HandlingClass, Kind, Pace, Reason, Role, Rule
from hotline.domain.messaging.alarms import AlarmKind
from hotline.domain.messaging.notices import Notice
from hotline.domain.policy.limits import Limit, LimitCase, Policy
from hotline.domain.tickets.lifecycle import State, Verb, check, check_given
from hotline.domain.tickets.supervision import SUPERVISION as SUPERVISION
from hotline.domain.tickets.supervision import clock_of


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. The scheduler is `SYSTEM`, the complainant is `COMPLAINANT`."""

    role: Role
    account_id: UUID | None = None
    unit_id: UUID | None = None
    name: str = ""


SYSTEM = Actor(Role.SYSTEM, name="系统")
COMPLAINANT = Actor(Role.COMPLAINANT, name="诉求人")


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket (工单). sql/schema.sql documents the columns."""

    ticket_id: UUID
    number: str
    channel: Channel
    kind: Kind
    handling_class: HandlingClass
    pace: Pace
    confidential: bool
    title: str
    body: str
    place: str
    state: State
    received_at: datetime
    changed_at: datetime
    matter_id: str | None = None
    lead_unit_id: UUID | None = None
    accused_unit_id: UUID | None = None
    cycle: int = 1
    tier: int = 0
    redo_count: int = 0
    return_count: int = 0
    extension_count: int = 0
    return_ruled: bool = False
    parked_from: State | None = None
    parked_until: datetime | None = None
    close_reason: CloseReason | None = None
    closed_at: datetime | None = None
    merged_into: UUID | None = None
    linked_to: UUID | None = None
    opened_by: UUID | None = None
    version: int = 1
    handler_id: UUID | None = None

    @property
    def urgent(self) -> bool:
        """Whether deadlines run in natural time and notices are sent at any hour (PROCEDURE §3)."""
        return self.pace is not Pace.ORDINARY

    @property
    def open(self) -> bool:
        """Whether the ticket is not closed."""
        return self.state is not State.CLOSED


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a ticket's history."""

    at: datetime
    verb: Verb
    from_state: State | None
    to_state: State
    cycle: int
    actor: Actor
    public_text: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Escalation:
    """A tier to enter: its reason and the deadline that starts with its letter."""

    tier: int
    reason: Reason
    start: Start


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A document to issue under the next number, with what it says; never with the person (PROCEDURE §6, §7)."""

    kind: Document
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a dispatcher must look at; `about` identifies the occasion."""

    kind: AlarmKind
    about: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """The result of a rule: the changed ticket and everything to write with it in one transaction.

    `passed_on` is the tier's deadline for a unit that takes over under supervision: it gets its own letter.
    """

    ticket: Ticket
    event: Event | None = None
    starts: tuple[Start, ...] = ()
    settles: tuple[Rule, ...] = ()
    withdraws: tuple[Rule, ...] = ()
    withdraws_all: bool = False
    pauses_all: bool = False
    resumes_all: bool = False
    notices: tuple[Notice, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    escalation: Escalation | None = None
    passed_on: Start | None = None
    document: DocumentDraft | None = None
    callback_stage: str | None = None
    interview_due: Start | None = None
    invites: tuple[UUID, ...] = ()
    excuses: tuple[UUID, ...] = ()
    assisted: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The county's policy, calendar and levels of units."""

    policy: Policy
    calendar: Calendar
    levels: Mapping[UUID, str] = field(default_factory=dict)

    def limit(self, key: str, ticket: Ticket, unit_id: UUID | None) -> Limit:
        """Return the limit with this key for the ticket and the unit it binds (None: the hotline)."""
        level = self.levels.get(unit_id) if unit_id else None
        return self.policy.limit_for(key, LimitCase(ticket.kind, ticket.pace, ticket.matter_id, level))

    def start(self, key: str, rule: Rule, ticket: Ticket, unit_id: UUID | None, since: datetime) -> Start:
        """Return the deadline with this key of the policy for the ticket, counted from `since`."""
        limit = self.limit(key, ticket, unit_id)
        return Start(rule, unit_id, since, compute_due(self.calendar, limit, since), str(limit), ticket.urgent)

    def tier_clock(self, ticket: Ticket, now: datetime, promised: datetime | None = None) -> tuple[Start, ...]:
        """Return the deadline of the ticket's tier for a unit that takes it up (again); empty on tier 0.

        `promised` is the date of a leader's open instruction.
        """
        if ticket.tier == 0:
            return ()
        key, rule = clock_of(ticket.tier)
        return (by_leaders_date(self.start(key, rule, ticket, ticket.lead_unit_id, now), promised),)


def by_leaders_date(start: Start, promised: datetime | None) -> Start:
    """Return the tier-3 deadline with the leader's date if that lies ahead; else unchanged (PROCEDURE §3)."""
    if start.rule is not Rule.TIER3 or promised is None or promised <= start.started_at:
        return start
    return replace(start, due=Due(promised, False), limit_text=BY_DATE)


def move(
    ticket: Ticket,
    verb: Verb,
    actor: Actor,
    now: datetime,
    given: Mapping[str, Any],
    *,
    public_text: str | None = None,
    **changes: Any,
) -> tuple[Ticket, Event]:
    """Follow one arrow of the table: check it, and return the changed ticket and its event.

    Raises NotAllowed, WrongState, Missing.
    """
    arrow = check(ticket.state, verb, actor.role)
    check_given(verb, given)
    target = changes.pop("state", None) or arrow.target or ticket.state
    if target in (State.RECEIVED, State.DISPATCHED):
        # Nobody is in charge before somebody has signed.
        changes["handler_id"] = None
    changed = replace(ticket, state=target, changed_at=now, version=ticket.version + 1, **changes)
    text = arrow.sentence if public_text is None else public_text
    event = Event(now, verb, ticket.state, target, changed.cycle, actor, text, dict(given))
    return changed, event
