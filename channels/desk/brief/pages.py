"""The weekly brief: its page, its files, the tickets behind each figure; and letters as files (PROCEDURE §7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from aiohttp import web

from channels.desk.brief.view import brief_view, figure_rows, paged
from channels.ui.pagination import page_number
from channels.ui.rendering import page, viewer_mark
from channels.web.app_keys import LOOKED_AT, SHOWN
from channels.web.downloads import FORMATS, Format, as_download
from channels.web.forms import Form, read_form
from channels.web.region import region_of
from channels.web.routes import Each, get, id_in, post
from channels.web.session import Handler, actor, check_csrf, now
from hotline.actions.brief import publication as briefs
from hotline.actions.region.context import RegionContext
from hotline.actions.supervision.letters import read_letter
from hotline.documents import brief_sheet, letter_file, letter_sheet
from hotline.domain.accounts.permissions import Right
from hotline.domain.brief.issue import BriefState
from hotline.domain.errors import NotFound
from hotline.domain.tickets.ticket import Actor
from hotline.holidays import ZONE

# Confirmation by the `done` parameter of the redirect after a form.
DONE: Mapping[str, str] = {
    "advice": "工作建议已保存。",
    "approve": "已送审，等待签发。",
    "back": "已退回修改。",
    "issue": "已签发，县领导已收到通知。",
    "read": "已确认阅读。",
}
StepHandler = Callable[[RegionContext, date, Form, Actor, datetime], Awaitable[None]]


async def show_newest(request: web.Request) -> web.Response:
    """`GET /briefs`: show the newest brief the user may read, or a page saying that there is none."""
    user = actor(request)
    rows = await briefs.list_briefs(region_of(request), user)
    if not rows:
        return page(request, "brief/none.html")
    return await _show(request, user, rows[0]["week_start"], rows)


async def show_brief(request: web.Request) -> web.Response:
    """`GET /briefs/{week}`: show the brief of the week that starts on this Monday. Raises NotFound."""
    user, monday = actor(request), _monday(request)
    return await _show(request, user, monday, await briefs.list_briefs(region_of(request), user))


async def _show(request: web.Request, user: Actor, monday: date, rows: Sequence[briefs.ListedBriefRow]) -> web.Response:
    brief = await briefs.read_brief(region_of(request), monday, user)
    done = request.query.get("done", "")
    flashes = [("done", DONE[done])] if done in DONE else []
    others = [row for row in rows if row["week_start"] != monday]
    return page(request, "brief/brief.html", flashes=flashes, **brief_view(brief, user, others))


async def show_figure(request: web.Request) -> web.Response:
    """`GET /briefs/{week}/figures/{key}?page=`: list the tickets counted in a figure. Raises NotFound."""
    user, monday = actor(request), _monday(request)
    key = request.match_info["key"]
    figure = await briefs.list_figure(region_of(request), monday, key, user)
    rows = figure_rows(figure.rows, now(request))
    request[SHOWN] = len(rows)
    shown, pager = paged(rows, request.rel_url.raw_path, page_number(request.query.get("page", "")))
    context: dict[str, Any] = {"name": figure.name, "monday": monday, "rows": shown, "total": len(rows), "pager": pager}
    return page(request, "brief/figure.html", here="/briefs", **context)


def send_brief(form: Format) -> Handler:
    """Return a handler that sends the brief as a watermarked file of this format."""

    async def send(request: web.Request) -> web.StreamResponse:
        brief = await briefs.read_brief(region_of(request), _monday(request), actor(request))
        name = f"群众约谈工作专报{brief.number_text}"
        return await as_download(lambda: brief_sheet(brief, ZONE), form, name, viewer_mark(request))

    return send


def send_letter(form: Format) -> Handler:
    """Return a handler that sends a letter of a ticket as a watermarked file; the access is recorded."""

    async def send(request: web.Request) -> web.StreamResponse:
        kind, facts = await read_letter(region_of(request), id_in(request, "letter_id"), actor(request))
        request[LOOKED_AT] = facts["ticket_id"]
        name = letter_file(kind, facts)
        return await as_download(lambda: letter_sheet(kind, facts), form, name, viewer_mark(request))

    return send


def _monday(request: web.Request) -> date:
    try:
        return date.fromisoformat(request.match_info["week"])
    except ValueError:
        raise NotFound from None


async def _edit(context: RegionContext, monday: date, form: Form, user: Actor, at: datetime) -> None:
    await briefs.edit_advice(context, monday, form.text("advice"), user, at)


async def _approve(context: RegionContext, monday: date, _form: Form, user: Actor, at: datetime) -> None:
    if not await _is(context, monday, user, BriefState.APPROVING):
        await briefs.send_for_approval(context, monday, user, at)


async def _back(context: RegionContext, monday: date, _form: Form, user: Actor, at: datetime) -> None:
    await briefs.send_back(context, monday, user, at)


async def _issue(context: RegionContext, monday: date, _form: Form, user: Actor, at: datetime) -> None:
    if not await _is(context, monday, user, BriefState.ISSUED):
        await briefs.issue_brief(context, monday, user, at)


async def _confirm(context: RegionContext, monday: date, _form: Form, user: Actor, at: datetime) -> None:
    await briefs.confirm_reading(context, monday, user, at)


async def _is(context: RegionContext, monday: date, user: Actor, state: BriefState) -> bool:
    """Return whether the brief is in `state` already, as when a form is sent twice."""
    return (await briefs.read_brief(context, monday, user)).state is state


STEP_HANDLERS: Mapping[str, StepHandler] = {
    "advice": _edit,
    "approve": _approve,
    "back": _back,
    "issue": _issue,
    "read": _confirm,
}


async def take_step(request: web.Request) -> web.StreamResponse:
    """`POST /briefs/{week}/{step}`: carry out a step of STEP_HANDLERS and redirect to the brief with a confirmation."""
    user, monday, step = actor(request), _monday(request), request.match_info["step"]
    form = await read_form(request)
    check_csrf(request, form.text("csrf"))
    await STEP_HANDLERS[step](region_of(request), monday, form, user, now(request))
    return web.Response(status=303, headers={"Location": f"/briefs/{monday}?done={step}"})


RIGHTS: Mapping[str, Right] = {
    "advice": Right.EDIT_BRIEF,
    "approve": Right.SEND_BRIEF,
    "back": Right.SEND_BACK_BRIEF,
    "issue": Right.ISSUE_BRIEF,
    "read": Right.CONFIRM_BRIEF,
}
_WEEK = r"{week:\d{4}-\d{2}-\d{2}}"
routes: list[web.RouteDef] = [
    get("/briefs", show_newest, Right.READ_BRIEF),
    get(f"/briefs/{_WEEK}", show_brief, Right.READ_BRIEF),
    *(get(f"/briefs/{_WEEK}.{ending}", send_brief(form), Right.READ_BRIEF) for ending, form in FORMATS.items()),
    get(f"/briefs/{_WEEK}/figures/{{key:.+}}", show_figure, Right.LIST_FIGURE),
    post(f"/briefs/{_WEEK}/{{step:{'|'.join(STEP_HANDLERS)}}}", take_step, Each("step", RIGHTS)),
    *(
        get(f"/letters/{{letter_id}}.{ending}", send_letter(form), Right.READ_LETTER)
        for ending, form in FORMATS.items()
    ),
]
