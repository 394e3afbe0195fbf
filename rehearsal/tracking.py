"""State of each message during a rehearsal: its ticket, what was done, what is planned next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hotline.domain.tickets.lifecycle import State, Verb
from hotline.domain.tickets.ticket import Ticket
from rehearsal.behaviour.schedule import PlannedAction, Situation
from rehearsal.messages import Arrival, Caller, Message
from rehearsal.store.tickets import InterviewRow, TicketEventRow

_NEW_ROUNDS = frozenset({Verb.DISPATCH, Verb.REDISPATCH, Verb.REDO})
_ASKED_ANEW = frozenset({Verb.REPLY, Verb.HOLD_INTERVIEW})
_EXTENSIONS = frozenset({Verb.ASK_EXTENSION, Verb.GRANT_EXTENSION, Verb.REFUSE_EXTENSION})


@dataclass(slots=True)
class TrackedMessage:
    """One message and its ticket. `plan` is the number of the present plan: actions of an earlier one are dropped."""

    arrival: Arrival
    key: str
    ticket_id: UUID | None = None
    number: str = ""
    code: str = ""
    plan: int = 0
    seen: Situation | None = None
    state: State | None = None
    unit_id: UUID | None = None
    contacted: bool = False
    planned: bool = False
    extension_asked: bool = False
    instructed: bool = False
    fulfilled: bool = False
    attempts: int = 0
    reviews: int = 0
    troubles: int = 0
    outcome: str = ""
    meet_at: datetime | None = None
    assisting_id: UUID | None = None
    part_owed: bool = False
    told: list[str] = field(default_factory=list)

    def observe(self, ticket: Ticket) -> None:
        """Update from the ticket; facts of an earlier round are reset."""
        moved, handed = ticket.state is not self.state, ticket.lead_unit_id != self.unit_id
        if handed or (moved and self.state is State.REPLIED):
            self.contacted = self.extension_asked = False
        if moved:
            self.planned, self.meet_at = False, None
            self.attempts = self.reviews = self.troubles = 0
        self.state, self.unit_id = ticket.state, ticket.lead_unit_id
        if moved and not self.arrival.caller.openid:
            self.attempts = 1  # cannot be asked online
        self.ticket_id, self.number = ticket.ticket_id, ticket.number

    def share(self, assisting: tuple[UUID, bool] | None) -> None:
        """Store who assists and whether that unit still owes its part."""
        self.assisting_id, self.part_owed = assisting or (None, False)

    def recall(self, events: Sequence[TicketEventRow], interviews: Sequence[InterviewRow], reviews: int) -> None:
        """Restore what an earlier run did in the present round, from the history."""
        verbs = [str(event["verb"]) for event in events]
        this_round = _since(verbs, _NEW_ROUNDS)
        self.contacted = Verb.CONTACT in this_round
        asked = [verb for verb in this_round if verb in _EXTENSIONS]
        self.extension_asked = asked[-1:] == [Verb.ASK_EXTENSION]
        self.instructed, self.fulfilled = Verb.INSTRUCT in verbs, Verb.FULFIL in verbs
        self.attempts += _since(verbs, _ASKED_ANEW).count(Verb.NO_ANSWER)
        self.reviews = reviews
        newest = interviews[-1] if interviews else None
        if newest is not None:
            self.outcome = newest["outcome"] or ""
            if self.state is State.INTERVIEW_OWED and newest["held_at"] is None and newest["meet_at"] is not None:
                self.planned, self.meet_at = True, newest["meet_at"]

    def situation(self, ticket: Ticket, unit: str, assisting: str = "") -> Situation:
        """The facts that decide the next action."""
        return Situation(
            key=self.key,
            unit=unit,
            state=ticket.state,
            cycle=ticket.cycle,
            tier=ticket.tier,
            channel=ticket.channel,
            kind=ticket.kind,
            urgent=ticket.urgent,
            confidential=ticket.confidential,
            contacted=self.contacted,
            planned=self.planned,
            extension_asked=self.extension_asked,
            returnable=not ticket.return_ruled,
            return_count=ticket.return_count,
            attempts=self.attempts,
            troubles=self.troubles,
            reviews=self.reviews,
            instructed=self.instructed,
            outcome=self.outcome,
            meet_at=self.meet_at,
            assisting=assisting,
            part_owed=self.part_owed,
        )

    def remember(self, action: PlannedAction) -> None:
        """Store that an action was carried out."""
        match action.verb:
            case "contact":
                self.contacted = True
            case "plan_interview":
                self.planned, self.meet_at = True, datetime.fromisoformat(f"{action.fields['meet_at']}+08:00")
            case "hold_interview":
                self.outcome = action.fields["outcome"]
            case "ask_extension":
                self.extension_asked = True
            case "grant_extension" | "refuse_extension":
                self.extension_asked = False
            case "no_answer":
                self.attempts += 1
            case "review":
                self.reviews += 1
            case "instruct":
                self.instructed = True
            case "fulfil":
                self.fulfilled = True


def _since(verbs: Sequence[str], beginnings: frozenset[Verb]) -> Sequence[str]:
    """The verbs after the last one of `beginnings`."""
    starts = [place for place, verb in enumerate(verbs) if verb in beginnings]
    return verbs[starts[-1] + 1 :] if starts else verbs


def adopt(ticket: Ticket) -> TrackedMessage:
    """Track a ticket of an earlier run; its caller is not known any more, so callbacks go by telephone."""
    index = int(ticket.number.rpartition("-")[2])
    message = Message(index, ticket.body, ticket.title)
    caller = Caller("", "", "")
    arrival = Arrival(ticket.received_at, message, ticket.channel, ticket.kind, caller, ticket.matter_id, ticket.place)
    return TrackedMessage(arrival, f"adopted-{ticket.number}")
