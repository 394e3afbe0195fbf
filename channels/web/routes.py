"""Routes with their required right, declared at registration and checked before the handler."""

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
    """Routes that need no right of the permission table."""

    PUBLIC = "public"
    LOGGED_IN = "logged_in"


@dataclass(frozen=True, slots=True)
class Each:
    """One route for several actions: the right by the value of the path variable `part`; other values are 404."""

    part: str
    rights: Mapping[str, Right | Verb]


Needs = Right | Verb | Open | Each
PUBLIC, LOGGED_IN = Open.PUBLIC, Open.LOGGED_IN


class Unguarded(RuntimeError):
    """A route was registered without a right."""


def id_in(request: web.Request, part: str) -> UUID:
    """Return the UUID in this variable of the path. Raises NotFound for anything else."""
    try:
        return UUID(request.match_info[part])
    except ValueError:
        raise NotFound from None


def get(path: str, handler: Handler, needs: Needs) -> web.RouteDef:
    """Return a GET and HEAD route; without the right the request is redirected to login or refused with NotAllowed."""
    return web.get(path, guarded(handler, needs))


def post(path: str, handler: Handler, needs: Needs) -> web.RouteDef:
    """Return a POST route; without the right the request is redirected to login or refused with NotAllowed."""
    return web.post(path, guarded(handler, needs))


def guarded(handler: Handler, needs: Needs) -> Handler:
    """Return the handler with a check of its right, and with its record in the access log."""

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
    actor = viewer(request).actor
    if isinstance(needs, Each):
        right = needs.rights.get(request.match_info[needs.part])
        if right is None:
            raise web.HTTPNotFound
        allow(actor, right)
    elif not isinstance(needs, Open):
        allow(actor, needs)


def needs_of(route: web.AbstractRoute | web.RouteDef) -> Needs:
    """Return the right a route was registered with; static files are public. Raises Unguarded."""
    if isinstance(route, web.AbstractRoute) and isinstance(route.resource, web.StaticResource):
        return PUBLIC
    needs = getattr(route.handler, "needs", None)
    if needs is None:
        path = route.resource.canonical if isinstance(route, web.AbstractRoute) and route.resource else route
        raise Unguarded(f"{route.method} {path} has no right: register it with channels.web.routes")
    found: Needs = needs
    return found


def check_address(request: web.Request) -> None:
    """Refuse a path with a NUL character, which PostgreSQL cannot store or compare. Raises HTTPNotFound."""
    if "\0" in request.path:
        raise web.HTTPNotFound


def check_routes(routes: Iterable[web.AbstractRoute]) -> None:
    """Raise Unguarded for the first route without a right."""
    for route in routes:
        needs_of(route)
