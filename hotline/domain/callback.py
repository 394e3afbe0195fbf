"""Callbacks (回访): the three questions and what their answers cause (PROCEDURE §2, §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from hotline.domain.accounts.permissions import Right, may
from hotline.domain.deadline.timers import limit_key
from hotline.domain.deadline.working_time import Calendar, next_open
from hotline.domain.enums import CloseReason, Reason, Rule, Verdict
from hotline.domain.errors import Malformed, NotAllowed, NotFound, Refusal, WrongState, raise_if
from hotline.domain.interview import owe
from hotline.domain.messaging.notices import Notice, NoticeKind
from hotline.domain.tickets.lifecycle import STATE_NAMES, TABLE, State, Verb, refusal_of
from hotline.domain.tickets.ticket import SUPERVISION, Actor, Decision, Rules, Ticket, move

INVITATION = Notice(NoticeKind.CALLBACK, {}, "complainant")
"""Asks a person on the channel they came by to rate the answer."""
VERDICT_NAMES: Mapping[Verdict, str] = {
    Verdict.SATISFIED: "满意",
    Verdict.BASICALLY_SATISFIED: "基本满意",
    Verdict.UNDERSTOOD: "理解",
    Verdict.DISSATISFIED: "不满意",
}
_ATTEMPTS = ("waiting", "no_answer_1", "no_answer_2", "unreachable")
_OTHER_HOURS = timedelta(hours=5)


@dataclass(frozen=True, slots=True)
class Answers:
    """The complainant's answers: contacted, solved, verdict, and whether the unit's answer was at fault.

    Raises Malformed for marks outside 1 to 5 or more than 2000 characters of comment.
    """

    contacted: bool
    solved: bool
    verdict: Verdict
    answer_at_fault: bool = False
    unit_mark: int | None = None
    operator_mark: int | None = None
    words: str = ""

    def __post_init__(self) -> None:
        marks = (self.unit_mark, self.operator_mark)
        if any(mark is not None and not 1 <= mark <= 5 for mark in marks):
            raise Malformed(what="评分（1至5分）")
        if len(self.words) > 2000:
            raise Malformed(what="评价内容（最多2000字）")

    @property
    def at_fault(self) -> bool:
        """Whether the answer was at fault: no contact, off the question, or a promise not kept (PROCEDURE §2)."""
        return self.answer_at_fault or not self.contacted


def refusal_of_answers(ticket: Ticket, actor: Actor) -> Refusal | None:
    """Why the three answers cannot be taken: only after a reply, from the person or by the hotline's desk (PROCEDURE §5)."""
    if ticket.state is not State.REPLIED:
        return WrongState(state=STATE_NAMES[ticket.state], label="评价")
    return None if actor.role in TABLE[Verb.REDO].roles else NotAllowed()


def record(
    ticket: Ticket, answers: Answers, actor: Actor, rules: Rules, now: datetime, promised: datetime | None = None
) -> Decision:
    """Decide on a reply: close, redo up to the policy's `redos`, or require an interview.

    `promised` is the date of a leader's open instruction. Raises NotAllowed for supervisors and inspectors.
    """
    raise_if(refusal_of_answers(ticket, actor))
    if answers.verdict is not Verdict.DISSATISFIED:
        return close(ticket, CloseReason(answers.verdict), answers, actor, now)
    if answers.at_fault and ticket.redo_count < rules.policy.redos:
        return _redo(ticket, answers, actor, rules, now, promised)
    reason = Reason.REDOS if answers.at_fault else Reason.DISSATISFIED
    return owe(ticket, reason, told(answers), actor, rules, now, promised)


def told(answers: Answers) -> dict[str, object]:
    """Return the answers for the event; the free text is stored with the callback only."""
    return {key: value for key, value in asdict(answers).items() if key != "words"}


def close(ticket: Ticket, reason: CloseReason, answers: Answers | None, actor: Actor, now: datetime) -> Decision:
    """Close the ticket with the verdict, or with the reason why there is none."""
    given = told(answers) if answers else {"verdict": reason.value}
    changed, event = move(ticket, Verb.CLOSE, actor, now, given, close_reason=reason, closed_at=now)
    return Decision(changed, event, settles=(Rule.CALLBACK, Rule.VERIFY), withdraws_all=True)


def _redo(
    ticket: Ticket, answers: Answers, actor: Actor, rules: Rules, now: datetime, promised: datetime | None
) -> Decision:
    changed, event = move(
        ticket, Verb.REDO, actor, now, told(answers), redo_count=ticket.redo_count + 1, cycle=ticket.cycle + 1
    )
    unit = ticket.lead_unit_id
    starts = (
        rules.start(limit_key(Rule.CONTACT, ticket.kind, ticket.pace), Rule.CONTACT, changed, unit, now),
        rules.start(limit_key(Rule.REPLY, ticket.kind, ticket.pace, redo=True), Rule.REPLY, changed, unit, now),
        *rules.tier_clock(changed, now, promised),
    )
    notice = Notice(NoticeKind.REDO, {}, f"unit:{unit}")
    return Decision(
        changed, event, starts=starts, settles=(Rule.CALLBACK,), withdraws=SUPERVISION, notices=(notice,)
    )  # fmt: skip


def refusal_of_no_answer(ticket: Ticket, calling: bool, actor: Actor) -> Refusal | None:
    """Why a call nobody took cannot be entered: there is none to make, or the table. `calling`: a callback is open."""
    if ticket.state not in TABLE[Verb.NO_ANSWER].sources:
        return WrongState(state=STATE_NAMES[ticket.state], label="评价")
    return refusal_of(ticket.state, Verb.NO_ANSWER, actor.role) if calling else NotFound()


def refusal_of_refusal(ticket: Ticket, actor: Actor) -> Refusal | None:
    """Why it cannot be entered that the person does not want to be asked: the right, or the table."""
    if not may(actor.role, Right.RECORD_REFUSAL):
        return NotAllowed()
    return refusal_of(ticket.state, Verb.CLOSE, actor.role)


def no_answer(ticket: Ticket, actor: Actor, now: datetime) -> Decision:
    """Record an unanswered call in the history, as evidence of the attempts."""
    return Decision(*move(ticket, Verb.NO_ANSWER, actor, now, {}, public_text=""))


def next_attempt(state: str, calendar: Calendar, now: datetime, attempts: int = 3) -> tuple[str, datetime | None]:
    """Return the state after an unanswered call, and when to try again (at least five hours later, in office hours).

    The time is None after the last of `attempts` (at most three).
    """
    tried = _ATTEMPTS.index(state) + 1
    following = _ATTEMPTS[tried] if tried < attempts else _ATTEMPTS[-1]
    if following == "unreachable":
        return following, None
    return following, next_open(calendar, now + _OTHER_HOURS)
