"""Which pages are recorded in the access log: who, when, what, from where (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from channels.web.app_keys import LOOKED_AT, SHOWN
from channels.web.region import region_of
from channels.web.session import now, remote_address, viewer
from hotline.actions.privacy.access_log import record_access
from hotline.domain.accounts.permissions import Right
from hotline.domain.privacy.access_patterns import What
from hotline.domain.tickets.lifecycle import Verb

# Pages recorded here, before the response is sent.
KEPT: Mapping[Right, What] = {
    Right.LIST_TICKETS: What.LIST,
    Right.READ_NOTICES: What.LIST,
    Right.TAKE_CALL: What.LIST,
    Right.LIST_CALLS: What.LIST,
    Right.LIST_UNDELIVERED: What.LIST,
    Right.LIST_UNDISPATCHED: What.LIST,
    Right.READ_ALARMS: What.LIST,
    Right.LIST_SUPERVISED: What.LIST,
    Right.READ_CARDS: What.LIST,
    Right.READ_BRIEF: What.BRIEF,
    Right.LIST_FIGURE: What.FIGURE,
    Right.READ_LETTER: What.LETTER,
    Right.RECUSE: What.TICKET,
    Right.HOLD_TICKET: What.TICKET,
}
# Pages whose action records the access itself, in the transaction that reads.
KEPT_BY_DEEDS = frozenset({Right.READ_TICKET, Right.READ_FILE, Right.SEARCH_CALLER, Right.READ_LOOKS})
# Pages that show neither a complainant nor a ticket.
NO_LOOK = frozenset(
    {
        Right.ENTER_LEAVE, Right.READ_HOUSE, Right.READ_POLICY, Right.READ_ASSESSMENT, Right.KEEP_ACCOUNTS,
        Right.READ_ACCOUNT_EVENTS,
    }
)  # fmt: skip


async def record_access_of(request: web.Request, right: Right | Verb, response: web.StreamResponse) -> None:
    """Record a successful page in the access log; an unchanged refresh (204) shows nothing new and is not recorded."""
    what = KEPT.get(right) if isinstance(right, Right) else None
    if what is None or request.method not in ("GET", "HEAD") or response.status != 200:
        return
    await record_access(
        region_of(request), viewer(request).actor, now(request), what, page=request.path, shown=request.get(SHOWN),
        ticket_id=request.get(LOOKED_AT), address=remote_address(request),
    )  # fmt: skip
