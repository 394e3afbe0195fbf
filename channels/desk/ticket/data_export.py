"""Export of a complainant's own data at their request, by the dispatcher (PROCEDURE §6)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

from aiohttp import web

from channels.desk.ticket.page import refused_page, ticket_id_of
from channels.web.downloads import DOCX, as_download
from channels.web.forms import read_form
from channels.web.region import region_of
from channels.web.routes import post
from channels.web.session import actor, check_csrf, now, remote_address
from hotline.actions.privacy.data_export import copy_person
from hotline.actions.search.case_view import read_ticket
from hotline.documents.person import person_sheet
from hotline.domain.accounts.permissions import Right
from hotline.domain.errors import NotFound, Refusal
from hotline.holidays import ZONE


async def take_copy(request: web.Request) -> web.StreamResponse:
    """`POST /tickets/{ticket_id}/copy/person`: send the data as docx, or as JSON (`form=json`), for a recorded reason."""
    user, form, moment, context = actor(request), await read_form(request), now(request), region_of(request)
    ticket_id = ticket_id_of(request)
    try:
        check_csrf(request, form.fields.get("csrf", ""))
        number = (await read_ticket(context, ticket_id, user, moment, remote_address(request))).ticket.number
        copy = await copy_person(context, number, user, moment, form.text("reason"), remote_address(request))
    except NotFound:
        raise
    except Refusal as refusal:
        return await refused_page(request, ticket_id, "copy", form, refusal)
    name = f"个人信息副本-{number}"
    if form.text("form") != "json":
        return await as_download(lambda: person_sheet(copy, moment.astimezone(ZONE)), DOCX, name)
    body = json.dumps(copy, ensure_ascii=False, indent=1).encode()
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{name}.json')}",
        "Cache-Control": "no-store",
    }
    return web.Response(body=body, content_type="application/json", headers=headers)


routes: Sequence[web.RouteDef] = (post("/tickets/{ticket_id}/copy/person", take_copy, Right.EXPORT_PERSON),)
