"""Electronic supervision (电子监察): cards on tickets now and those given in a month, within the reader's row scope
(PROCEDURE §6, §9).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.privacy.visibility import may_see, sees_all
from hotline.domain.supervision.cards import Card, Colour, cards_given, cards_on, earliest_due
from hotline.domain.tickets.ticket import Actor
from hotline.store.supervision import cards as store
from hotline.store.supervision.cards import CardTicketRow as CardTicketRow


async def cards_of_tickets(
    context: RegionContext, ticket_ids: Sequence[UUID], actor: Actor, now: datetime
) -> dict[UUID, tuple[Card, ...]]:
    """Return the cards these tickets have now, gravest first; a unit sees only its own and its sub-units' cards."""
    if not ticket_ids:
        return {}
    async with context.reading(actor) as conn:
        watched = await store.watch_tickets(conn, context.region, list(ticket_ids))
    by_ticket: dict[UUID, tuple[Card, ...]] = {}
    for card in _own(context, actor, cards_on(watched, context.rules.policy, context.rules.calendar, now)):
        by_ticket[card.ticket_id] = (*by_ticket.get(card.ticket_id, ()), card)
    return by_ticket


async def list_cards(
    context: RegionContext, month: date, actor: Actor, now: datetime
) -> list[tuple[Card, CardTicketRow]]:
    """List the cards given in a local month up to now, oldest first, each with its ticket.

    The head of a unit sees cards of the unit and its sub-units, on tickets these still have. Raises NotAllowed.
    """
    allow(actor, Right.READ_CARDS)
    begin = _begin(context, month)
    # The upper bound is exclusive, and a card given at `now` counts.
    until = min(_begin(context, _next_month(month)), now + timedelta(microseconds=1))
    async with context.reading(actor) as conn:
        cards = _own(context, actor, await read_cards(context, conn, begin, until))
        tickets = await store.list_tickets(conn, context.region, sorted({card.ticket_id for card in cards}))
    scope = context.county.scope(actor)
    rows = [(card, tickets[card.ticket_id]) for card in cards if card.ticket_id in tickets]
    return [(card, row) for card, row in rows if may_see(actor, row["unit_ids"], scope)]


async def read_cards(context: RegionContext, conn: Connection, since: datetime, until: datetime) -> tuple[Card, ...]:
    """Return every card given from `since` (inclusive) to `until` (exclusive), under the policy in force."""
    policy, calendar = context.rules.policy, context.rules.calendar
    earliest = min(since, earliest_due(policy, calendar, since))
    watched = await store.watch_period(conn, context.region, earliest, since, until)
    return cards_given(watched, policy, calendar, since, until)


def count_by_unit(cards: Sequence[Card]) -> list[tuple[UUID, int, int]]:
    """Return (unit, yellow, red) for every unit that has a card, most red cards first."""
    counted = Counter((card.unit_id, card.colour) for card in cards)
    units = {card.unit_id for card in cards}
    rows = [(unit, counted[unit, Colour.YELLOW], counted[unit, Colour.RED]) for unit in units]
    return sorted(rows, key=lambda row: (-row[2], -row[1], str(row[0])))


def _own(context: RegionContext, actor: Actor, cards: Sequence[Card]) -> list[Card]:
    scope = context.county.scope(actor)
    return [card for card in cards if sees_all(actor.role) or card.unit_id in scope]


def _begin(context: RegionContext, day: date) -> datetime:
    return datetime.combine(day.replace(day=1), time(0), context.rules.calendar.zone).astimezone(UTC)


def _next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
