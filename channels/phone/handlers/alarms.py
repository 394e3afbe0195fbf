"""The list of alarms that need a decision by staff."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from aiohttp import web

from channels.phone.texts import NO_ALARMS, alarm_text
from channels.ui.rendering import page
from channels.ui.time_format import local_text, said
from channels.web.app_keys import SHOWN
from channels.web.forms import read_form
from channels.web.region import region_of
from channels.web.routes import get, id_in, post
from channels.web.session import actor, check_csrf, now
from hotline.actions.messaging.inbox import OpenAlarmRow, list_alarms, settle_alarm
from hotline.domain.accounts.permissions import Right, may


async def show_alarms(request: web.Request) -> web.Response:
    """`GET /console/alarms`: list alarms, oldest first; titles and links only for roles that may settle them."""
    user = actor(request)
    rows = await list_alarms(region_of(request), user)
    request[SHOWN] = len(rows)
    reads_tickets = may(user.role, Right.SETTLE_ALARM)
    alarms = [_line(row, request, reads_tickets) for row in rows]
    return page(request, "messaging/alarms.html", alarms=alarms, may_settle=reads_tickets, nothing=NO_ALARMS)


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """An alarm as the page shows it; `number`, `title` and `href` are '' where there is no ticket to show."""

    alarm_id: UUID
    happened: str
    todo: str
    at_text: str
    at_exact: str
    number: str
    title: str
    href: str


def _line(row: OpenAlarmRow, request: web.Request, reads_tickets: bool) -> AlarmLine:
    happened, todo = alarm_text(row["kind"], row["details"])
    return AlarmLine(
        alarm_id=row["alarm_id"],
        happened=happened,
        todo=todo,
        at_text=said(row["raised_at"], now(request)),
        at_exact=local_text(row["raised_at"]),
        number=row["number"] or "",
        title=(row["title"] or "") if reads_tickets else "",
        href=f"/tickets/{row['ticket_id']}" if row["ticket_id"] and reads_tickets else "",
    )


async def settle(request: web.Request) -> web.StreamResponse:
    """`POST /console/alarms/{alarm_id}/settle`: mark an alarm as dealt with (已处理)."""
    user, form = actor(request), await read_form(request)
    check_csrf(request, form.fields.get("csrf", ""))
    await settle_alarm(region_of(request), id_in(request, "alarm_id"), user, now(request))
    raise web.HTTPSeeOther("/console/alarms?done=saved")


routes = (
    get("/console/alarms", show_alarms, Right.READ_ALARMS),
    post("/console/alarms/{alarm_id}/settle", settle, Right.SETTLE_ALARM),
)
