"""When a deadline ends and which reminders go out before it (PROCEDURE §3, §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hotline.domain.deadline.explanation import end_of
from hotline.domain.deadline.working_time import (
    Calendar,
    Due,
    Pause,
    add_natural_time,
    add_working_days,
    add_working_time,
    subtract_working_days,
    subtract_working_time,
    working_time_between,
)
from hotline.domain.enums import Kind, Pace, Rule, Step
from hotline.domain.policy.limits import Policy

BY_DATE = "date"
"""`limit_text` of a deadline that ends on a fixed date: no calendar moves it."""
Timer = tuple[Step, datetime]


@dataclass(frozen=True, slots=True)
class Start:
    """A deadline to start: rule, unit bound (None: the hotline), begin and end."""

    rule: Rule
    unit_id: UUID | None
    started_at: datetime
    due: Due
    limit_text: str
    urgent: bool
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline as stored; its timer is (`next_step`, `next_at`)."""

    deadline_id: UUID
    ticket_id: UUID
    cycle: int
    rule: Rule
    unit_id: UUID | None
    started_at: datetime
    due_at: datetime
    provisional: bool
    urgent: bool
    limit_text: str
    state: str
    next_step: Step | None
    next_at: datetime | None
    pauses: tuple[Pause, ...] = ()
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shifted:
    """The effect of a changed calendar on a running deadline: its new end and timer."""

    deadline: Deadline
    due: Due
    timer: Timer

    @property
    def moved(self) -> bool:
        """Whether the end, or whether it is provisional, has changed; false if only the timer changes."""
        return (self.due.at, self.due.provisional) != (self.deadline.due_at, self.deadline.provisional)


def limit_key(rule: Rule, kind: Kind, pace: Pace, *, redo: bool = False) -> str:
    """Return the policy key of the limit for this ticket; `redo` also holds for tickets under supervision."""
    if rule is Rule.SIGN:
        return "sign" if pace is Pace.ORDINARY else f"sign.{pace}"
    if rule is Rule.REPLY:
        if redo:
            return "reply.redo"
        return f"reply.{kind}" if pace is Pace.ORDINARY else "reply.urgent"
    if rule in (Rule.DISPATCH, Rule.CONTACT):
        return rule.value if pace is Pace.ORDINARY else f"{rule}.urgent"
    return rule.value


def step_moment(calendar: Calendar, step: Step, started_at: datetime, due_at: datetime) -> datetime:
    """Return when a step fires (PROCEDURE §4): on issue, 2 or 1 working days or 4 office hours before, or at expiry."""
    match step:
        case Step.ISSUED:
            return started_at
        case Step.TWO_DAYS:
            return subtract_working_days(calendar, due_at, 2)
        case Step.ONE_DAY:
            return subtract_working_days(calendar, due_at, 1)
        case Step.FOUR_HOURS:
            return subtract_working_time(calendar, due_at, timedelta(hours=4))
        case Step.EXPIRY:
            return due_at


def plan_steps(
    policy: Policy, calendar: Calendar, rule: Rule, started_at: datetime, due_at: datetime
) -> tuple[tuple[Step, datetime], ...]:
    """Return every step of a deadline with its moment, in order; steps before the start are left out."""
    moments = ((step, step_moment(calendar, step, started_at, due_at)) for step in policy.steps(rule))
    return tuple((step, at) for step, at in moments if step is Step.ISSUED or started_at < at)


def choose_step(
    plan: tuple[tuple[Step, datetime], ...], after: Step | None, now: datetime
) -> tuple[Step | None, tuple[Step, ...], tuple[Step, datetime] | None]:
    """Return (the step due now, earlier steps to skip, the next step with its moment).

    After an outage several steps may be due at once: only the last one fires, the others are marked as skipped.
    """
    order = [step for step, _ in plan]
    rest = plan[order.index(after) + 1 :] if after in order else plan
    due = [step for step, at in rest if at <= now]
    ahead = [(step, at) for step, at in rest if at > now]
    return (due[-1] if due else None), tuple(due[:-1]), (ahead[0] if ahead else None)


def notice_time(policy: Policy, calendar: Calendar, now: datetime, *, urgent: bool) -> datetime:
    """Return the earliest moment a notice may be sent.

    That is now if urgent or within the notice hours of a working day, else their next beginning.
    """
    if urgent:
        return now
    local = now.astimezone(calendar.zone)
    working = bool(calendar.shifts_on(local.date()))
    if working and policy.notices_from <= local.time() < policy.notices_until:
        return now
    day = local.date()
    if not working or local.time() >= policy.notices_until:
        day = calendar.local(add_working_days(calendar, now, 1).at).date()
    return datetime.combine(day, policy.notices_from, calendar.zone).astimezone(UTC)


def time_left(calendar: Calendar, deadline: Deadline, now: datetime) -> timedelta:
    """Return the time left of a running deadline, at least 0: office hours, or elapsed time for natural time."""
    if now >= deadline.due_at:
        return timedelta(0)
    if "natural" in deadline.limit_text:
        return deadline.due_at - now
    return working_time_between(calendar, now, deadline.due_at)


def carry_on(calendar: Calendar, limit_text: str, left: timedelta, now: datetime) -> Due:
    """Return the end of a paused deadline that runs again from now with `left` remaining."""
    if left <= timedelta(0):
        return Due(now, False)
    return add_natural_time(now, left) if "natural" in limit_text else add_working_time(calendar, now, left)


def resumed(calendar: Calendar, deadline: Deadline, left: timedelta, now: datetime) -> tuple[Due, tuple[Pause, ...]]:
    """Return the new end of a paused deadline that runs again from now, and its pauses with the last one closed.

    The limit is recomputed around its pauses so that it can be explained; one that ends on a fixed date keeps what was
    left.
    """
    pauses = tuple((begin, min(until, now)) for begin, until in deadline.pauses)
    due = end_of(calendar, deadline.limit_text, deadline.started_at, pauses) if pauses else None
    return due or carry_on(calendar, deadline.limit_text, left, now), pauses


def recompute_due(policy: Policy, calendar: Calendar, deadline: Deadline, now: datetime) -> Shifted | None:
    """Return the effect of this calendar on a running deadline; None when nothing changes (PROCEDURE §3).

    Passed deadlines and those that end on a fixed date stay. A deadline that would now end in the past keeps its end,
    so that a later holiday notice makes nobody late.
    """
    if deadline.state != "running" or deadline.due_at <= now:
        return None
    due = end_of(calendar, deadline.limit_text, deadline.started_at, deadline.pauses)
    if due is None:
        return None
    if due.at <= now:
        due = Due(deadline.due_at, due.provisional)
    shifted = Shifted(deadline, due, _next_timer(policy, calendar, deadline, due))
    again = shifted.timer != (deadline.next_step, deadline.next_at) and shifted.timer[1] > now
    return shifted if shifted.moved or again else None


def _next_timer(policy: Policy, calendar: Calendar, deadline: Deadline, due: Due) -> Timer:
    # No reminder is sent twice: the plan continues with the step that was pending.
    waited = _order(deadline.next_step or Step.EXPIRY)
    plan = plan_steps(policy, calendar, deadline.rule, deadline.started_at, due.at)
    return next((timer for timer in plan if _order(timer[0]) >= waited), (Step.EXPIRY, due.at))


def _order(step: Step) -> int:
    return list(Step).index(step)


def step_before(plan: tuple[Timer, ...], step: Step | None) -> Step | None:
    """Return the last step of the plan before `step`; `step` itself need not be in the plan."""
    earlier = [name for name, _ in plan if step is not None and _order(name) < _order(step)]
    return earlier[-1] if earlier else None
