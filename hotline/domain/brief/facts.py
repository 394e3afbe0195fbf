"""Facts a brief is computed from; each already restricted to the week in local time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from hotline.domain.brief.week import Week
from hotline.domain.policy.limits import Policy


@dataclass(frozen=True, slots=True)
class Received:
    """A ticket received. `person` distinguishes complainants; `instant` means answered at first contact."""

    ticket_id: UUID
    channel: str
    kind: str
    matter_id: str | None
    place: str
    received_at: datetime
    person: bytes
    instant: bool
    repeated: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """A counted event with the unit concerned: answer, dispatch, redispatch, uphold_return, reject_return or redo."""

    ticket_id: UUID
    verb: str
    unit_id: UUID | None


@dataclass(frozen=True, slots=True)
class Closed:
    """A ticket closed; `reworked` if a redo or an interview preceded."""

    ticket_id: UUID
    close_reason: str
    reworked: bool


@dataclass(frozen=True, slots=True)
class DeadlineFact:
    """A deadline that was met, missed or withdrawn; `due_at` includes a granted extension (PROCEDURE §8)."""

    ticket_id: UUID
    unit_id: UUID | None
    rule: str
    state: str
    due_at: datetime
    ended_at: datetime | None
    interview_owed: bool = False


@dataclass(frozen=True, slots=True)
class CallbackFact:
    """A callback that ended; it is valid if it is done and has a verdict."""

    ticket_id: UUID
    unit_id: UUID | None
    state: str
    contacted: bool | None
    solved: bool | None
    verdict: str | None

    @property
    def valid(self) -> bool:
        """Whether the callback counts in the rates (PROCEDURE §5)."""
        return self.state == "done" and self.verdict is not None


@dataclass(frozen=True, slots=True)
class Met:
    """An interview that became due (`held` false) or was held in the week, with the complainant's latest verdict."""

    ticket_id: UUID
    unit_id: UUID
    held: bool
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket open at the end of the week, with its tier at that moment."""

    ticket_id: UUID
    tier: int


@dataclass(frozen=True, slots=True)
class Carded:
    """A card given to a unit in the week (电子监察): yellow or red."""

    ticket_id: UUID
    unit_id: UUID
    colour: str


@dataclass(frozen=True, slots=True)
class Period:
    """All facts counted for one week."""

    received: tuple[Received, ...] = ()
    happened: tuple[Happened, ...] = ()
    closed: tuple[Closed, ...] = ()
    clocks: tuple[DeadlineFact, ...] = ()
    asked: tuple[CallbackFact, ...] = ()
    met: tuple[Met, ...] = ()
    standing: tuple[Standing, ...] = ()
    carded: tuple[Carded, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketFact:
    """A ticket named in the brief. `subject` is printable: anonymous, or just the matter if confidential."""

    ticket_id: UUID
    number: str
    subject: str
    unit: str


@dataclass(frozen=True, slots=True)
class InterviewCase:
    """An interview of the week; its texts hold no personal data."""

    case: TicketFact
    held_at: datetime
    held_place: str
    official: str
    cause: str
    solution: str
    outcome: str
    promised_on: date | None
    person_verdict: str
    verified: str | None


@dataclass(frozen=True, slots=True)
class SupervisedCase:
    """A ticket on tier 2 or 3 at the end of the week; `state` is the ticket's state at that moment."""

    case: TicketFact
    tier: int
    reason: str
    opened_at: datetime
    due_at: datetime
    state: str
    planned: bool


@dataclass(frozen=True, slots=True)
class LatePart:
    """An assisting unit's part that is overdue at the end of the week; `case.unit` is the assisting unit."""

    case: TicketFact
    lead: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class InstructionCase:
    """A leader's instruction that is open or was fulfilled in the week."""

    case: TicketFact
    leader: str
    text: str
    due_on: date
    written_at: datetime
    fulfilled_at: datetime | None
    fulfilment: str


@dataclass(frozen=True, slots=True)
class Peer:
    """A unit the brief compares with its peers; stations and villages count for the peer above them."""

    unit_id: UUID
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class WeekFacts:
    """All facts of a brief. An earlier week is None if the hotline did not exist yet."""

    county: str
    week: Week
    policy: Policy
    this: Period
    last_week: Period | None
    last_year: Period | None
    interviews: tuple[InterviewCase, ...]
    supervised: tuple[SupervisedCase, ...]
    instructions: tuple[InstructionCase, ...]
    peers: tuple[Peer, ...]
    peer_of: Mapping[UUID, UUID]
    matters: Mapping[str, str]
    late_parts: tuple[LatePart, ...] = ()
