"""暂缓到期删除: a hold keeps a ticket beyond its retention period until it ends or is lifted (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from aiohttp import web

from channels.desk.ticket.page import ticket_id_of
from channels.desk.ticket.sections import hold_view
from channels.ui.rendering import page
from channels.web.app_keys import LOOKED_AT
from channels.web.forms import Form, read_form
from channels.web.region import region_of
from channels.web.routes import get, post
from channels.web.session import actor, check_csrf, now
from hotline.actions.privacy.retention_hold import REASON_LIMIT, hold_ticket, lift_hold, read_holds
from hotline.domain.accounts.permissions import Right
from hotline.domain.errors import Malformed, NotFound, Refusal

UNTIL = "暂缓到哪一天"


async def show_holds(request: web.Request) -> web.Response:
    """`GET /tickets/{ticket_id}/hold`: list the holds on the ticket, past and present, and show the form."""
    request[LOOKED_AT] = ticket_id_of(request)
    return await _page(request, request[LOOKED_AT], {})


async def take_hold(request: web.Request) -> web.StreamResponse:
    """`POST /tickets/{ticket_id}/hold`: set a hold (`until`, `reason`), or end the one in force (`act=lift`)."""
    user, ticket_id, form, context = (
        actor(request),
        ticket_id_of(request),
        await read_form(request),
        region_of(request),
    )
    check_csrf(request, form.fields.get("csrf", ""))
    try:
        if form.fields.get("act") == "lift":
            await lift_hold(context, ticket_id, user, now(request))
        else:
            await hold_ticket(context, ticket_id, form.fields.get("reason", ""), _until(form), user, now(request))
    except NotFound:
        raise
    except Refusal as refusal:
        return await _page(request, ticket_id, form.fields, refusal)
    return web.Response(status=303, headers={"Location": f"/tickets/{ticket_id}/hold?done=saved"})


def _until(form: Form) -> date:
    until = form.day("until", UNTIL)
    if until is None:
        raise Malformed(what=UNTIL)
    return until


async def _page(
    request: web.Request, ticket_id: UUID, typed: Mapping[str, str], refusal: Refusal | None = None
) -> web.Response:
    user, moment, context = actor(request), now(request), region_of(request)
    ticket, rows = await read_holds(context, ticket_id, user, moment)
    return page(
        request,
        "privacy/retention_hold.html",
        refusal.status if refusal else 200,
        ticket=ticket,
        holds=[hold_view(row, moment) for row in rows],
        in_force=any(row["in_force"] for row in rows),
        typed=typed,
        sentence=refusal.sentence if refusal else "",
        limit=REASON_LIMIT,
    )


routes: Sequence[web.RouteDef] = (
    get("/tickets/{ticket_id}/hold", show_holds, Right.HOLD_TICKET),
    post("/tickets/{ticket_id}/hold", take_hold, Right.HOLD_TICKET),
)
