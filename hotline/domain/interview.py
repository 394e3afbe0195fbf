"""Interviews (群众约谈): required after a dissatisfied callback; plan, hold, then verify (PROCEDURE §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.domain.deadline.timers import BY_DATE, Start
from hotline.domain.enums import CloseReason, Outcome, Reason, Rule, Verdict
from hotline.domain.errors import Malformed, NoReviewYet
from hotline.domain.messaging.notices import Facts, Notice, NoticeKind
from hotline.domain.tickets.lifecycle import Verb, check, check_given
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
TIER_CLOCKS: Mapping[int, tuple[str, Rule]] = {
    1: ("interview", Rule.INTERVIEW),
    2: ("tier2", Rule.TIER2),
    3: ("tier3", Rule.TIER3),
}
REVIEWERS = 2


def owe(
    ticket: Ticket, reason: Reason, given: Mapping[str, Any], actor: Actor, rules: Rules, now: datetime,
    promised: datetime | None = None,
) -> Decision:  # fmt: skip
    """Require an interview: the tier's letter and deadline start. A ticket never goes back to a lower tier.

    A date `promised` to a leader is the interview's deadline too.
    """
    tier = max(ticket.tier, 1)
    if reason is Reason.STILL_DISSATISFIED:
        tier = min(ticket.tier + 1, 3)
    changed, event = move(ticket, Verb.OWE_INTERVIEW, actor, now, given, cycle=ticket.cycle + 1)
    key, rule = TIER_CLOCKS[tier]
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
    """Record the plan (steps 1 and 2): cause, solution with its rules, time, place. Raises Malformed if in the past."""
    if meet_at <= now:
        raise Malformed(what="约谈时间（要在将来）")
    changed, event = move(
        ticket, Verb.PLAN_INTERVIEW, actor, now, given, public_text=f"约谈已安排：{given.get('meet_where')}。"
    )
    notice = Notice(NoticeKind.INTERVIEW_PLANNED, {"where": str(given.get("meet_where"))}, "complainant")
    return Decision(changed, event, notices=(notice,))


def hold(
    ticket: Ticket,
    owed_at: datetime,
    held_at: datetime,
    actor: Actor,
    rules: Rules,
    now: datetime,
    given: Mapping[str, Any],
) -> Decision:
    """Record the interview held (step 3): minutes, outcome, the complainant's verdict; the deadline to verify starts.

    Raises NotAllowed, WrongState, Missing, Malformed.
    """
    check(ticket.state, Verb.HOLD_INTERVIEW, actor.role)
    check_given(Verb.HOLD_INTERVIEW, given)
    if not owed_at <= held_at <= now:
        raise Malformed(what="实际约谈时间（要在启动约谈之后、现在之前）")
    if given.get("held_place") not in PLACE_NAMES:
        raise Malformed(what="约谈场所")
    if given.get("outcome") not in list(Outcome):
        raise Malformed(what="约谈结果")
    if given.get("person_verdict") not in (Verdict.SATISFIED, Verdict.UNDERSTOOD, Verdict.DISSATISFIED):
        raise Malformed(what="群众意见")
    if Outcome(str(given.get("outcome"))) is Outcome.DONE and not given.get("promised_on"):
        raise Malformed(what="承诺办结日期（“能办到”要写明日期）")
    changed, event = move(ticket, Verb.HOLD_INTERVIEW, actor, now, given)
    clock = rules.start("verify", Rule.VERIFY, changed, None, now)
    return Decision(
        changed,
        event,
        starts=(clock,),
        settles=SUPERVISION,
        callback_stage="interview",
    )


def verify(
    ticket: Ticket, agreed: int, verdict: Verdict, unit_at_fault: bool,
    given: Mapping[str, Any], actor: Actor, rules: Rules, now: datetime, promised: datetime | None = None,
) -> Decision:  # fmt: skip
    """Decide after tiers 1 and 2 verified the verdict with the complainant.

    Still dissatisfied through the unit's fault: the next tier. Dissatisfied without the unit's fault: closed only if
    two other reviewers agreed (`agreed`) that the demand is unreasonable, whatever outcome the unit recorded. Raises
    NoReviewYet.
    """
    if verdict is Verdict.DISSATISFIED and unit_at_fault:
        return owe(ticket, Reason.STILL_DISSATISFIED, given, actor, rules, now, promised)
    reason = CloseReason.UNREASONABLE if verdict is Verdict.DISSATISFIED else CloseReason(verdict)
    if reason is CloseReason.UNREASONABLE and agreed < REVIEWERS:
        raise NoReviewYet(missing=REVIEWERS - agreed)
    changed, event = move(ticket, Verb.CLOSE, actor, now, given, close_reason=reason, closed_at=now)
    return Decision(changed, event, settles=(Rule.VERIFY, Rule.CALLBACK), withdraws_all=True)
