"""The supervision bench: tickets under supervision with their windows, and interviews to verify by telephone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from channels.desk.supervision.cards import month_view
from channels.desk.texts import NOBODY_SUPERVISED
from channels.desk.ticket.form_view import plain_form
from channels.ui.pagination import page_number, pager
from channels.ui.rendering import page
from channels.ui.ticket_rows import part_due, supervised_row
from channels.ui.time_format import said
from channels.web.app_keys import SHOWN
from channels.web.region import region_of
from channels.web.routes import get
from channels.web.session import actor, now
from hotline.actions.dispatch.joint import OverduePartListRow, late_parts_of_tickets, list_late_parts
from hotline.actions.intake.opening import new_client_key
from hotline.actions.interview import list_reviews_wanted
from hotline.actions.region.context import County, RegionContext
from hotline.actions.search.ticket_lists import list_calls, list_supervised
from hotline.actions.supervision.cards import cards_of_tickets
from hotline.domain.accounts.permissions import Right, may
from hotline.domain.errors import NotFound
from hotline.domain.privacy.personal_numbers import mask_text
from hotline.domain.supervision.tiers import TIER_NAMES
from hotline.domain.tickets.ticket import Actor

PAGE = 50
_TIERS = {"": [1, 2, 3], "1": [1], "2": [2], "3": [3]}


async def show_supervision(request: web.Request) -> web.Response:
    """`GET /supervision?tier=&page=`: list tickets by tier and due time, and calls and reviews to make."""
    user = actor(request)
    context, moment, chosen = region_of(request), now(request), request.query.get("tier", "")
    if chosen not in _TIERS:
        raise NotFound
    number = page_number(request.query.get("page", ""))
    rows = await list_supervised(context, user, _TIERS[chosen], PAGE, (number - 1) * PAGE)
    request[SHOWN] = len(rows)
    shown = [row["ticket_id"] for row in rows]
    cards = await cards_of_tickets(context, shown, user, moment)
    late = await late_parts_of_tickets(context, shown, user, moment)
    return page(
        request,
        "supervision/bench.html",
        tickets=[
            supervised_row(row, moment, context.county, cards.get(row["ticket_id"], ()), late.get(row["ticket_id"], ()))
            for row in rows
        ],
        late=[late_part(row, moment, context.county) for row in await list_late_parts(context, user, moment)],
        cards=await month_view(context, user, moment),
        over=sum(row["due_at"] < moment for row in rows),
        total=rows[0]["total"] if rows else 0,
        tiers=[
            (f"/supervision?tier={key}" if key else "/supervision", TIER_NAMES[int(key)] if key else "全部", key == chosen)
            for key in _TIERS
        ],
        pager=pager(rows, number, PAGE, f"/supervision?tier={chosen}&page="),
        empty=NOBODY_SUPERVISED[chosen],
        calls=await _calls(context, user, request) if may(user.role, Right.LIST_VERIFICATIONS) else [],
        reviews=await _reviews(context, user, request) if may(user.role, Right.REVIEW_INTERVIEW) else [],
    )  # fmt: skip


def late_part(row: OverduePartListRow, moment: datetime, county: County) -> dict[str, Any]:
    """Return the row of an overdue part: assisting unit, ticket, lead unit, delay; `total` counts all overdue parts."""
    return {
        "href": f"/tickets/{row['ticket_id']}",
        "number": row["number"],
        "title": mask_text(row["title"]),
        "unit": county.unit_name(row["unit_id"]),
        "lead": county.unit_name(row["lead_unit_id"]),
        "due": part_due(row["due_at"], row["pace"], moment, county),
        "total": row["total"],
    }


async def _calls(context: RegionContext, user: Actor, request: web.Request) -> list[dict[str, Any]]:
    """Return interviews that await verification by telephone, oldest first, each with its forms."""
    moment = now(request)
    rows = await list_calls(context, user, "interview", moment)
    return [
        {
            "ticket_id": row["ticket_id"],
            "number": row["number"],
            "title": mask_text(row["title"]),
            "unit": row["unit_name"] or "",
            "since": said(row["opened_at"], moment),
            "tries": {"no_answer_1": "已有一次未接通", "no_answer_2": "已有两次未接通"}.get(row["state"], ""),
            "verify": plain_form(row["ticket_id"], "verify", new_client_key()),
            "no_answer": plain_form(row["ticket_id"], "no_answer", new_client_key()),
        }
        for row in rows
    ]


async def _reviews(context: RegionContext, user: Actor, request: web.Request) -> list[dict[str, Any]]:
    """Return interviews whose outcome “unreasonable” awaits this user's review, each with its form."""
    return [
        {
            "ticket_id": row["ticket_id"],
            "number": row["number"],
            "title": mask_text(row["title"]),
            "unit": row["unit_name"] or "",
            "since": said(row["held_at"], now(request)),
            "agreed": row["agreed"],
            "review": plain_form(row["ticket_id"], "review", new_client_key()),
        }
        for row in await list_reviews_wanted(context, user)
    ]


routes: Sequence[web.RouteDef] = (get("/supervision", show_supervision, Right.LIST_SUPERVISED),)
