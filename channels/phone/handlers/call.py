"""The operator's console: the form of a call, and the caller's earlier tickets beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.phone.inbound import FIELDS, Way, read_filing, read_way
from channels.phone.texts import DESTINATIONS, KINDS, NO_NAME, NO_NUMBER, NOTHING_LISTED, PACES, UNKNOWN_NUMBER
from channels.ui.history_view import told_text
from channels.ui.rendering import page
from channels.ui.time_format import said
from channels.web.forms import Form, read_form
from channels.web.rate_limits import count_account
from channels.web.region import region_of
from channels.web.routes import get, post
from channels.web.session import actor, check_csrf, now, remote_address
from hotline.actions.dispatch.dispatch_queue import count_calls
from hotline.actions.intake.first_contact import answer_ticket, redirect_ticket
from hotline.actions.intake.opening import Opened, open_ticket
from hotline.actions.intake.own_tickets import filed_code, own_ticket
from hotline.actions.privacy.number_hints import numbers_told
from hotline.actions.region.context import County
from hotline.actions.search.ticket_lists import ListedTicketRow, list_caller, list_latest
from hotline.domain.accounts.permissions import Right
from hotline.domain.enums import KIND_NAMES, Kind
from hotline.domain.errors import NotFound, Refusal
from hotline.domain.policy.rate_limits import LimitedAction
from hotline.domain.text import clean
from hotline.domain.tickets.lifecycle import STATE_NAMES, State
from hotline.domain.tickets.ticket import Actor
from hotline.phone import normalise

LATEST = 4


async def show_call(request: web.Request) -> web.Response:
    """`GET /console?number=&key=&way=`: show an empty form, and after a filing its number and query code to read out."""
    user = actor(request)
    opened = await _opened(request)
    return await _call_page(request, user, {}, opened=opened)


async def _opened(request: web.Request) -> dict[str, Any] | None:
    number, key = clean(request.query.get("number", "")), clean(request.query.get("key", ""))
    if not number or not key:
        return None
    context = region_of(request)
    code = await filed_code(context, number, key)
    try:
        ticket = await own_ticket(context, number, code)
    except NotFound:
        return None
    return {
        "number": number,
        "code": code,
        "href": f"/tickets/{ticket.ticket_id}",
        "way": request.query.get("way", ""),
        "told": told_text(numbers_told(context, ticket), ticket.confidential),
    }


async def _call_page(
    request: web.Request, user: Actor, values: Mapping[str, str], *, status: int = 200, error: str = "",
    opened: Mapping[str, Any] | None = None,
) -> web.Response:  # fmt: skip
    context, at = region_of(request), now(request)
    county = await context.refresh(at)
    shown = {name: values.get(name, "") for name in FIELDS} | {"confidential": bool(values.get("confidential"))}
    # A refused form keeps its client_key, so that sending it again is the same filing.
    kept = {"client_key": values["client_key"]} if values.get("client_key") else {}
    return page(
        request, "intake/call.html", status=status, values=shown, error=error, opened=opened, kinds=KINDS, paces=PACES,
        matters=_matters(county), unit_names=_unit_names(county), destinations=DESTINATIONS,
        latest=[ticket_line(row, request) for row in await list_latest(context, user, LATEST)],
        calls_waiting=await count_calls(context, at), caller=None, caller_note=NO_NUMBER, **kept,
    )  # fmt: skip


def _matters(county: County) -> list[tuple[str, str]]:
    """Return (name, search words) of each matter; the words come from the dispatch catalogue."""
    words: dict[str, set[str]] = {}
    for row in county.catalogue:
        if row.matter_id and row.place is None:
            words.setdefault(row.matter_id, set()).update(row.words)
    return [(county.matter_name(matter), " ".join(sorted(words.get(matter, ())))) for matter in county.matters]


def _unit_names(county: County) -> list[str]:
    return sorted({unit.name for unit in county.units.values()})


def ticket_line(row: ListedTicketRow, request: web.Request) -> dict[str, Any]:
    """Return a ticket as a line of the narrow lists beside the form."""
    at = row["received_at"]
    state = State(row["state"])
    tone = {State.CLOSED: "done", State.RECEIVED: "new", State.AWAITING_DETAILS: "wait"}.get(state, "open")
    facts = [said(at, now(request)), KIND_NAMES[Kind(row["kind"])], row["unit_name"] or ""]
    return {
        "number": row["number"],
        "href": f"/tickets/{row['ticket_id']}",
        "title": row["title"],
        "state": {"text": STATE_NAMES[state], "tone": tone},
        "facts": facts,
        "urgent": row["pace"] != "ordinary",
    }


async def show_caller(request: web.Request) -> web.Response:
    """`GET /console/caller?phone=`: return a fragment with earlier tickets from this number, none of them confidential."""
    user, context = actor(request), region_of(request)
    phone = clean(request.query.get("phone", ""))[:40]
    await count_account(request, LimitedAction.ACCOUNT_SEARCH)
    rows = await list_caller(context, phone, user, now(request), remote_address(request)) if phone else []
    is_valid = bool(phone) and normalise(phone, area_code=context.area_code) is not None
    note = "" if rows else NOTHING_LISTED if is_valid else UNKNOWN_NUMBER if phone else NO_NUMBER
    lines = [ticket_line(one.row, request) | {"name": one.masked_name or NO_NAME} for one in rows]
    return page(request, "intake/caller.html", caller=lines, caller_note=note)


async def file_call(request: web.Request) -> web.StreamResponse:
    """`POST /console/tickets`: register a call; redirect to an empty form (`stay`) or to the ticket."""
    user, form = actor(request), await read_form(request)
    check_csrf(request, form.fields.get("csrf", ""))
    try:
        opened, way = await _register(request, form, user)
    except Refusal as refusal:
        return await _call_page(request, user, form.fields, status=refusal.status, error=refusal.sentence)
    if form.flag("stay"):
        query = urlencode({"number": opened.ticket.number, "key": form.client_key or "", "way": way.value})
        raise web.HTTPSeeOther(f"/console?{query}")
    raise web.HTTPSeeOther(f"/tickets/{opened.ticket.ticket_id}?opened=1")


async def _register(request: web.Request, form: Form, user: Actor) -> tuple[Opened, Way]:
    """Open the ticket, and close it at once if the call was answered or redirected. Raises Refusal."""
    context, at = region_of(request), now(request)
    await context.refresh(at)
    way, texts = read_way(form)
    opened = await open_ticket(context, read_filing(context, form), user, at)
    ticket_id, key = opened.ticket.ticket_id, f"{form.client_key}:out"
    if way is Way.ANSWER:
        await answer_ticket(context, ticket_id, user, at, {"answer": texts["answer"]}, key)
    elif way is Way.REDIRECT:
        await redirect_ticket(context, ticket_id, user, at, {"where": texts["where"]}, key)
    return opened, way


routes = (
    get("/console", show_call, Right.TAKE_CALL),
    get("/console/caller", show_caller, Right.SEARCH_CALLER),
    post("/console/tickets", file_call, Right.TAKE_CALL),
)
