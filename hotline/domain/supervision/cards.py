"""Yellow and red cards (电子监察), derived from deadlines and tiers and never stored (PROCEDURE §9).

A unit's missed deadline is a yellow card; it turns red when the deadline stays overdue too long, or when the unit's own
lateness or fault brought the ticket to a high tier. The thresholds are the policy's `cards`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from hotline.domain.deadline.explanation import compute_due
from hotline.domain.deadline.timers import Deadline
from hotline.domain.deadline.working_time import Calendar, Pause, subtract_working_days, subtract_working_time
from hotline.domain.enums import Reason
from hotline.domain.policy.limits import Limit, Policy
from hotline.domain.supervision.tiers import REASON_NAMES, RULE_NAMES, TIER_NAMES
from hotline.domain.tickets.supervision import REASONS, TIER_OF

RedAt = Callable[[Deadline, tuple[Pause, ...]], datetime]


class Colour(StrEnum):
    """Colours of a card."""

    YELLOW = "yellow"
    RED = "red"


COLOUR_NAMES: Mapping[Colour, str] = {Colour.YELLOW: "黄牌", Colour.RED: "红牌"}


@dataclass(frozen=True, slots=True)
class Raised:
    """A tier the ticket entered; `unit_id` is the addressee of its letter."""

    ticket_id: UUID
    unit_id: UUID
    tier: int
    reason: Reason
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """What cards are derived from: units' deadlines, tiers entered, and each ticket's pauses (挂账)."""

    clocks: tuple[Deadline, ...] = ()
    raised: tuple[Raised, ...] = ()
    rests: Mapping[UUID, tuple[Pause, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """A unit's card on a ticket: since when, and why (in Chinese)."""

    colour: Colour
    ticket_id: UUID
    unit_id: UUID
    since: datetime
    reason: str


def cards_on(watched: Watched, policy: Policy, calendar: Calendar, now: datetime) -> tuple[Card, ...]:
    """Return the cards shown at `now`, the most severe first; deadlines that are done, moved or paused show none."""
    red_at = _red_clock(policy, calendar)
    found = [card for clock in watched.clocks for card in _shown(clock, watched, policy, calendar, red_at, now)]
    found += _of_tiers(watched.raised, policy)
    return tuple(sorted(found, key=_gravity))


def card_of(watched: Watched, policy: Policy, calendar: Calendar, now: datetime) -> Card | None:
    """Return the most severe card shown at `now`, or None. `watched` covers one ticket."""
    return next(iter(cards_on(watched, policy, calendar, now)), None)


def cards_given(
    watched: Watched, policy: Policy, calendar: Calendar, since: datetime, until: datetime
) -> tuple[Card, ...]:
    """Return the cards of a period, oldest first: each ticket counts once for a unit, by its most severe card.

    A missed deadline keeps its card even if the work was done later; a warning before the deadline never counts.
    """
    red_at = _red_clock(policy, calendar)
    found = [card for clock in watched.clocks for card in _given(clock, watched, policy, red_at, until)]
    found += _of_tiers(watched.raised, policy)
    gravest: dict[tuple[UUID, UUID], Card] = {}
    for card in sorted((card for card in found if since <= card.since < until), key=_gravity):
        gravest.setdefault((card.ticket_id, card.unit_id), card)
    return tuple(sorted(gravest.values(), key=lambda card: (card.since, str(card.ticket_id), str(card.unit_id))))


def earliest_due(policy: Policy, calendar: Calendar, since: datetime) -> datetime:
    """Return a moment such that no deadline missed before it can turn red from `since` on."""
    spans = (Limit.parse(text) for text in (policy.cards.red, policy.cards.red_urgent))
    # A deadline may have been missed outside office hours, before the red span began to count.
    return subtract_working_days(calendar, min(_before(calendar, span, since) for span in spans), 1)


def _before(calendar: Calendar, limit: Limit, at: datetime) -> datetime:
    span = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}[limit.unit] * limit.amount
    if limit.natural:
        return at - span
    if limit.unit == "d":
        return subtract_working_days(calendar, at, limit.amount)
    return subtract_working_time(calendar, at, span)


def _gravity(card: Card) -> tuple[bool, datetime]:
    return card.colour is not Colour.RED, card.since


def _natural(clock: Deadline) -> bool:
    return "natural" in clock.limit_text


def _red_clock(policy: Policy, calendar: Calendar) -> RedAt:
    """Return a function for when a missed deadline turns red.

    Results are cached, since many deadlines end together at the close of a day.
    """
    cards = policy.cards

    @lru_cache(maxsize=4096)
    def after(text: str, due_at: datetime, rests: tuple[Pause, ...]) -> datetime:
        return compute_due(calendar, Limit.parse(text), due_at, rests).at

    def red_at(clock: Deadline, rests: tuple[Pause, ...]) -> datetime:
        if TIER_OF.get(clock.rule, 0) >= cards.tier:
            return clock.due_at
        return after(cards.red_urgent if _natural(clock) else cards.red, clock.due_at, rests)

    return red_at


def _shown(
    clock: Deadline, watched: Watched, policy: Policy, calendar: Calendar, red_at: RedAt, now: datetime
) -> Iterator[Card]:
    if clock.unit_id is None or clock.done_at is not None or clock.state not in ("running", "missed"):
        return
    name = RULE_NAMES[clock.rule]
    if now < clock.due_at:
        warned = _warned_at(clock, policy, calendar)
        if warned is not None and warned <= now:
            yield Card(Colour.YELLOW, clock.ticket_id, clock.unit_id, warned, f"{name}将到期")
        return
    turned = red_at(clock, watched.rests.get(clock.ticket_id, ()))
    if turned <= now:
        yield Card(Colour.RED, clock.ticket_id, clock.unit_id, turned, _red_reason(clock, policy))
    else:
        yield Card(Colour.YELLOW, clock.ticket_id, clock.unit_id, clock.due_at, f"{name}超期")


def _given(clock: Deadline, watched: Watched, policy: Policy, red_at: RedAt, until: datetime) -> Iterator[Card]:
    if clock.unit_id is None or clock.state != "missed":
        return
    yield Card(Colour.YELLOW, clock.ticket_id, clock.unit_id, clock.due_at, f"{RULE_NAMES[clock.rule]}超期")
    turned = red_at(clock, watched.rests.get(clock.ticket_id, ()))
    if turned < until and (clock.done_at is None or turned <= clock.done_at):
        yield Card(Colour.RED, clock.ticket_id, clock.unit_id, turned, _red_reason(clock, policy))


def _red_reason(clock: Deadline, policy: Policy) -> str:
    name = RULE_NAMES[clock.rule]
    if TIER_OF.get(clock.rule, 0) >= policy.cards.tier:
        return f"{name}超期"
    limit = Limit.parse(policy.cards.red_urgent if _natural(clock) else policy.cards.red)
    return f"{name}超期满{limit.in_words}"


def _of_tiers(raised: Iterable[Raised], policy: Policy) -> Iterator[Card]:
    for one in raised:
        if one.tier >= policy.cards.tier and REASONS[one.reason].unit_at_fault:
            reason = f"{REASON_NAMES[one.reason]}，列入{TIER_NAMES[one.tier]}"
            yield Card(Colour.RED, one.ticket_id, one.unit_id, one.opened_at, reason)


def _warned_at(clock: Deadline, policy: Policy, calendar: Calendar) -> datetime | None:
    """Return when the warning before a deadline begins; None if it would precede the start."""
    text = policy.cards.warning_urgent if _natural(clock) else policy.cards.warning
    if not text:
        return None
    at = _before(calendar, Limit.parse(text), clock.due_at)
    return at if clock.started_at < at else None
