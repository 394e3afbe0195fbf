"""Tickets in lists, people, and turning pages: rows as the design pieces take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from channels.ui.deadline_view import MOST_DAYS_SMALL, WindowView, clock_due, window_view
from channels.ui.time_format import DueView, due_view, said
from hotline.actions.region.context import County
from hotline.domain.enums import CLOSE_NAMES, KIND_NAMES, CloseReason, Kind, Pace, Reason, Rule
from hotline.domain.privacy.personal_numbers import mask_text
from hotline.domain.supervision.cards import COLOUR_NAMES, Card
from hotline.domain.supervision.tiers import REASON_NAMES, RULE_NAMES, TIER_NAMES
from hotline.domain.tickets.lifecycle import STATE_NAMES, State
from hotline.domain.tickets.supervision import clock_of

Row = Mapping[str, Any]
TONES: Mapping[State, str] = {
    State.RECEIVED: "new",
    State.AWAITING_DETAILS: "wait",
    State.DISPATCHED: "new",
    State.RETURNED: "wait",
    State.SIGNED: "open",
    State.REPLIED: "wait",
    State.INTERVIEW_OWED: "open",
    State.INTERVIEW_HELD: "wait",
    State.PARKED: "wait",
    State.CLOSED: "done",
}
# The unit has done its part, or the clocks rest.
_RESTING = frozenset({State.REPLIED, State.INTERVIEW_HELD, State.PARKED})


@dataclass(frozen=True, slots=True)
class StateView:
    """What ui.state_badge takes."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class CardView:
    """What ui.card takes: 黄牌 or 红牌, yellow or red, and why."""

    text: str
    tone: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketRow:
    """What ui.ticket_row takes; `late` names the assisting units that are late with their part."""

    number: str
    href: str
    title: str
    urgent: bool
    state: StateView
    facts: tuple[str, ...]
    due: DueView | None
    window: WindowView | None
    card: CardView | None = None
    late: str = ""


def state_view(state: str) -> StateView:
    """The state as a badge."""
    known = State(state)
    return StateView(STATE_NAMES[known], TONES[known])


def inbox_row(
    row: Row, now: datetime, county: County, cards: Sequence[Card] = (), late: Sequence[Row] = ()
) -> TicketRow:
    """A row of the inbox with the limit that runs out first, the gravest of its `cards`, and the parts that are late."""
    due = window = None
    if row["state"] not in (State.PARKED, State.CLOSED) and row["due_at"] is not None:
        due, window = _running(row, now, county)
    running = f"{RULE_NAMES[Rule(row['rule'])]}期限" if due else _ending(row, now)
    return replace(_row(row, now, due, window, running), card=card_view(cards), late=late_text(late, county))


def _running(row: Row, now: datetime, county: County) -> tuple[DueView, WindowView | None]:
    if row["rule"] == Rule.ASSIST and row["pace"] != Pace.ORDINARY:
        # A part follows the lead's limit, and an urgent one runs through nights and weekends.
        return part_due(row, now, county), None
    clock = {**row, "started_at": row["clock_started_at"]}
    due = clock_due(clock, now, county.rules.calendar)
    return due, window_view(clock, now, county.rules.calendar, tier=row["tier"], most=MOST_DAYS_SMALL, due=due)


def _ending(row: Row, now: datetime) -> str:
    """今天 10:00 办结（满意）; empty while the ticket is open."""
    if row["state"] != State.CLOSED:
        return ""
    return f"{said(row['closed_at'], now)} 办结（{CLOSE_NAMES[CloseReason(row['close_reason'])]}）"


def supervised_row(
    row: Row, now: datetime, county: County, cards: Sequence[Card] = (), late: Sequence[Row] = ()
) -> TicketRow:
    """A row of the supervision bench: the window is that of the tier in force."""
    calendar = county.rules.calendar
    key, rule = clock_of(row["in_force"], interview=row["state"] == State.INTERVIEW_OWED)
    clock = {
        "rule": rule, "started_at": row["opened_at"], "due_at": row["due_at"], "state": "running",
        "limit_text": str(county.rules.policy.limit(key)),
    }  # fmt: skip
    due = window = None
    if row["state"] not in _RESTING:
        due = due_view(row["due_at"], now, calendar)
        window = window_view(clock, now, calendar, tier=row["in_force"], most=MOST_DAYS_SMALL, due=due)
    told = _row(row, now, due, window, REASON_NAMES[Reason(row["reason"])])
    return replace(told, card=card_view(cards), late=late_text(late, county))


def late_text(late: Sequence[Row], county: County) -> str:
    """协办超期：教育局、永安镇; empty when nobody is late with a part."""
    return f"协办超期：{'、'.join(county.unit_name(row['unit_id']) for row in late)}" if late else ""


def part_due(row: Row, now: datetime, county: County) -> DueView:
    """By how much a part is late: in natural time where its ticket's limits run in natural time."""
    natural = row["pace"] != Pace.ORDINARY
    return due_view(row["due_at"], now, county.rules.calendar, natural=natural)


def card_view(cards: Sequence[Card]) -> CardView | None:
    """The gravest of a ticket's cards as a mark; None for none."""
    return CardView(COLOUR_NAMES[cards[0].colour], cards[0].colour.value, cards[0].reason) if cards else None


def _row(row: Row, now: datetime, due: DueView | None, window: WindowView | None, running: str) -> TicketRow:
    facts = (
        row["unit_name"] or "",
        place_in_lists(row),
        KIND_NAMES[Kind(row["kind"])],
        f"{said(row['received_at'], now)} 受理",
        TIER_NAMES[row["tier"]] if row["tier"] else "",
        f"{said(row['parked_until'], now)} 恢复" if row["parked_until"] else "",
        running,
    )
    return TicketRow(
        number=row["number"],
        href=f"/tickets/{row['ticket_id']}",
        title=mask_text(row["title"]),
        urgent=row["pace"] != Pace.ORDINARY,
        state=state_view(row["state"]),
        facts=tuple(fact for fact in facts if fact),
        due=due,
        window=window,
    )


def place_in_lists(row: Row) -> str:
    """Where it is, without numbers; of a confidential ticket nothing, since it may be where the person lives."""
    return "" if row["confidential"] else mask_text(row["place"])
