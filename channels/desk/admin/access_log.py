"""The access log, for the audit administrator only: who saw what, when, from where and why (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.desk.texts import LOOK_NAMES, PATTERN_TEXTS
from channels.ui.navigation import ROLE_NAMES
from channels.ui.pagination import page_number, pager
from channels.ui.rendering import page
from channels.ui.time_format import local_text, said
from channels.web.forms import read_form
from channels.web.region import region_of
from channels.web.routes import get, id_in, post
from channels.web.session import actor, check_csrf, now
from hotline.actions.privacy.access_log import AccessEntryRow, Filter, list_entries, list_unusual, settle_unusual
from hotline.domain.accounts.permissions import Right
from hotline.domain.enums import Role
from hotline.domain.privacy.access_patterns import What
from hotline.domain.text import clean
from hotline.holidays import ZONE

PAGE = 50
DAYS = 7


async def show_looks(request: web.Request) -> web.Response:
    """`GET /admin/looks?login=&number=&what=&from=&to=&page=`: list accesses, by default of the last seven days."""
    user, moment, context = actor(request), now(request), region_of(request)
    typed = _typed(request, moment)
    number = page_number(request.query.get("page", ""))
    rows = await list_entries(context, _filter(typed, moment), user, moment, PAGE, (number - 1) * PAGE)
    unusual = await list_unusual(context, user)
    query = urlencode({name: value for name, value in typed.items() if value})
    return page(
        request,
        "privacy/access_log.html",
        looks=[_line(row, moment) for row in rows],
        unusual=[_unusual(row, moment) for row in unusual],
        typed=typed,
        kinds=tuple(LOOK_NAMES.items()),
        total=rows[0]["total"] if rows else 0,
        pager=pager(rows, number, PAGE, f"/admin/looks?{query}&page=", "条"),
    )


def _typed(request: web.Request, moment: datetime) -> Mapping[str, str]:
    """Return the filter of the query; an invalid date or kind of access is replaced by its default."""
    today = moment.astimezone(ZONE).date()
    filters = {name: clean(request.query.get(name, ""))[:40] for name in ("login", "number", "what", "from", "to")}
    return filters | {
        "from": _day(filters["from"], today - timedelta(days=DAYS - 1)).isoformat(),
        "to": _day(filters["to"], today).isoformat(),
        "what": filters["what"] if filters["what"] in LOOK_NAMES else "",
    }


def _day(text: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if 2000 <= day.year <= 2100 else otherwise


def _filter(typed: Mapping[str, str], moment: datetime) -> Filter:
    since, until = (
        datetime.combine(date.fromisoformat(typed[name]) + timedelta(days=days), datetime.min.time(), ZONE)
        for name, days in (("from", 0), ("to", 1))
    )
    return Filter(since, until, typed["login"], typed["number"], typed["what"])


def _line(row: AccessEntryRow, moment: datetime) -> dict[str, str]:
    role = ROLE_NAMES[Role(row["role"])] if row["role"] else "诉求人"
    shown = f"，{row['shown']} 条" if row["shown"] is not None else ""
    return {
        "at": said(row["at"], moment),
        "exact": local_text(row["at"]),
        "who": f"{row['account_name']}（{row['login']}）" if row["login"] else "凭查询码",
        "role": f"{role}{' · ' + row['unit_name'] if row['unit_name'] else ''}",
        "what": f"{LOOK_NAMES.get(row['what'], row['what'])}{shown}",
        "number": row["number"] or "",
        "page": row["page"] or "",
        "reason": row["reason"] or "",
        "address": row["address"] or "",
    }


def _unusual(row: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
    details = row["details"]
    since = said(datetime.fromisoformat(details["since"]), moment)
    text = PATTERN_TEXTS[details["pattern"]].format(who=details["account"], count=details["count"], since=since)
    return {"alarm_id": row["alarm_id"], "text": text, "at": said(row["raised_at"], moment)}


async def settle(request: web.Request) -> web.StreamResponse:
    """`POST /admin/looks/{alarm_id}/settle`: close an alarm about an unusual pattern that was looked into."""
    user, form = actor(request), await read_form(request)
    check_csrf(request, form.fields.get("csrf", ""))
    await settle_unusual(region_of(request), id_in(request, "alarm_id"), user, now(request))
    return web.Response(status=303, headers={"Location": "/admin/looks?done=saved"})


assert set(LOOK_NAMES) == set(What)
routes: Sequence[web.RouteDef] = (
    get("/admin/looks", show_looks, Right.READ_LOOKS),
    post("/admin/looks/{alarm_id}/settle", settle, Right.SETTLE_UNUSUAL),
)
