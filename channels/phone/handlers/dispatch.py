"""The dispatcher's lists: tickets to dispatch, returns to rule on, and extensions beyond the first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from aiohttp import web

from channels.phone.inbound import unit_of
from channels.ui.rendering import page
from channels.ui.ticket_rows import card_view
from channels.ui.time_format import due_view, local_text, said
from channels.web.forms import read_form
from channels.web.region import region_of
from channels.web.routes import get, id_in, post
from channels.web.session import actor, check_csrf, now
from hotline.actions.dispatch.dispatch_queue import (
    ExtensionRequestRow,
    QueuedTicketRow,
    ReturnedTicketRow,
    Waiting,
    list_extensions,
    list_rulings,
    list_undispatched,
)
from hotline.actions.dispatch.handover import dispatch_ticket
from hotline.actions.region.context import County
from hotline.actions.supervision.cards import cards_of_tickets
from hotline.domain.accounts.permissions import Right
from hotline.domain.enums import KIND_NAMES, Kind
from hotline.domain.errors import Missing, NotFound, Refusal
from hotline.domain.supervision.cards import Card
from hotline.domain.tickets.lifecycle import Verb


async def show_dispatch(request: web.Request) -> web.Response:
    """`GET /console/dispatch`: show the three lists, earliest due first."""
    return await _dispatch_page(request)


async def _dispatch_page(
    request: web.Request,
    *,
    status: int = 200,
    faulty: str = "",
    typed: Mapping[str, str] | None = None,
    error: str = "",
) -> web.Response:
    person, context, at = actor(request), region_of(request), now(request)
    county = await context.refresh(at)
    returned, extensions = await list_rulings(context, person, at), await list_extensions(context, person, at)
    cards = await cards_of_tickets(
        context, [row["ticket_id"] for row in (*(q.row for q in returned), *(q.row for q in extensions))], person, at
    )
    return page(
        request, "dispatch.html", status=status, faulty=faulty, typed=typed or {}, error=error,
        received=[_received(waiting, county, at) for waiting in await list_undispatched(context, person)],
        returned=[_requested(question.row, county, at, cards) | {"may": question.may} for question in returned],
        extensions=[_extension(question.row, county, at, cards) | {"may": question.may} for question in extensions],
        unit_names=sorted({unit.name for unit in county.units.values()}),
    )  # fmt: skip


def _received(waiting: Waiting, county: County, at: datetime) -> dict[str, Any]:
    suggested = waiting.suggested
    return _line(waiting.row, county, at) | {
        "body": waiting.body,
        "suggested_id": str(suggested) if suggested else "",
        "suggested": county.unit_name(suggested) if suggested else "",
        "accused": county.unit_name(waiting.row["accused_unit_id"]) if waiting.row["accused_unit_id"] else "",
    }


def _requested(
    row: ReturnedTicketRow | ExtensionRequestRow, county: County, at: datetime, cards: Mapping[UUID, Sequence[Card]]
) -> dict[str, Any]:
    """Return a line with the unit's request to return the ticket or to extend its deadline."""
    details = row["details"] or {}
    return _line(row, county, at) | {
        "card": card_view(cards.get(row["ticket_id"], ())),
        "reason": details.get("reason", ""),
        "basis": details.get("basis", ""),
        "returns": row["return_count"],
    }


def _extension(
    row: ExtensionRequestRow, county: County, at: datetime, cards: Mapping[UUID, Sequence[Card]]
) -> dict[str, Any]:
    reply_due = row["reply_due_at"]
    return _requested(row, county, at, cards) | {"reply_due": local_text(reply_due) if reply_due else ""}


def _line(row: QueuedTicketRow, county: County, at: datetime) -> dict[str, Any]:
    urgent = row["pace"] != "ordinary"
    return {
        "ticket_id": str(row["ticket_id"]),
        "number": row["number"],
        "title": row["title"],
        "href": f"/tickets/{row['ticket_id']}",
        "urgent": urgent,
        "confidential": row["confidential"],
        "card": None,
        "unit": row["unit_name"] or "",
        "facts": [KIND_NAMES[Kind(row["kind"])], county.matter_name(row["matter_id"]), row["place"], said(row["received_at"], at)],
        "due": due_view(row["due_at"], at, county.rules.calendar, natural=urgent) if row["due_at"] else None,
    }  # fmt: skip


async def dispatch(request: web.Request) -> web.StreamResponse:
    """`POST /console/dispatch/{ticket_id}`: dispatch a ticket to a unit by name; a refusal is shown in its line."""
    person, form, context = actor(request), await read_form(request), region_of(request)
    check_csrf(request, form.fields.get("csrf", ""))
    ticket_id = id_in(request, "ticket_id")
    await context.refresh(now(request))
    try:
        unit_id = unit_of(context.county, form.text("unit"), "承办单位")
        if unit_id is None:
            raise Missing(what="承办单位")
        await dispatch_ticket(
            context, ticket_id, unit_id, person, now(request), form.text("reason"), form.client_key,
            assisting=_named(context.county, form.text("assisting")), task=form.text("task"),
        )  # fmt: skip
    except NotFound:
        raise
    except Refusal as refusal:
        return await _dispatch_page(
            request, status=refusal.status, faulty=str(ticket_id), typed=form.fields, error=refusal.sentence
        )
    raise web.HTTPSeeOther("/console/dispatch?done=dispatch")


def _named(county: County, text: str) -> list[UUID]:
    """Return units by name, separated by 、 or a comma or semicolon. Raises Malformed for an unknown name."""
    names = [name for name in re.split("[、，,;；]+", text) if name.strip()]
    return [unit for name in names if (unit := unit_of(county, name, "协办单位")) is not None]


routes = (
    get("/console/dispatch", show_dispatch, Right.LIST_UNDISPATCHED),
    post("/console/dispatch/{ticket_id}", dispatch, Verb.DISPATCH),
)
