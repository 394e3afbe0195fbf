"""请假 and AB岗: leaves of absence and their substitutes (PROCEDURE §9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from channels.desk.ticket.verb_forms import Options
from channels.ui.navigation import ROLE_NAMES
from channels.ui.rendering import page
from channels.ui.time_format import local_text
from channels.web.forms import read_form
from channels.web.region import region_of
from channels.web.routes import get, post
from channels.web.session import actor, check_csrf, now
from hotline.actions.accounts.leave import ListedLeaveRow, end_leave, enter_leave, list_colleagues, list_leaves
from hotline.actions.region.context import County
from hotline.domain.accounts.permissions import Right
from hotline.domain.accounts.substitution import Colleague
from hotline.domain.errors import Missing, NotFound, Refusal
from hotline.holidays import ZONE

HERE = "/desk/leave"
Typed = Mapping[str, str]


async def show_leave(request: web.Request) -> web.Response:
    """`GET /desk/leave`: list current and future leaves, with the form for a new one."""
    return await _page(request, {})


async def take_leave(request: web.Request) -> web.StreamResponse:
    """`POST /desk/leave`: enter a leave; if refused, the form comes back with what was typed."""
    user, form = actor(request), await read_form(request)
    check_csrf(request, form.fields.get("csrf", ""))
    try:
        person, substitute = form.uuid("person", "请假的人"), form.uuid("substitute", "代岗的人")
        if person is None:
            raise Missing(what="请假的人")
        begin, end = form.moment("away_from", "离岗时间", ZONE), form.moment("away_until", "回岗时间", ZONE)
        await enter_leave(region_of(request), person, begin, end, substitute, user, now(request))
    except NotFound:
        raise
    except Refusal as refusal:
        return await _page(request, form.fields, refusal)
    return web.Response(status=303, headers={"Location": f"{HERE}?done=saved"})


async def stop_leave(request: web.Request) -> web.StreamResponse:
    """`POST /desk/leave/end`: end a leave now (销假). Raises Missing, Malformed, NotFound."""
    user, form = actor(request), await read_form(request)
    check_csrf(request, form.fields.get("csrf", ""))
    person = form.uuid("person", "请假的人")
    if person is None:
        raise Missing(what="请假的人")
    await end_leave(region_of(request), person, form.moment("away_from", "离岗时间", ZONE), user, now(request))
    return web.Response(status=303, headers={"Location": f"{HERE}?done=saved"})


async def _page(request: web.Request, typed: Typed, refusal: Refusal | None = None) -> web.Response:
    user, context, moment = actor(request), region_of(request), now(request)
    rows = await list_leaves(context, user, moment)
    choices = await list_colleagues(context, user)
    alone = len(choices.people) == 1
    return page(
        request,
        "accounts/leave.html",
        200 if refusal is None else refusal.status,
        leaves=[_view(row, moment, context.county) for row in rows],
        people=_options(choices.people, context.county),
        substitutes=_options(choices.substitutes, context.county),
        typed={"person": str(choices.people[0].account_id) if alone else str(user.account_id), **typed},
        sentence=refusal.sentence if refusal else "",
    )


def _options(people: Sequence[Colleague], county: County) -> Options:
    return tuple(
        (str(person.account_id), f"{person.name}（{county.unit_name(person.unit_id)} {ROLE_NAMES[person.role]}）")
        for person in people
    )


def _view(row: ListedLeaveRow, moment: datetime, county: County) -> dict[str, Any]:
    return {
        "person": row["account_id"],
        "name": row["name"],
        "unit": county.unit_name(row["unit_id"]),
        "away_from": row["away_from"].isoformat(),
        "span": f"{local_text(row['away_from'])} 至 {local_text(row['away_until'])}",
        "away": row["away_from"] <= moment,
        "substitute": row["substitute_name"] or "",
        "may_end": row["may_end"],
    }


routes: Sequence[web.RouteDef] = (
    get(HERE, show_leave, Right.ENTER_LEAVE),
    post(HERE, take_leave, Right.ENTER_LEAVE),
    post(f"{HERE}/end", stop_leave, Right.ENTER_LEAVE),
)
