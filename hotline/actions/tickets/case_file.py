"""The case file: a ticket with everything its page shows. `search/case_view.py` decides what each reader sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from hotline.domain.accounts.substitution import Colleague
from hotline.domain.available import Act, CaseFacts
from hotline.domain.dispatch.joint import Part
from hotline.domain.tickets.ticket import Ticket
from hotline.store.callbacks import CallbackRow as CallbackRow
from hotline.store.deadline.deadlines import EndedDeadlineRow as EndedDeadlineRow
from hotline.store.interviews import InterviewReviewRow as InterviewReviewRow
from hotline.store.interviews import InterviewRow as InterviewRow
from hotline.store.messaging.reminders import ReminderRow as ReminderRow
from hotline.store.privacy.access_log import TicketAccessRow
from hotline.store.supervision.instructions import InstructionRow as InstructionRow
from hotline.store.supervision.letters import LetterRow as LetterRow
from hotline.store.supervision.tiers import SupervisionRow as SupervisionRow
from hotline.store.tickets.attachments import AttachmentRow as AttachmentRow
from hotline.store.tickets.history import TicketEventRow as TicketEventRow


@dataclass(frozen=True, slots=True)
class Person:
    """The complainant: masked, or revealed for a recorded reason; not `shown` to a unit on a confidential ticket."""

    shown: bool
    name: str = ""
    phone: str = ""
    address: str = ""
    identity: str = ""
    may_reveal: bool = False


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything a page about one ticket shows; `may` is what the reader may do with it now, `facts` is what says so."""

    ticket: Ticket
    body: str
    person: Person
    may: frozenset[Act]
    facts: CaseFacts
    events: list[TicketEventRow]
    clocks: list[EndedDeadlineRow]
    callbacks: list[CallbackRow]
    interviews: list[InterviewRow]
    reviews: list[InterviewReviewRow]
    supervisions: list[SupervisionRow]
    letters: list[LetterRow]
    instructions: list[InstructionRow]
    reminders: list[ReminderRow]
    files: list[AttachmentRow]
    views: list[TicketAccessRow]
    units: Mapping[UUID, str]
    parts: list[Part]
    in_charge: Colleague | None = None
    staff: tuple[Colleague, ...] = ()
