"""电子监察: yellow and red cards of a month by unit, and the tickets behind each count (PROCEDURE §9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from aiohttp import web

from channels.ui.rendering import page
from channels.ui.ticket_rows import card_view, place_in_lists, state_view
from channels.ui.time_format import said
from channels.web.app_keys import SHOWN
from channels.web.region import region_of
from channels.web.routes import get
from channels.web.session import actor, now
from hotline.actions.region.context import RegionContext
from hotline.actions.supervision.cards import CardTicketRow, count_by_unit, list_cards
from hotline.domain.accounts.permissions import Right
from hotline.domain.enums import KIND_NAMES, Kind
from hotline.domain.errors import NotFound
from hotline.domain.policy.limits import Limit, Policy
from hotline.domain.privacy.personal_numbers import mask_text
from hotline.domain.supervision.cards import COLOUR_NAMES, Card, Colour
from hotline.domain.supervision.tiers import TIER_NAMES
from hotline.domain.tickets.ticket import Actor
from hotline.holidays import ZONE

FIRST_YEAR = 2000


async def show_cards(request: web.Request) -> web.Response:
    """`GET /cards?month=`: count the cards of each unit in a local month. Raises NotFound for an invalid month."""
    user, moment, context = actor(request), now(request), region_of(request)
    view = await month_view(context, user, moment, _month(request, moment))
    return page(request, "supervision/cards.html", m=view, rules=rules_said(context.rules.policy))


async def show_card_list(request: web.Request) -> web.Response:
    """`GET /cards/{colour}?month=&unit=`: list the tickets with this unit's cards of a colour. Raises NotFound."""
    user, moment, context = actor(request), now(request), region_of(request)
    month, colour, unit = _month(request, moment), Colour(request.match_info["colour"]), _unit(request)
    cards = await list_cards(context, month, user, moment)
    rows = [_row(card, row, moment) for card, row in cards if card.unit_id == unit and card.colour is colour]
    name = f"{context.county.unit_name(unit)}{month.year}年{month.month}月{COLOUR_NAMES[colour]}"
    request[SHOWN] = len(rows)
    return page(
        request, "supervision/cards_list.html", here="/cards", name=name, back=f"/cards?month={month:%Y-%m}", rows=rows
    )


async def month_view(
    context: RegionContext, user: Actor, moment: datetime, month: date | None = None
) -> Mapping[str, Any]:
    """Return the variables of components/cards.html for `month`, by default the month of `moment`."""
    this = moment.astimezone(ZONE).date().replace(day=1)
    month = month or this
    cards = [card for card, _ in await list_cards(context, month, user, moment)]
    name = "本月" if month == this else f"{month.year}年{month.month}月"
    before, after = (month - timedelta(days=1)).replace(day=1), (month + timedelta(days=31)).replace(day=1)
    return {
        "name": name,
        "rows": [_unit_row(context, month, *row) for row in count_by_unit(cards)],
        "empty": f"{name}没有黄牌和红牌。",
        "yellow": sum(card.colour is Colour.YELLOW for card in cards),
        "red": sum(card.colour is Colour.RED for card in cards),
        "prev_href": f"/cards?month={before:%Y-%m}" if before.year >= FIRST_YEAR else None,
        "next_href": f"/cards?month={after:%Y-%m}" if after <= this else None,
    }


def _unit_row(context: RegionContext, month: date, unit: UUID, yellow: int, red: int) -> Mapping[str, Any]:
    counts = {Colour.YELLOW: yellow, Colour.RED: red}
    cells = {
        colour.value: {
            "count": count, "name": COLOUR_NAMES[colour], "href": f"/cards/{colour}?month={month:%Y-%m}&unit={unit}",
        }
        for colour, count in counts.items()
    }  # fmt: skip
    return {"unit": context.county.unit_name(unit), **cells}


def _row(card: Card, row: CardTicketRow, moment: datetime) -> Mapping[str, Any]:
    """Return the argument of the macro ui.ticket_row: the ticket with the card counted."""
    return {
        "number": row["number"],
        "href": f"/tickets/{row['ticket_id']}",
        "title": mask_text(row["title"]),
        "card": card_view([card]),
        "facts": [
            f"{said(card.since, moment)}亮牌",
            row["unit_name"] or "",
            KIND_NAMES[Kind(row["kind"])],
            place_in_lists(row["confidential"], row["place"]),
        ],
        "state": state_view(row["state"]),
    }


def rules_said(policy: Policy) -> Sequence[str]:
    """Return the county's rules of cards as Chinese sentences."""
    cards = policy.cards
    red, urgent = (Limit.parse(text).in_words for text in (cards.red, cards.red_urgent))
    warned = [f"到期前{Limit.parse(cards.warning).in_words}先亮黄牌提示，按时办好不计牌。"] if cards.warning else []
    return [
        *warned,
        "单位的签收、联系、答复、约谈等期限过了没有办，亮黄牌。",
        f"超期满{red}（按自然时间办的满{urgent}）还没有办，转红牌。",
        f"因单位逾期或者工作不到位列入{TIER_NAMES[cards.tier]}以上的，亮红牌；领导批示和关注不亮牌。",
        "牌由期限和督办记录自动得出：补办、改期、挂账后工单上的牌自动撤下。同一工单一个单位一个月只计一次，按最重的计。",
    ]


def _month(request: web.Request, moment: datetime) -> date:
    """Return the first day of the month in the query, by default of the current month. Raises NotFound."""
    month_text = request.query.get("month")
    if month_text is None:
        return moment.astimezone(ZONE).date().replace(day=1)
    try:
        month = date.fromisoformat(f"{month_text}-01")
    except ValueError:
        raise NotFound from None
    if not FIRST_YEAR <= month.year <= moment.year + 1:
        raise NotFound
    return month


def _unit(request: web.Request) -> UUID:
    try:
        return UUID(request.query.get("unit", ""))
    except ValueError:
        raise NotFound from None


routes: Sequence[web.RouteDef] = (
    get("/cards", show_cards, Right.READ_CARDS),
    get(f"/cards/{{colour:{'|'.join(Colour)}}}", show_card_list, Right.READ_CARDS),
)
