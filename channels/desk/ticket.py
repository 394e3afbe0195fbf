"""The page of one ticket, for every role of the office."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from aiohttp import web

from channels.forms import Form
from channels.keys import OFFICE
from channels.pages import page
from channels.session import actor, now
from channels.views import path_steps
from hotline.actions.lookup import read_ticket
from hotline.domain.errors import NotFound, Refusal


def ticket_id_of(request: web.Request) -> UUID:
    """The ticket of the address. Raises NotFound for anything that is no id."""
    try:
        return UUID(request.match_info["ticket_id"])
    except ValueError:
        raise NotFound from None


async def show_ticket(request: web.Request) -> web.Response:
    """`GET /tickets/<id>`."""
    return await _ticket_page(request, ticket_id_of(request))


async def refused_page(request: web.Request, ticket_id: UUID, verb: str, form: Form, refusal: Refusal) -> web.Response:
    """The same page with what was typed into the form of `verb` and the sentence beside it."""
    return await _ticket_page(request, ticket_id, refusal.status, sentence=refusal.sentence)


async def _ticket_page(request: web.Request, ticket_id: UUID, status: int = 200, sentence: str = "") -> web.Response:
    moment = now(request)
    dossier = await read_ticket(request.app[OFFICE], ticket_id, actor(request), moment, request.remote or "")
    return page(
        request, "ticket.html", status, dossier=dossier, sentence=sentence,
        path=path_steps(dossier.events, moment, False, channel=dossier.ticket.channel),
    )  # fmt: skip


routes: Sequence[web.AbstractRouteDef] = (web.get("/tickets/{ticket_id}", show_ticket),)
