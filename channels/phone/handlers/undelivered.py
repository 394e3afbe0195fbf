"""The list of messages that did not reach a complainant, who is then told by telephone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aiohttp import web

from channels.phone.texts import (
    MESSAGE_NAMES,
    OTHER_MESSAGE,
    REFUSED_WHY,
    TELL_REASON,
    UNDELIVERED_WHY,
    UNKNOWN_WHY,
    word_notice,
)
from channels.ui.rendering import page
from channels.ui.time_format import local_text, said
from channels.web.app_keys import SHOWN
from channels.web.forms import read_form
from channels.web.rate_limits import count_account
from channels.web.region import region_of
from channels.web.routes import get, id_in, post
from channels.web.session import actor, check_csrf, now, remote_address
from hotline.actions.callback.undelivered import Undelivered, list_undelivered, settle_undelivered
from hotline.actions.search.case_view import reveal_person
from hotline.actions.tickets.case_file import Person
from hotline.domain.accounts.permissions import Right
from hotline.domain.enums import CHANNEL_NAMES
from hotline.domain.errors import NotFound, Refusal
from hotline.domain.messaging.message import FOLLOW_UP_NAMES, FollowUp, follow_ups
from hotline.domain.policy.rate_limits import LimitedAction

WORDS = 500


async def show_undelivered(request: web.Request) -> web.Response:
    """`GET /console/undelivered`: list undelivered messages, oldest first, without phone numbers."""
    return await _list_page(request)


async def _list_page(
    request: web.Request, status: int = 200, *, revealed: UUID | None = None, person: Person | None = None,
    refused: tuple[UUID, str] | None = None,
) -> web.Response:  # fmt: skip
    rows, total = await list_undelivered(region_of(request), actor(request))
    request[SHOWN] = len(rows)
    moment = now(request)
    return page(
        request, "callback/undelivered.html", status, lines=[_line(row, moment) for row in rows], total=total,
        revealed=revealed, person=person, refused=refused,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class UndeliveredLine:
    """An undelivered message as the page shows it; `ends` are the results to choose from as (value, name)."""

    row: Undelivered
    what: str
    text: str
    channel: str
    outcome: str
    why: str
    since: str
    since_exact: str
    ends: list[tuple[str, str]]


def _line(row: Undelivered, moment: datetime) -> UndeliveredLine:
    why = UNDELIVERED_WHY.get(row.reason, row.reason) or (REFUSED_WHY if row.refused else UNKNOWN_WHY)
    return UndeliveredLine(
        row=row,
        what=MESSAGE_NAMES.get(row.notice.kind, OTHER_MESSAGE),
        text=word_notice(row.notice),
        channel=CHANNEL_NAMES.get(row.channel, row.channel),
        outcome="没有送到" if row.refused else "不知道是否送到",
        why=why,
        since=said(row.created_at, moment),
        since_exact=local_text(row.created_at),
        ends=[(end.value, FOLLOW_UP_NAMES[end]) for end in follow_ups(refused=row.refused)],
    )


async def reveal(request: web.Request) -> web.Response:
    """`POST /console/undelivered/{ticket_id}/reveal`: show one complainant's name and number, recorded with its reason."""
    form, context = await read_form(request), region_of(request)
    check_csrf(request, form.fields.get("csrf", ""))
    await count_account(request, LimitedAction.ACCOUNT_REVEAL)
    ticket_id = id_in(request, "ticket_id")
    person = await reveal_person(context, ticket_id, actor(request), now(request), TELL_REASON, remote_address(request))
    if request.headers.get("HX-Request"):
        return page(request, "privacy/person.html", person=person)
    return await _list_page(request, revealed=ticket_id, person=person)


async def settle(request: web.Request) -> web.StreamResponse:
    """`POST /console/undelivered/{outbox_id}/settle`: record the result (a FollowUp), which takes it off the list."""
    form, outbox_id = await read_form(request), id_in(request, "outbox_id")
    check_csrf(request, form.fields.get("csrf", ""))
    try:
        await settle_undelivered(
            region_of(request), outbox_id, form.choice("how", FollowUp, "结果"), form.text("words", WORDS), actor(request), now(request),
            form.client_key,
        )  # fmt: skip
    except NotFound:
        raise
    except Refusal as refusal:
        return await _list_page(request, refusal.status, refused=(outbox_id, refusal.sentence))
    raise web.HTTPSeeOther("/console/undelivered?done=told")


routes = (
    get("/console/undelivered", show_undelivered, Right.LIST_UNDELIVERED),
    post("/console/undelivered/{ticket_id}/reveal", reveal, Right.LIST_UNDELIVERED),
    post("/console/undelivered/{outbox_id}/settle", settle, Right.SETTLE_UNDELIVERED),
)
