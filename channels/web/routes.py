"""Addresses with their right: who may ask for a page is said where it is registered, and checked before its handler."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from uuid import UUID

from aiohttp import web

from channels.web.access_log import record_access_of
from channels.web.session import Handler, viewer
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.errors import NotFound
from hotline.domain.tickets.lifecycle import Verb


class Open(Enum):
    """What needs no right of the table."""

    PUBLIC = "public"
    LOGGED_IN = "logged_in"


@dataclass(frozen=True, slots=True)
class Each:
    """One address for several acts: the right of each value of the named part; any other value is not found."""

    part: str
    rights: Mapping[str, Right | Verb]


Needs = Right | Verb | Open | Each
PUBLIC, LOGGED_IN = Open.PUBLIC, Open.LOGGED_IN


class Unguarded(RuntimeError):
    """An address was registered without its right."""


def id_in(request: web.Request, part: str) -> UUID:
    """The id this part of the address names. Raises NotFound for anything that is no id."""
    try:
        return UUID(request.match_info[part])
    except ValueError:
        raise NotFound from None


def get(path: str, handler: Handler, needs: Needs) -> web.RouteDef:
    """GET (and HEAD) of a path for whoever has the right; anybody else is sent to log in or told NotAllowed."""
    return web.get(path, guarded(handler, needs))


def post(path: str, handler: Handler, needs: Needs) -> web.RouteDef:
    """POST of a path for whoever has the right."""
    return web.post(path, guarded(handler, needs))


def guarded(handler: Handler, needs: Needs) -> Handler:
    """The handler behind its right."""

    @wraps(handler)
    async def check_first(request: web.Request) -> web.StreamResponse:
        if needs is not PUBLIC:
            _check(request, needs)
        response = await handler(request)
        if isinstance(needs, Right):
            await record_access_of(request, needs, response)
        return response

    check_first.needs = needs  # type: ignore[attr-defined] # read by needs_of alone
    return check_first


def _check(request: web.Request, needs: Needs) -> None:
    who = viewer(request).actor
    if isinstance(needs, Each):
        asked = needs.rights.get(request.match_info[needs.part])
        if asked is None:
            raise web.HTTPNotFound
        allow(who, asked)
    elif not isinstance(needs, Open):
        allow(who, needs)


def needs_of(route: web.AbstractRoute | web.RouteDef) -> Needs:
    """The right an address was registered with; files of the kit are for everybody. Raises Unguarded."""
    if isinstance(route, web.AbstractRoute) and isinstance(route.resource, web.StaticResource):
        return PUBLIC
    needs = getattr(route.handler, "needs", None)
    if needs is None:
        told = route.resource.canonical if isinstance(route, web.AbstractRoute) and route.resource else route
        raise Unguarded(f"{route.method} {told} has no right: register it by channels.routes")
    found: Needs = needs
    return found


def check_address(request: web.Request) -> None:
    """Refuse an address with a NUL character, which PostgreSQL cannot store or compare. Raises HTTPNotFound."""
    values = (request.path, *request.query.keys(), *request.query.values())
    if any("\0" in value for value in values):
        raise web.HTTPNotFound


def check_routes(routes: Iterable[web.AbstractRoute]) -> None:
    """Raises Unguarded for the first address without a right."""
    for route in routes:
        needs_of(route)
