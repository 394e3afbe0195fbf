"""The states of a brief and who may edit, send, issue and read it (PROCEDURE §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from hotline.domain.accounts.permissions import Right, roles_of
from hotline.domain.accounts.permissions import may as holds
from hotline.domain.brief.body import BriefBody
from hotline.domain.brief.words import Line, figure_name, say
from hotline.domain.enums import Role
from hotline.domain.errors import NotAllowed, NotFound, Refusal, TooLong
from hotline.domain.messaging.notices import BriefStage, Notice, NoticeKind
from hotline.domain.text import clean
from hotline.domain.tickets.ticket import Actor

ADVICE_LIMIT = 4000
TITLE = "群众约谈工作专报"


class BriefState(StrEnum):
    """States of a brief."""

    DRAFT = "draft"
    APPROVING = "approving"
    ISSUED = "issued"


BRIEF_STATE_NAMES: Mapping[BriefState, str] = {
    BriefState.DRAFT: "草稿", BriefState.APPROVING: "待签发", BriefState.ISSUED: "已签发",
}  # fmt: skip


class WrongBriefState(Refusal):
    """这期专报现在是“{state}”，不能{label}。"""

    status: ClassVar[int] = 409


class BriefVerb(StrEnum):
    """Actions on a brief."""

    EDIT = "edit"
    SEND = "send"
    SEND_BACK = "send_back"
    ISSUE = "issue"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class BriefStep:
    """One row of the table: source states, target state (None: unchanged), allowed roles, label of the button."""

    sources: frozenset[BriefState]
    target: BriefState | None
    roles: frozenset[Role]
    label: str


_OPEN = frozenset({BriefState.DRAFT, BriefState.APPROVING})
STEPS: Mapping[BriefVerb, BriefStep] = {
    BriefVerb.EDIT: BriefStep(_OPEN, None, roles_of(Right.EDIT_BRIEF), "修改建议"),
    BriefVerb.SEND: BriefStep(
        frozenset({BriefState.DRAFT}), BriefState.APPROVING, roles_of(Right.SEND_BRIEF), "送审"
    ),
    BriefVerb.SEND_BACK: BriefStep(
        frozenset({BriefState.APPROVING}), BriefState.DRAFT, roles_of(Right.SEND_BACK_BRIEF), "退回修改"
    ),
    BriefVerb.ISSUE: BriefStep(
        frozenset({BriefState.APPROVING}), BriefState.ISSUED, roles_of(Right.ISSUE_BRIEF), "签发"
    ),
    BriefVerb.CONFIRM: BriefStep(frozenset({BriefState.ISSUED}), None, roles_of(Right.CONFIRM_BRIEF), "确认已阅"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A leader's confirmation of having read the brief."""

    account_id: UUID
    name: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief with its composed body, the counts of its frozen ticket lists, and the section added by hand."""

    brief_id: UUID
    monday: date
    year: int
    number: int
    state: BriefState
    compiled_at: datetime
    issued_at: datetime | None
    body: BriefBody
    advice: str
    counts: Mapping[str, int]
    readings: tuple[Reading, ...] = ()

    @property
    def sunday(self) -> date:
        """The last day of the week."""
        return self.monday + timedelta(days=6)

    @property
    def number_text(self) -> str:
        """The number as printed, such as 2026年第47期."""
        return f"{self.year}年第{self.number}期"

    def say(self, line: Line) -> str:
        """Return a line of the body as plain text."""
        return say(line, self.counts, self.body["rates"])

    def figure_name(self, key: str) -> str:
        """Return the Chinese name of a figure. Raises NotFound for a key the brief does not have."""
        if key not in self.counts:
            raise NotFound
        return figure_name(key, self.body["names"])


_TOLD: Mapping[BriefStage, Role] = {
    BriefStage.COMPILED: Role.SUPERVISOR,
    BriefStage.APPROVING: Role.INSPECTOR,
    BriefStage.SENT_BACK: Role.SUPERVISOR,
    BriefStage.ISSUED: Role.LEADER,
}


def brief_notice(stage: BriefStage, year: int, number: int) -> Notice:
    """Tells whoever acts next that issue `number` of the year has come this far."""
    facts = {"year": year, "issue": number, "stage": stage.value}
    return Notice(NoticeKind.BRIEF, facts, f"role:{_TOLD[stage]}")


def may(verb: BriefVerb, state: BriefState, role: Role) -> bool:
    """Return whether the role may take this step in this state."""
    return role in STEPS[verb].roles and state in STEPS[verb].sources


def check(verb: BriefVerb, state: BriefState, role: Role) -> BriefState:
    """Return the state after the step. Raises NotAllowed, WrongBriefState."""
    step = STEPS[verb]
    if role not in step.roles:
        raise NotAllowed
    if state not in step.sources:
        raise WrongBriefState(state=BRIEF_STATE_NAMES[state], label=step.label)
    return step.target or state


def check_advice(text: str) -> str:
    """Return the advice (section 8) cleaned. Raises TooLong."""
    text = clean(text)
    if len(text) > ADVICE_LIMIT:
        raise TooLong(what="工作建议", limit=ADVICE_LIMIT)
    return text


def may_read(actor: Actor, state: BriefState) -> bool:
    """Return whether the actor may read a brief: hotline and commission in every state, leaders once it is issued."""
    return holds(actor.role, Right.READ_BRIEF if state is BriefState.ISSUED else Right.READ_DRAFT)


def may_list(actor: Actor, state: BriefState) -> bool:
    """Return whether the actor may open the list behind a figure: every reader, and units once the brief is issued."""
    return may_read(actor, state) or (state is BriefState.ISSUED and holds(actor.role, Right.LIST_FIGURE))
