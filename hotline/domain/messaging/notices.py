"""Notices: what a complainant, a unit, a person or an office is told, as a kind with facts (PROCEDURE §4).

The words are each channel's own: `channels/desk/notice_texts.py`, and `texts.py` of the other channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, StrEnum

from hotline.domain.enums import Role, Rule, Step

Facts = Mapping[str, str | int]
"""Plain JSON values by name; a moment or a date in ISO 8601."""


class NoticeKind(StrEnum):
    """Everything anybody is told."""

    DISPATCHED = "dispatched"
    TAKEN_AWAY = "taken_away"
    RETURNED = "returned"
    RETURN_UPHELD = "return_upheld"
    RETURN_REJECTED = "return_rejected"
    ASSIGNED = "assigned"
    REPLIED = "replied"
    EXTENSION_ASKED = "extension_asked"
    EXTENDED = "extended"
    EXTENSION_REFUSED = "extension_refused"
    RESUMED = "resumed"
    COMMENTED = "commented"
    RECLASSIFIED = "reclassified"
    ANSWERED = "answered"
    REDIRECTED = "redirected"
    DETAILS = "details"
    MERGED = "merged"
    UNMERGED = "unmerged"
    WITHDRAWN = "withdrawn"
    REDO = "redo"
    INTERVIEW_OWED = "interview_owed"
    INTERVIEW_PLANNED = "interview_planned"
    CALLBACK = "callback"
    REMINDER = "reminder"
    ESCALATED = "escalated"
    TIER3_OVERDUE = "tier3_overdue"
    INVITED = "invited"
    ASSISTED = "assisted"
    ASSIST_MOVED = "assist_moved"
    ASSIST_OVERDUE = "assist_overdue"
    ASSIST_OVER = "assist_over"
    EXCUSED = "excused"
    BRIEF = "brief"


class Audience(StrEnum):
    """Whom a notice is for; the value is what `Notice.to` begins with."""

    COMPLAINANT = "complainant"
    UNIT = "unit"
    PERSON = "account"
    ROLE = "role"


class AssistEnd(StrEnum):
    """Why nobody waits for an assisting unit any more."""

    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class BriefStage(StrEnum):
    """How far a weekly brief has come when somebody is told of it."""

    COMPILED = "compiled"
    APPROVING = "approving"
    SENT_BACK = "sent_back"
    ISSUED = "issued"


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """Facts that a kind carries for certain readers: the type of each by its name.

    `datetime` and `date` stand for their ISO 8601 text (a moment has an offset), an enum for one of its values.
    """

    audiences: frozenset[Audience]
    facts: Mapping[str, type]

    def fits(self, audience: str, facts: Facts) -> bool:
        """Whether a notice with these facts, to this audience, has this form."""
        return (
            audience in self.audiences
            and facts.keys() == self.facts.keys()
            and all(_is_a(facts[name], kind) for name, kind in self.facts.items())
        )


def _is_a(value: object, kind: type) -> bool:
    if kind in (str, int, bool):
        return type(value) is kind
    if not isinstance(value, str):
        return False
    if issubclass(kind, Enum):
        return value in {member.value for member in kind}
    try:
        if kind is date:
            return date.fromisoformat(value).isoformat() == value
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _form(*audiences: Audience, **facts: type) -> NoticeForm:
    return NoticeForm(frozenset(audiences), facts)


_COMPLAINANT, _UNIT, _PERSON, _ROLE = Audience
FORMS: Mapping[NoticeKind, tuple[NoticeForm, ...]] = {
    NoticeKind.DISPATCHED: (_form(_UNIT, title=str, urgent=bool),),
    NoticeKind.TAKEN_AWAY: (_form(_UNIT),),
    NoticeKind.RETURNED: (_form(_ROLE),),
    NoticeKind.RETURN_UPHELD: (_form(_UNIT),),
    NoticeKind.RETURN_REJECTED: (_form(_UNIT),),
    NoticeKind.ASSIGNED: (_form(_PERSON),),
    NoticeKind.REPLIED: (_form(_COMPLAINANT, reply=str),),
    NoticeKind.EXTENSION_ASKED: (_form(_UNIT, _ROLE),),
    NoticeKind.EXTENDED: (_form(_COMPLAINANT, limit=str),),
    NoticeKind.EXTENSION_REFUSED: (_form(_UNIT),),
    NoticeKind.RESUMED: (_form(_UNIT),),
    # With `target` the words were not passed on: the accused unit leads the ticket it was merged into.
    NoticeKind.COMMENTED: (_form(_UNIT), _form(_ROLE, target=str)),
    NoticeKind.RECLASSIFIED: (_form(_UNIT),),
    NoticeKind.ANSWERED: (_form(_COMPLAINANT, answer=str),),
    NoticeKind.REDIRECTED: (_form(_COMPLAINANT, where=str),),
    NoticeKind.DETAILS: (_form(_COMPLAINANT, missing=str),),
    NoticeKind.MERGED: (_form(_COMPLAINANT), _form(_UNIT, target=str)),
    NoticeKind.UNMERGED: (_form(_COMPLAINANT, _UNIT),),
    NoticeKind.WITHDRAWN: (_form(_UNIT),),
    NoticeKind.REDO: (_form(_UNIT),),
    NoticeKind.INTERVIEW_OWED: (_form(_COMPLAINANT, limit=str), _form(_COMPLAINANT, by=date)),
    NoticeKind.INTERVIEW_PLANNED: (_form(_COMPLAINANT, where=str),),
    NoticeKind.CALLBACK: (_form(_COMPLAINANT),),
    # By a clock's step, or by hand: `role` is then who urges.
    NoticeKind.REMINDER: (_form(_UNIT, _PERSON, rule=Rule, step=Step), _form(_UNIT, _PERSON, role=Role)),
    NoticeKind.ESCALATED: (_form(_ROLE, tier=int),),
    NoticeKind.TIER3_OVERDUE: (_form(_ROLE),),
    NoticeKind.INVITED: (_form(_UNIT, title=str, due_at=datetime),),
    # `complete`: no other assisting unit is waited for.
    NoticeKind.ASSISTED: (_form(_UNIT, complete=bool),),
    NoticeKind.ASSIST_MOVED: (_form(_UNIT, due_at=datetime),),
    # `may_excuse`: the reader may say that the lead need not wait.
    NoticeKind.ASSIST_OVERDUE: (_form(_UNIT, _ROLE, may_excuse=bool),),
    NoticeKind.ASSIST_OVER: (_form(_UNIT, why=AssistEnd),),
    NoticeKind.EXCUSED: (_form(_UNIT),),
    NoticeKind.BRIEF: (_form(_ROLE, year=int, issue=int, stage=BriefStage),),
}
"""For each kind: whom it is for and which facts it carries beside the ticket's number."""


def kinds_for(*audiences: Audience) -> frozenset[NoticeKind]:
    """Kinds that any of these may be told."""
    wanted = frozenset(audiences)
    return frozenset(kind for kind, forms in FORMS.items() if any(wanted & form.audiences for form in forms))


class UnfitFactsError(ValueError):
    """A notice whose facts, or whose reader, are not those of its kind: a fault of the program."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell; `about` tells one occasion from the next. Raises UnfitFactsError.

    `to` is 'unit:<id>', 'role:<role>', 'account:<id>' or 'complainant'. The ticket's number is added with the ticket.
    """

    kind: NoticeKind
    facts: Facts
    to: str
    about: str = ""

    def __post_init__(self) -> None:
        audience = self.to.partition(":")[0]
        if not any(form.fits(audience, self.facts) for form in FORMS[self.kind]):
            raise UnfitFactsError(f"{self.kind} to {audience} with {sorted(self.facts)}")


@dataclass(frozen=True, slots=True)
class PostedNotice:
    """A notice as the outbox keeps it, for a channel to put into words.

    `text` stands instead of facts in rows of an earlier version, which wrote the sentence itself, and is empty where
    the content was erased (PROCEDURE §6). Otherwise it is None.
    """

    kind: NoticeKind
    number: str = ""
    facts: Facts = field(default_factory=dict)
    text: str | None = None

    @classmethod
    def from_payload(cls, kind: str, payload: Mapping[str, object]) -> PostedNotice:
        """Read `{"facts", "number"}`, the earlier `{"text", "number"}`, or `{}`; raises ValueError for an unknown kind."""
        facts, number = payload.get("facts"), str(payload.get("number", ""))
        if isinstance(facts, Mapping):
            return cls(NoticeKind(kind), number, facts)
        return cls(NoticeKind(kind), number, text=str(payload.get("text", "")))


def payload_of(facts: Facts, number: str) -> dict[str, object]:
    """What the outbox keeps of a notice of the ticket with this number; '' for none."""
    return {"facts": dict(facts), "number": number}
