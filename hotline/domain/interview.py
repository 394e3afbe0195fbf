"""Interviews (群众约谈): required after a dissatisfied callback; plan, hold, then verify (PROCEDURE §4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from hotline.domain.accounts.permissions import Right, may
from hotline.domain.deadline.timers import BY_DATE, Start
from hotline.domain.enums import CloseReason, Outcome, Reason, Rule, Verdict
from hotline.domain.errors import (
    AlreadyReviewed,
    Malformed,
    Missing,
    NoReviewYet,
    NotAllowed,
    Refusal,
    WrongState,
    raise_if,
)
from hotline.domain.messaging.notices import Facts, Notice, NoticeKind
from hotline.domain.tickets.lifecycle import FIELD_NAMES, STATE_NAMES, State, Verb, check_given, refusal_of
from hotline.domain.tickets.supervision import LEADERSHIP, clock_of
from hotline.domain.tickets.ticket import (
    SUPERVISION,
    Actor,
    Decision,
    Escalation,
    Rules,
    Ticket,
    by_leaders_date,
    move,
)

OUTCOME_NAMES: Mapping[Outcome, str] = {
    Outcome.DONE: "能办到，迅速办理",
    Outcome.EXPLAINED: "办不到，详细解释",
    Outcome.UNREASONABLE: "不合理，耐心做工作",
}
PLACE_NAMES: Mapping[str, str] = {"room": "约谈室", "village": "村（社区）", "field": "田间地头", "home": "群众家中"}
AFTER_INTERVIEW = (Verdict.SATISFIED, Verdict.UNDERSTOOD, Verdict.DISSATISFIED)
"""What a person may say of an interview."""
REVIEWERS = 2
LONGEST_AHEAD = timedelta(days=366)
"""How far ahead a meeting or a promise may lie. A later date is a slip of the year rather than a plan; a matter that
really waits longer is parked, which has its own limit in the policy (`parking_days`)."""


def owe(
    ticket: Ticket, reason: Reason, given: Mapping[str, Any], actor: Actor, rules: Rules, now: datetime,
    promised: datetime | None = None,
) -> Decision:  # fmt: skip
    """Require an interview: the tier's letter and deadline start. A ticket never goes back to a lower tier.

    A date `promised` to a leader is the interview's deadline too.
    """
    tier = max(ticket.tier, 1)
    if reason is Reason.STILL_DISSATISFIED:
        tier = min(ticket.tier + 1, LEADERSHIP)
    changed, event = move(ticket, Verb.OWE_INTERVIEW, actor, now, given, cycle=ticket.cycle + 1)
    key, rule = clock_of(tier, interview=True)
    clock = by_leaders_date(rules.start(key, rule, changed, ticket.lead_unit_id, now), promised)
    notice = Notice(NoticeKind.INTERVIEW_OWED, _until(clock, rules), "complainant")
    return Decision(
        changed,
        event,
        settles=(Rule.CALLBACK, Rule.VERIFY),
        withdraws=SUPERVISION,
        notices=(notice,),
        escalation=Escalation(tier, reason, clock),
        interview_due=clock,
    )


def _until(clock: Start, rules: Rules) -> Facts:
    if clock.limit_text == BY_DATE:
        return {"by": rules.calendar.local(clock.due.at).date().isoformat()}
    return {"limit": clock.limit_text}


def plan(ticket: Ticket, meet_at: datetime, actor: Actor, now: datetime, given: Mapping[str, Any]) -> Decision:
    """Record the plan (steps 1 and 2): cause, solution with its rules, time, place. Raises Malformed unless within a year."""
    if not now < meet_at <= now + LONGEST_AHEAD:
        raise Malformed(what="约谈时间（要在将来、一年以内）")
    changed, event = move(
        ticket, Verb.PLAN_INTERVIEW, actor, now, given, public_text=f"约谈已安排：{given.get('meet_where')}。"
    )
    notice = Notice(NoticeKind.INTERVIEW_PLANNED, {"where": str(given.get("meet_where"))}, "complainant")
    return Decision(changed, event, notices=(notice,))


def refusal_of_hold(ticket: Ticket, planned: bool, actor: Actor) -> Refusal | None:
    """Why an interview cannot be registered: the table, or steps 1 and 2 were not entered (`planned`, PROCEDURE §4)."""
    refusal = refusal_of(ticket.state, Verb.HOLD_INTERVIEW, actor.role)
    return refusal or (None if planned else Missing(what="约谈方案（先登记问题根源、化解方案和依据）"))


def hold(
    ticket: Ticket,
    owed_at: datetime,
    held_at: datetime,
    actor: Actor,
    rules: Rules,
    now: datetime,
    given: Mapping[str, Any],
    *,
    planned: bool = True,
) -> Decision:
    """Record the interview held (step 3): minutes, outcome, the complainant's verdict; the deadline to verify starts.

    `planned` says whether steps 1 and 2 were entered. Raises NotAllowed, WrongState, Missing, Malformed.
    """
    raise_if(refusal_of_hold(ticket, planned, actor))
    check_given(Verb.HOLD_INTERVIEW, given)
    if not owed_at <= held_at <= now:
        raise Malformed(what="实际约谈时间（要在启动约谈之后、现在之前）")
    if given.get("held_place") not in PLACE_NAMES:
        raise Malformed(what="约谈场所")
    if given.get("outcome") not in list(Outcome):
        raise Malformed(what="约谈结果")
    if given.get("person_verdict") not in AFTER_INTERVIEW:
        raise Malformed(what="群众意见")
    _check_promise(given, rules.calendar.local(now).date())
    changed, event = move(ticket, Verb.HOLD_INTERVIEW, actor, now, given)
    clock = rules.start("verify", Rule.VERIFY, changed, None, now)
    return Decision(
        changed,
        event,
        starts=(clock,),
        settles=SUPERVISION,
        callback_stage="interview",
    )


def _check_promise(given: Mapping[str, Any], today: date) -> None:
    """Check the promised date (ISO 8601 text, "" for none): wanted for 能办到, from today on, within LONGEST_AHEAD."""
    promised = str(given.get("promised_on") or "")
    if not promised:
        if given.get("outcome") == Outcome.DONE:
            raise Malformed(what="承诺办结日期（“能办到”要写明日期）")
        return
    if not today <= date.fromisoformat(promised) <= today + LONGEST_AHEAD:
        raise Malformed(what="承诺办结日期（要在今天或以后、一年以内）")


def refusal_of_review(ticket: Ticket, reviewers: Collection[UUID], actor: Actor) -> Refusal | None:
    """Why somebody cannot review: the right, no interview waits for verification, or they did already (`reviewers`).

    Whatever the unit called the demand, it may be closed as unreasonable only after reviews (PROCEDURE §4).
    """
    if actor.account_id is None or not may(actor.role, Right.REVIEW_INTERVIEW):
        return NotAllowed()
    if ticket.state is not State.INTERVIEW_HELD:
        return WrongState(state=STATE_NAMES[ticket.state], label="复核约谈")
    return AlreadyReviewed() if actor.account_id in reviewers else None


def refusal_of_verify(ticket: Ticket, actor: Actor) -> Refusal | None:
    """Why somebody cannot verify: the right, or no interview waits for it."""
    if not may(actor.role, Right.VERIFY_INTERVIEW):
        return NotAllowed()
    if ticket.state is not State.INTERVIEW_HELD:
        return WrongState(state=STATE_NAMES[ticket.state], label="核实约谈")
    return None


def verify(
    ticket: Ticket, agreed: int, verdict: Verdict, unit_at_fault: bool,
    given: Mapping[str, Any], actor: Actor, rules: Rules, now: datetime, promised: datetime | None = None,
) -> Decision:  # fmt: skip
    """Decide after tiers 1 and 2 verified the verdict with the complainant.

    Not the unit's fault: closed only when two others agreed that the demand is unreasonable, whatever the unit
    itself had called it. Raises NotAllowed, WrongState, Malformed, NoReviewYet.
    """
    raise_if(refusal_of_verify(ticket, actor))
    if verdict not in AFTER_INTERVIEW:
        raise Malformed(what=FIELD_NAMES["verdict"])
    if verdict is Verdict.DISSATISFIED and unit_at_fault:
        return owe(ticket, Reason.STILL_DISSATISFIED, given, actor, rules, now, promised)
    reason = CloseReason.UNREASONABLE if verdict is Verdict.DISSATISFIED else CloseReason(verdict)
    if reason is CloseReason.UNREASONABLE and agreed < REVIEWERS:
        raise NoReviewYet(missing=REVIEWERS - agreed)
    changed, event = move(ticket, Verb.CLOSE, actor, now, given, close_reason=reason, closed_at=now)
    return Decision(changed, event, settles=(Rule.VERIFY, Rule.CALLBACK), withdraws_all=True)
