"""The session: its cookie, the CSRF token of its forms, and the role a page requires."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from urllib.parse import quote

from aiohttp import web

from channels.web.app_keys import CLOCK, SETTINGS, TOKEN, VIEWER
from channels.web.region import region_of
from channels.web.user_agent import browser_of
from hotline.actions.accounts.login import Place
from hotline.actions.accounts.sessions import Viewer, find_viewer
from hotline.config import Settings
from hotline.domain.enums import Role
from hotline.domain.errors import NotAllowed, Refusal
from hotline.domain.policy.login_rules import Owes
from hotline.domain.tickets.ticket import Actor

COOKIE = "hotline_session"
OWED_AT: Mapping[Owes, str] = {Owes.PASSWORD: "/me/password", Owes.FACTOR: "/me/factor"}
_ALWAYS_OPEN = ("/static/", "/healthz", "/login", "/logout", "/wechat")
LONGEST_NEXT = 1000
_BRACKETED = re.compile(r"\[([^\[\]]*)\](?::\d+)?")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class StaleForm(Refusal):
    """页面已过期，请刷新后再提交，填写的内容还在。"""

    status = 403


async def recognise(request: web.Request) -> None:
    """Find the viewer of the session cookie, if any, and store it in the request."""
    token = request.cookies.get(cookie_name(request.app[SETTINGS]), "")
    request[TOKEN] = token
    request[VIEWER] = await find_viewer(region_of(request), token, now(request)) if token else None


def check_owed(request: web.Request) -> None:
    """Redirect users who must change their password or enrol a second factor."""
    found: Viewer | None = request.get(VIEWER)
    if found is None or found.owes is Owes.NOTHING or request.path.startswith(_ALWAYS_OPEN):
        return
    there = OWED_AT[found.owes]
    if request.path != there:
        raise web.HTTPSeeOther(f"{there}{_asked_for(request)}")


def _asked_for(request: web.Request) -> str:
    """Return the query with the page to go on to; empty if it would be too long for a response header."""
    short = request.method == "GET" and len(request.path_qs) <= LONGEST_NEXT
    return f"?next={quote(request.path_qs, safe='/?')}" if short else ""


def now(request: web.Request) -> datetime:
    """Return the time at which this request is answered."""
    return request.app[CLOCK].now()


def viewer(request: web.Request) -> Viewer:
    """Return the logged-in viewer; others are redirected to login and from there back to this page."""
    found: Viewer | None = request.get(VIEWER)
    if found is None:
        raise web.HTTPSeeOther(f"/login{_asked_for(request)}")
    return found


def actor(request: web.Request, *roles: Role) -> Actor:
    """Return the actor. Raises NotAllowed unless its role is one of `roles` (empty: any)."""
    found = viewer(request).actor
    if roles and found.role not in roles:
        raise NotAllowed
    return found


def csrf_token(request: web.Request) -> str:
    """Return the token that every form of this session carries."""
    token = request.get(TOKEN, "")
    return region_of(request).vault.sign(token, "csrf") if token else ""


def check_csrf(request: web.Request, token: str) -> None:
    """Raise StaleForm unless the form was made for this session."""
    if not token or not region_of(request).vault.verify(request.get(TOKEN, ""), token, "csrf"):
        raise StaleForm


def cookie_name(settings: Settings) -> str:
    """Return the name of the session cookie; over HTTPS with the prefix `__Host-`, which other hosts cannot set."""
    return f"__Host-{COOKIE}" if is_secure(settings) else COOKIE


def is_secure(settings: Settings) -> bool:
    """Return whether the public address uses HTTPS."""
    return settings.public_url.startswith("https:")


def set_session(response: web.StreamResponse, token: str, settings: Settings) -> None:
    """Set the session cookie: not readable by scripts, not sent with other sites' forms.

    SameSite is Lax, not Strict: a link in a message must open the ticket, and every form carries its own token.
    """
    response.set_cookie(
        cookie_name(settings), token, httponly=True, samesite="Lax", secure=is_secure(settings), path="/"
    )


def drop_session(response: web.StreamResponse, settings: Settings) -> None:
    """Delete the session cookie."""
    response.del_cookie(
        cookie_name(settings), path="/", secure=is_secure(settings), httponly=True, samesite="Lax"
    )  # fmt: skip


def place(request: web.Request) -> Place:
    """Return the request's origin as a session records it: address and browser."""
    return Place(remote_address(request), browser_of(request.headers.get("User-Agent", "")))


def remote_address(request: web.Request) -> str:
    """Return the client's address: behind trusted proxies the nearest address that is not one of them."""
    trusted = request.app[SETTINGS].trusted_proxies
    address = request.remote or ""
    for forwarded in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not any(_within(address, network) for network in trusted):
            break
        address = _without_port(forwarded.strip())[:64] or address
    return address


def _without_port(forwarded: str) -> str:
    """Return the address of `address:port`, `[v6]:port` or `[v6]`; anything else as it is."""
    bracketed = _BRACKETED.fullmatch(forwarded)
    if bracketed is not None:
        return bracketed[1]
    host, colon, port = forwarded.partition(":")
    # A second colon means an IPv6 address without a port.
    return host if colon and port.isdecimal() else forwarded


def _within(address: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(address) in network
    except ValueError:
        return False
