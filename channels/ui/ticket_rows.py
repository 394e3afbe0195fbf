"""View models of tickets in lists: state, cards, due time, window."""

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
# The unit has done its part, or the deadlines are paused.
_RESTING = frozenset({State.REPLIED, State.INTERVIEW_HELD, State.PARKED})
# The deadline of a supervised ticket by its tier.
_TIER_RULES: Mapping[int, Rule] = {1: Rule.SUPERVISED, 2: Rule.TIER2, 3: Rule.TIER3}


@dataclass(frozen=True, slots=True)
class StateView:
    """Argument of the template macro ui.state_badge."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class CardView:
    """Argument of the template macro ui.card: 黄牌 or 红牌, yellow or red, and the reason."""

    text: str
    tone: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketRow:
    """Argument of the template macro ui.ticket_row; `late` names the assisting units whose part is overdue."""

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
    """Return the badge of a state."""
    known = State(state)
    return StateView(STATE_NAMES[known], TONES[known])


def inbox_row(
    row: Row, now: datetime, county: County, cards: Sequence[Card] = (), late: Sequence[Row] = ()
) -> TicketRow:
    """Return a row of the inbox with its next deadline, the most severe of `cards`, and overdue parts (`late`)."""
    due = window = None
    if row["state"] not in (State.PARKED, State.CLOSED) and row["due_at"] is not None:
        due, window = _running(row, now, county)
    running = f"{RULE_NAMES[Rule(row['rule'])]}期限" if due else _ending(row, now)
    return replace(_row(row, now, due, window, running), card=card_view(cards), late=late_text(late, county))


def _running(row: Row, now: datetime, county: County) -> tuple[DueView, WindowView | None]:
    if row["rule"] == Rule.ASSIST and row["pace"] != Pace.ORDINARY:
        # A part follows the lead's deadline, which runs in natural time on an urgent ticket.
        return part_due(row, now, county), None
    clock = {**row, "started_at": row["clock_started_at"]}
    due = clock_due(clock, now, county.rules.calendar)
    return due, window_view(clock, now, county.rules.calendar, tier=row["tier"], most=MOST_DAYS_SMALL, due=due)


def _ending(row: Row, now: datetime) -> str:
    """Return how a ticket was closed, such as 今天 10:00 办结（满意）; empty while it is open."""
    if row["state"] != State.CLOSED:
        return ""
    return f"{said(row['closed_at'], now)} 办结（{CLOSE_NAMES[CloseReason(row['close_reason'])]}）"


def supervised_row(
    row: Row, now: datetime, county: County, cards: Sequence[Card] = (), late: Sequence[Row] = ()
) -> TicketRow:
    """Return a row of the supervision page; the window is that of the tier in force."""
    calendar = county.rules.calendar
    rule = _TIER_RULES[row["in_force"]]
    if row["in_force"] == 1 and row["state"] == State.INTERVIEW_OWED:
        rule = Rule.INTERVIEW
    key = "interview" if rule is Rule.INTERVIEW else rule.value
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
    """Return the overdue parts, such as 协办超期：教育局、永安镇; empty if there are none."""
    return f"协办超期：{'、'.join(county.unit_name(row['unit_id']) for row in late)}" if late else ""


def part_due(row: Row, now: datetime, county: County) -> DueView:
    """Return how late a part is, in natural time if its ticket's limits run in natural time."""
    natural = row["pace"] != Pace.ORDINARY
    return due_view(row["due_at"], now, county.rules.calendar, natural=natural)


def card_view(cards: Sequence[Card]) -> CardView | None:
    """Return the first, most severe card as a badge; None without cards."""
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
    """Return the place without numbers; empty for a confidential ticket, since it may be the complainant's home."""
    return "" if row["confidential"] else mask_text(row["place"])
