"""回避: staff declare an interest in a ticket and lose access to it (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from aiohttp import web

from channels.desk.ticket.page import ticket_id_of
from channels.ui.navigation import ROLE_NAMES, first_page
from channels.ui.rendering import page
from channels.ui.time_format import said
from channels.web.app_keys import LOOKED_AT
from channels.web.forms import read_form
from channels.web.region import region_of
from channels.web.routes import get, post
from channels.web.session import actor, check_csrf, now, viewer
from hotline.actions.accounts.recusal import REASON_LIMIT, list_recusals, recuse
from hotline.domain.accounts.permissions import Right, may_recuse_others
from hotline.domain.enums import Role
from hotline.domain.errors import NotFound, Refusal


async def show_recusals(request: web.Request) -> web.Response:
    """`GET /tickets/{ticket_id}/recusal`: list who is recused, and show the form."""
    request[LOOKED_AT] = ticket_id_of(request)
    return await _page(request, request[LOOKED_AT], {})


async def take_recusal(request: web.Request) -> web.StreamResponse:
    """`POST /tickets/{ticket_id}/recusal`: recuse the user, or for a dispatcher the user with `login`."""
    who, ticket_id, form = actor(request), ticket_id_of(request), await read_form(request)
    check_csrf(request, form.fields.get("csrf", ""))
    login = form.fields.get("login", "").strip()
    try:
        await recuse(region_of(request), ticket_id, login, form.fields.get("reason", ""), who, now(request))
    except NotFound:
        if not login:
            raise
        return await _page(request, ticket_id, form.fields, 422, f"没有登录名为“{login[:64]}”的人。")
    except Refusal as refusal:
        return await _page(request, ticket_id, form.fields, refusal.status, refusal.sentence)
    own = login in ("", viewer(request).login)
    target = first_page(who.role) if own else f"/tickets/{ticket_id}/recusal"
    return web.Response(status=303, headers={"Location": target})


async def _page(
    request: web.Request, ticket_id: UUID, typed: Mapping[str, str], status: int = 200, sentence: str = ""
) -> web.Response:
    who, moment = actor(request), now(request)
    rows = await list_recusals(region_of(request), ticket_id, who)
    return page(
        request,
        "privacy/recusal.html",
        status,
        ticket_id=ticket_id,
        people=[
            (row["name"], ROLE_NAMES[Role(row["role"])], row["reason"], said(row["declared_at"], moment))
            for row in rows
        ],
        names_others=may_recuse_others(who.role),
        typed=typed,
        sentence=sentence,
        limit=REASON_LIMIT,
    )


routes: Sequence[web.RouteDef] = (
    get("/tickets/{ticket_id}/recusal", show_recusals, Right.RECUSE),
    post("/tickets/{ticket_id}/recusal", take_recusal, Right.RECUSE),
)
