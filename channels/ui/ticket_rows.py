"""View models of tickets in lists: state, cards, due time, window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from channels.ui.deadline_view import MOST_DAYS_SMALL, WindowLimit, WindowView, window_view
from channels.ui.limit_view import clock_due
from channels.ui.time_format import DueView, due_view, said
from hotline.actions.dispatch.joint import OverduePartRow
from hotline.actions.region.context import County
from hotline.actions.search.ticket_lists import InboxTicketRow, ListedTicketRow, SupervisedTicketRow
from hotline.domain.enums import CLOSE_NAMES, KIND_NAMES, CloseReason, Kind, Pace, Reason, Rule
from hotline.domain.privacy.personal_numbers import mask_text
from hotline.domain.supervision.cards import COLOUR_NAMES, Card
from hotline.domain.supervision.tiers import REASON_NAMES, RULE_NAMES, TIER_NAMES
from hotline.domain.tickets.lifecycle import STATE_NAMES, State
from hotline.domain.tickets.supervision import clock_of

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
    row: InboxTicketRow, now: datetime, county: County, cards: Sequence[Card] = (), late: Sequence[OverduePartRow] = ()
) -> TicketRow:
    """An open ticket with the limit that ends first, the gravest of its `cards`, and the parts that are late."""
    due, window, running = None, None, ""
    clock = _limit_of(row)
    if row["state"] != State.PARKED and clock is not None:
        due, window = _running(row, clock, now, county)
        running = f"{RULE_NAMES[Rule(clock['rule'])]}期限"
    return replace(_row(row, now, due, window, running), card=card_view(cards), late=late_text(late, county))


def _limit_of(row: InboxTicketRow) -> WindowLimit | None:
    """The limit a row is sorted by; None where nothing runs."""
    rule, started_at, due_at, limit_text = row["rule"], row["clock_started_at"], row["due_at"], row["limit_text"]
    if rule is None or started_at is None or due_at is None or limit_text is None:
        return None
    return {"rule": rule, "started_at": started_at, "due_at": due_at, "limit_text": limit_text, "pauses": []}


def _running(
    row: ListedTicketRow, clock: WindowLimit, now: datetime, county: County
) -> tuple[DueView, WindowView | None]:
    if clock["rule"] == Rule.ASSIST and row["pace"] != Pace.ORDINARY:
        # A part follows the lead's limit, and an urgent one runs through nights and weekends.
        return part_due(clock["due_at"], row["pace"], now, county), None
    due = clock_due(clock, now, county.rules.calendar)
    return due, window_view(clock, now, county.rules.calendar, tier=row["tier"], most=MOST_DAYS_SMALL, due=due)


def closed_row(
    row: ListedTicketRow, now: datetime, county: County, cards: Sequence[Card] = (), late: Sequence[OverduePartRow] = ()
) -> TicketRow:
    """A closed ticket with when and how it ended, its gravest card, and the parts that are late."""
    ending = _row(row, now, None, None, _ending(row, now))
    return replace(ending, card=card_view(cards), late=late_text(late, county))


def _ending(row: ListedTicketRow, now: datetime) -> str:
    """Return how a ticket was closed, such as 今天 10:00 办结（满意）; empty while it is open."""
    if row["closed_at"] is None or row["close_reason"] is None:
        return ""
    return f"{said(row['closed_at'], now)} 办结（{CLOSE_NAMES[CloseReason(row['close_reason'])]}）"


def supervised_row(
    row: SupervisedTicketRow,
    now: datetime,
    county: County,
    cards: Sequence[Card] = (),
    late: Sequence[OverduePartRow] = (),
) -> TicketRow:
    """Return a row of the supervision page; the window is that of the tier in force."""
    calendar = county.rules.calendar
    key, rule = clock_of(row["in_force"], interview=row["state"] == State.INTERVIEW_OWED)
    clock: WindowLimit = {
        "rule": rule, "started_at": row["opened_at"], "due_at": row["due_at"],
        "limit_text": str(county.rules.policy.limit(key)), "pauses": [],
    }  # fmt: skip
    due = window = None
    if row["state"] not in _RESTING:
        due = due_view(row["due_at"], now, calendar)
        window = window_view(clock, now, calendar, tier=row["in_force"], most=MOST_DAYS_SMALL, due=due)
    shown = _row(row, now, due, window, REASON_NAMES[Reason(row["reason"])])
    return replace(shown, card=card_view(cards), late=late_text(late, county))


def late_text(late: Sequence[OverduePartRow], county: County) -> str:
    """Return the overdue parts, such as 协办超期：教育局、永安镇; empty if there are none."""
    return f"协办超期：{'、'.join(county.unit_name(row['unit_id']) for row in late)}" if late else ""


def part_due(due_at: datetime, pace: str, now: datetime, county: County) -> DueView:
    """When an assisting unit's part is due: in natural time where the ticket's pace runs in natural time."""
    return due_view(due_at, now, county.rules.calendar, natural=pace != Pace.ORDINARY)


def card_view(cards: Sequence[Card]) -> CardView | None:
    """Return the first, most severe card as a badge; None without cards."""
    return CardView(COLOUR_NAMES[cards[0].colour], cards[0].colour.value, cards[0].reason) if cards else None


def _row(
    row: ListedTicketRow, now: datetime, due: DueView | None, window: WindowView | None, running: str
) -> TicketRow:
    facts = (
        row["unit_name"] or "",
        place_in_lists(row["confidential"], row["place"]),
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


def place_in_lists(confidential: bool, place: str) -> str:
    """Return the place without numbers; empty for a confidential ticket, since it may be the complainant's home."""
    return "" if confidential else mask_text(place)
