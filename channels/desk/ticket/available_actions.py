"""The actions a role may take on a ticket now, and which of them is next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels.desk.ticket.verb_forms import FORMS
from hotline.actions.tickets.case_file import CaseFile
from hotline.domain.accounts.permissions import Right, may
from hotline.domain.deadline.explanation import compute_due
from hotline.domain.dispatch.joint import owed_parts
from hotline.domain.enums import CloseReason, Outcome, Role, Rule
from hotline.domain.handling.unit_work import SPEAKS_FOR_PERSON
from hotline.domain.supervision.tiers import OWED_BY_UNIT
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import Actor, Rules

_FIRST: Mapping[State, tuple[str, ...]] = {
    State.RECEIVED: ("dispatch", "answer"),
    State.AWAITING_DETAILS: ("add_details",),
    State.DISPATCHED: ("sign", "assist"),
    State.RETURNED: ("uphold_return", "assist"),
    # Contact stays possible; the answer is next as soon as there was one.
    State.SIGNED: ("grant_extension", "reply", "contact", "assist"),
    State.REPLIED: ("callback",),
    State.INTERVIEW_OWED: ("hold_interview", "plan_interview"),
    State.INTERVIEW_HELD: ("review", "verify"),
    State.PARKED: ("resume",),
    State.CLOSED: (),
}


@dataclass(frozen=True, slots=True)
class AvailableActions:
    """Actions on a ticket: `first` is the next one for this role, or ''; in `others` the careful ones come last."""

    first: str
    others: tuple[str, ...]


def find_available(case_file: CaseFile, actor: Actor, rules: Rules, now: datetime) -> AvailableActions:
    """Return the actions `actor` may take on the ticket at `now`, without those the rules would refuse."""
    possible = {arrow.verb.value for arrow in case_file.arrows} | _asking(case_file, actor)
    facts = _Facts(case_file, actor, rules, now)
    twins = {form.twin for form in FORMS.values() if form.twin}
    shown = [verb for verb in FORMS if verb in possible and verb not in twins and facts.allow(verb)]
    first = next((verb for verb in facts.first() if verb in shown), "")
    others = sorted((verb for verb in shown if verb != first), key=lambda verb: FORMS[verb].careful)
    return AvailableActions(first, tuple(others))


def _asking(case_file: CaseFile, actor: Actor) -> set[str]:
    """Return the verbs of callbacks and verification, which are not transitions of the life-cycle table."""
    state = case_file.ticket.state
    if state is State.REPLIED and may(actor.role, Right.RECORD_CALLBACK):
        return {"callback", "no_answer", "refused"}
    if state is not State.INTERVIEW_HELD:
        return set()
    asking = {"verify", "no_answer", "refused"} if may(actor.role, Right.VERIFY_INTERVIEW) else set()
    return asking | ({"review"} if may(actor.role, Right.REVIEW_INTERVIEW) else set())


class _Facts:
    """Checks of actions against the case file, beyond the life-cycle table."""

    def __init__(self, case_file: CaseFile, actor: Actor, rules: Rules, now: datetime) -> None:
        self.case_file, self.ticket, self.actor, self.rules, self.now = case_file, case_file.ticket, actor, rules, now
        self.running = {row["rule"]: row for row in case_file.clocks if row["state"] == "running"}
        self.interview: Mapping[str, Any] = case_file.interviews[-1] if case_file.interviews else {}
        self.checks: Mapping[str, Callable[[], bool]] = {
            "contact": self._contact,
            "reply": lambda: self._contacted() and not owed_parts(self.case_file.parts),
            "comment": lambda: self.ticket.merged_into is None or actor.role in SPEAKS_FOR_PERSON,
            "unmerge": lambda: self.ticket.close_reason is CloseReason.MERGED,
            "excuse": lambda: bool(owed_parts(self.case_file.parts)),
            "return": self._returnable,
            "uphold_return": self._ruling,
            "ask_extension": self._extendable,
            "grant_extension": self._extension_waits,
            "hold_interview": self._planned,
            "review": self._reviewable,
            "remind": lambda: self.ticket.state in OWED_BY_UNIT,
            "supervise": lambda: self.ticket.tier == 0,
            "fulfil": self._instructed,
        }

    def allow(self, verb: str) -> bool:
        """Return whether the rules would accept this verb now."""
        return verb not in self.checks or self.checks[verb]()

    def first(self) -> tuple[str, ...]:
        """Return the candidates for the next action of this role, preferred first."""
        role, state, meet_at = self.actor.role, self.ticket.state, self.interview.get("meet_at")
        if role is Role.LEADER:
            return ("instruct",)
        if state is State.INTERVIEW_OWED and meet_at is not None and meet_at > self.now:
            return ()
        if state is State.SIGNED and owed_parts(self.case_file.parts) and self._contacted():
            return ("grant_extension", "assist")
        return (*_FIRST[state], "fulfil") if may(role, Right.VERIFY_INTERVIEW) else _FIRST[state]

    def _contact(self) -> bool:
        # The operator relays for the units of confidential tickets only.
        return self.actor.role is not Role.OPERATOR or self.ticket.confidential

    def _contacted(self) -> bool:
        begun = [e["at"] for e in self.case_file.events if e["verb"] in ("dispatch", "redispatch", "redo")]
        since = max(begun, default=self.ticket.received_at)
        return any(e["verb"] == "contact" and e["at"] >= since for e in self.case_file.events)

    def _returnable(self) -> bool:
        begun = [e["at"] for e in self.case_file.events if e["verb"] in ("dispatch", "redispatch")]
        window = compute_due(
            self.rules.calendar,
            self.rules.limit("return", self.ticket, self.ticket.lead_unit_id),
            max(begun, default=self.now),
        )
        return not self.ticket.return_ruled and self.now <= window.at

    def _ruling(self) -> bool:
        many = self.ticket.return_count >= self.rules.policy.returns_to_tier2
        return self.actor.role is Role.INSPECTOR or not many

    def _extendable(self) -> bool:
        reply = self.running.get(Rule.REPLY)
        left = self.ticket.extension_count < self.rules.policy.extensions
        return left and Rule.EXTENSION not in self.running and reply is not None and self.now <= reply["due_at"]

    def _extension_waits(self) -> bool:
        second = self.ticket.extension_count > 0
        return Rule.EXTENSION in self.running and (self.actor.role is Role.DISPATCHER or not second)

    def _planned(self) -> bool:
        return bool(self.interview.get("cause")) and self.interview.get("held_at") is None

    def _reviewable(self) -> bool:
        reviewed = {row["account_id"] for row in self.case_file.reviews}
        return self.interview.get("outcome") == Outcome.UNREASONABLE and self.actor.account_id not in reviewed

    def _instructed(self) -> bool:
        return any(row["fulfilled_at"] is None for row in self.case_file.instructions)
