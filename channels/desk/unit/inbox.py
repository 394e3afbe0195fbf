"""A unit's bench: its inbox, sorted by due time, and its notices."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aiohttp import web

from channels.desk.notice_texts import NOTICE_NAMES, OTHER_NOTICE, word_notice
from channels.desk.texts import EMPTY_DESK, EMPTY_INBOX
from channels.ui.pagination import page_number, turn_pages
from channels.ui.rendering import page
from channels.ui.ticket_rows import TicketRow, closed_row, inbox_row
from channels.ui.time_format import said
from channels.web.app_keys import SHOWN
from channels.web.forms import read_form
from channels.web.region import region_of
from channels.web.routes import get, post
from channels.web.session import actor, check_csrf, now
from hotline.actions.dispatch.joint import late_parts_of_tickets
from hotline.actions.messaging.inbox import DeskNotice, list_notices, settle_notice
from hotline.actions.region.context import RegionContext
from hotline.actions.search.ticket_lists import InboxTicketRow, ListedTicketRow, list_closed, list_inbox
from hotline.actions.supervision.cards import cards_of_tickets
from hotline.domain.accounts.permissions import Right, is_of_unit
from hotline.domain.enums import Role
from hotline.domain.errors import NotFound
from hotline.domain.tickets.lifecycle import STATE_NAMES, State
from hotline.domain.tickets.ticket import Actor

PAGE = 30
# This many notices of one kind are shown as one line that can be opened.
FOLDED_FROM = 5
_TODO = (State.DISPATCHED, State.SIGNED, State.INTERVIEW_OWED)
_OPEN = tuple(state for state in State if state is not State.CLOSED)
# States before dispatch, in which a ticket has no unit yet.
_NOT_THEIRS = frozenset({State.RECEIVED, State.AWAITING_DETAILS})


async def show_inbox(request: web.Request) -> web.Response:
    """`GET /desk?state=&page=`: list tickets, earliest due first; an htmx refresh of an unchanged list gets 204."""
    user, moment, context = actor(request), now(request), region_of(request)
    chosen = request.query.get("state", "")
    states, number = _states(chosen, user.role), page_number(request.query.get("page", ""))
    inbox = await _read(context, user, states, number)
    tickets = await _ticket_rows(context, user, inbox, moment)
    request[SHOWN] = len(tickets)
    seen = _fingerprint(tickets, inbox.counts)
    if request.headers.get("HX-Request") and request.query.get("seen") == seen:
        return web.Response(status=204)
    return page(
        request,
        "inbox.html",
        tickets=tickets,
        tabs_of_states=_tabs(chosen, user.role, inbox.counts),
        pager=turn_pages(len(tickets), inbox.total, number, PAGE, f"/desk?state={chosen}&page=", more=inbox.more),
        refresh_href=f"/desk?state={chosen}&page={number}&seen={seen}",
        total=inbox.total if inbox.total is not None else len(tickets),
        empty=EMPTY_INBOX[states[0]] if len(states) == 1 else EMPTY_DESK,
        # The closed list is for look-up, so it does not refresh itself.
        watched=chosen != State.CLOSED,
    )


async def _ticket_rows(context: RegionContext, user: Actor, inbox: _Inbox, moment: datetime) -> list[TicketRow]:
    ids = [row["ticket_id"] for row in (*inbox.open, *inbox.closed)]
    cards = await cards_of_tickets(context, ids, user, moment)
    late = await late_parts_of_tickets(context, ids, user, moment)
    marks = {ticket_id: (cards.get(ticket_id, ()), late.get(ticket_id, ())) for ticket_id in ids}
    county = context.county
    return [
        *(inbox_row(row, moment, county, *marks[row["ticket_id"]]) for row in inbox.open),
        *(closed_row(row, moment, county, *marks[row["ticket_id"]]) for row in inbox.closed),
    ]


@dataclass(frozen=True, slots=True)
class _Inbox:
    """One page of either open or closed tickets.

    `counts` are the numbers of open tickets by state; `total` is the length of the list, None if not counted; `more`
    says whether another page follows.
    """

    counts: Mapping[str, int]
    total: int | None
    open: Sequence[InboxTicketRow] = ()
    closed: Sequence[ListedTicketRow] = ()
    more: bool = False


async def _read(context: RegionContext, user: Actor, states: Sequence[State], number: int) -> _Inbox:
    skip = (number - 1) * PAGE
    if State.CLOSED in states:
        closed, counts = await list_closed(context, user, PAGE + 1, skip)
        return _Inbox(counts, None, closed=closed[:PAGE], more=len(closed) > PAGE)
    rows, counts = await list_inbox(context, user, list(states), PAGE, skip)
    return _Inbox(counts, sum(counts.get(state, 0) for state in states), open=rows)


def _states(chosen: str, role: Role) -> tuple[State, ...]:
    """Return the states of a tab. Raises NotFound for an unknown tab."""
    if chosen == "":
        return _TODO if is_of_unit(role) else _OPEN
    if chosen not in list(State):
        raise NotFound
    return (State(chosen),)


def _tabs(chosen: str, role: Role, counts: Mapping[str, int]) -> list[tuple[str, str, int | None, bool]]:
    """Return the tabs as (href, label, count, selected); the first holds the tickets this role must work on."""
    label, first = ("待办", _TODO) if is_of_unit(role) else ("全部未办结", _OPEN)
    tabs: list[tuple[str, str, int | None, bool]] = [
        ("/desk", label, sum(counts.get(state, 0) for state in first), chosen == "")
    ]
    for state in State:
        if state in _NOT_THEIRS and is_of_unit(role):
            continue
        # Closed tickets are not counted: counting an ever-growing list costs too much.
        count = None if state is State.CLOSED else counts.get(state, 0)
        tabs.append((f"/desk?state={state}", STATE_NAMES[state], count, chosen == state))
    return tabs


def _fingerprint(tickets: Sequence[TicketRow], counts: Mapping[str, int]) -> str:
    """Return a digest of what the list shows, by which a refresh detects a change."""
    shown = [(t.number, t.state.text, t.due.text if t.due else "", t.card, t.late) for t in tickets]
    return hashlib.sha256(repr((shown, sorted(counts.items()))).encode()).hexdigest()[:12]


async def show_notices(request: web.Request) -> web.Response:
    """`GET /desk/notices`: list unread notices to this desk of the last two weeks, newest first."""
    user, moment = actor(request), now(request)
    rows = await list_notices(region_of(request), user, moment)
    request[SHOWN] = len(rows)
    notices = [_notice(row, moment) for row in rows]
    folded = [(kind, same) for kind, same in _by_kind(notices).items() if len(same) >= FOLDED_FROM]
    rest = [notice for notice in notices if notice.kind not in dict(folded)]
    return page(request, "messaging/notices.html", notices=rest, folded=folded, total=len(notices))


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice as the page shows it; `kind` is its heading, `stands_for` the absent recipient it was for, or ''."""

    id: UUID
    at: str
    kind: str
    text: str
    href: str
    urgent: bool
    stands_for: str


def _notice(row: DeskNotice, moment: datetime) -> NoticeLine:
    return NoticeLine(
        id=row["outbox_id"],
        at=said(row["created_at"], moment),
        kind=NOTICE_NAMES.get(row["notice"].kind, OTHER_NOTICE),
        text=word_notice(row["notice"]),
        href=f"/tickets/{row['ticket_id']}" if row["ticket_id"] else "",
        urgent=row["urgent"],
        stands_for=row["stands_for"],
    )


def _by_kind(notices: Sequence[NoticeLine]) -> dict[str, list[NoticeLine]]:
    """Group notices by heading, newest first, without headings that have an urgent notice, which are never folded."""
    kinds: dict[str, list[NoticeLine]] = {}
    for notice in notices:
        kinds.setdefault(notice.kind, []).append(notice)
    return {kind: same for kind, same in kinds.items() if not any(notice.urgent for notice in same)}


async def read_notice(request: web.Request) -> web.StreamResponse:
    """`POST /desk/notices/read`: mark `notice` as read, or all listed notices if none is named."""
    user, form, context = actor(request), await read_form(request), region_of(request)
    check_csrf(request, form.fields.get("csrf", ""))
    notice_id = form.uuid("notice", "消息")
    listed = [row["outbox_id"] for row in await list_notices(context, user, now(request))]
    for outbox_id in listed if notice_id is None else [notice_id]:
        await settle_notice(context, outbox_id, user, now(request))
    return web.Response(status=303, headers={"Location": "/desk/notices?done=saved"})


routes: Sequence[web.RouteDef] = (
    get("/desk", show_inbox, Right.LIST_TICKETS),
    get("/desk/notices", show_notices, Right.READ_NOTICES),
    post("/desk/notices/read", read_notice, Right.READ_NOTICES),
)
