"""The list of callbacks to make by telephone, each with its three questions (PROCEDURE §5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from aiohttp import web

from channels.phone.texts import ATTEMPTS, REVEAL_REASON
from channels.ui.rendering import page
from channels.ui.time_format import local_text, said
from channels.web.app_keys import SHOWN
from channels.web.forms import read_form
from channels.web.rate_limits import count_account
from channels.web.region import region_of
from channels.web.routes import get, id_in, post
from channels.web.session import actor, check_csrf, now, remote_address
from hotline.actions.search.case_view import reveal_person
from hotline.actions.search.ticket_lists import CallRow, list_calls
from hotline.actions.tickets.case_file import Person
from hotline.domain.accounts.permissions import Right
from hotline.domain.callback import VERDICT_NAMES
from hotline.domain.policy.rate_limits import LimitedAction


async def show_calls(request: web.Request) -> web.Response:
    """`GET /console/calls`: list callbacks, oldest first, without phone numbers."""
    return await _calls_page(request, None, None)


async def _calls_page(request: web.Request, revealed: UUID | None, person: Person | None) -> web.Response:
    user = actor(request)
    rows = await list_calls(region_of(request), user, "reply", now(request))
    request[SHOWN] = len(rows)
    return page(
        request, "callback/calls.html", calls=[_line(row, request) for row in rows], revealed=revealed, person=person,
        verdicts=[(verdict.value, name) for verdict, name in VERDICT_NAMES.items()],
    )  # fmt: skip


def _line(row: CallRow, request: web.Request) -> dict[str, Any]:
    return {
        "ticket_id": row["ticket_id"],
        "number": row["number"],
        "title": row["title"],
        "unit": row["unit_name"] or "",
        "confidential": row["confidential"],
        "attempt": ATTEMPTS.get(row["state"], ""),
        "since": said(row["opened_at"], now(request)),
        "since_exact": local_text(row["opened_at"]),
        "href": f"/tickets/{row['ticket_id']}",
    }


async def reveal(request: web.Request) -> web.Response:
    """`POST /console/calls/{ticket_id}/reveal`: show one complainant's name and number, recorded with the reason 回访."""
    user, form, context = actor(request), await read_form(request), region_of(request)
    check_csrf(request, form.fields.get("csrf", ""))
    await count_account(request, LimitedAction.ACCOUNT_REVEAL)
    ticket_id = id_in(request, "ticket_id")
    person = await reveal_person(context, ticket_id, user, now(request), REVEAL_REASON, remote_address(request))
    if request.headers.get("HX-Request"):
        return page(request, "privacy/person.html", person=person)
    return await _calls_page(request, ticket_id, person)


routes = (
    get("/console/calls", show_calls, Right.LIST_CALLS),
    post("/console/calls/{ticket_id}/reveal", reveal, Right.LIST_CALLS),
)
