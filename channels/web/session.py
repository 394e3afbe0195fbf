"""Who is looking: the session cookie, the CSRF token of its forms, and which roles a page is for."""

from __future__ import annotations

import ipaddress
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
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class StaleForm(Refusal):
    """页面已过期，请刷新后再提交，填写的内容还在。"""

    status = 403


async def recognise(request: web.Request) -> None:
    """Find out who holds the session cookie, if any, for the rest of the request."""
    token = request.cookies.get(cookie_name(request.app[SETTINGS]), "")
    request[TOKEN] = token
    request[VIEWER] = await find_viewer(region_of(request), token, now(request)) if token else None


def check_owed(request: web.Request) -> None:
    """Lead whoever still owes a password of their own, or a second factor, there and nowhere else."""
    found: Viewer | None = request.get(VIEWER)
    if found is None or found.owes is Owes.NOTHING or request.path.startswith(_ALWAYS_OPEN):
        return
    there = OWED_AT[found.owes]
    if request.path != there:
        asked = _asked_for(request)
        raise web.HTTPSeeOther(f"{there}{asked}")


def _asked_for(request: web.Request) -> str:
    """Where to go on to afterwards; left out when it is so long that no browser would read the answer's head."""
    short = request.method == "GET" and len(request.path_qs) <= LONGEST_NEXT
    return f"?next={quote(request.path_qs, safe='/?')}" if short else ""


def now(request: web.Request) -> datetime:
    """The moment this request is answered at."""
    return request.app[CLOCK].now()


def viewer(request: web.Request) -> Viewer:
    """Who is logged in; sends anybody else to the log-in page, and from there back to the page asked for."""
    found: Viewer | None = request.get(VIEWER)
    if found is None:
        asked = _asked_for(request)
        raise web.HTTPSeeOther(f"/login{asked}")
    return found


def actor(request: web.Request, *roles: Role) -> Actor:
    """The person acting; raises NotAllowed for other roles than those named (none named: any)."""
    found = viewer(request).actor
    if roles and found.role not in roles:
        raise NotAllowed
    return found


def csrf_token(request: web.Request) -> str:
    """The token every form of this session carries."""
    token = request.get(TOKEN, "")
    return region_of(request).vault.sign(token, "csrf") if token else ""


def check_csrf(request: web.Request, given: str) -> None:
    """Raises StaleForm unless the form was made for this session."""
    if not given or not region_of(request).vault.verify(request.get(TOKEN, ""), given, "csrf"):
        raise StaleForm


def cookie_name(settings: Settings) -> str:
    """With TLS a name that no other host and no plain page can set."""
    return f"__Host-{COOKIE}" if is_secure(settings) else COOKIE


def is_secure(settings: Settings) -> bool:
    """Whether people reach the doors over TLS."""
    return settings.public_url.startswith("https:")


def set_session(response: web.StreamResponse, token: str, settings: Settings) -> None:
    """Give the browser its token: not readable by scripts, not sent along from other sites' forms.

    Lax, not Strict: a link in a message must lead to the ticket, and every form carries its own token anyway.
    """
    response.set_cookie(
        cookie_name(settings), token, httponly=True, samesite="Lax", secure=is_secure(settings), path="/"
    )


def drop_session(response: web.StreamResponse, settings: Settings) -> None:
    """The browser forgets its token."""
    response.del_cookie(
        cookie_name(settings), path="/", secure=is_secure(settings), httponly=True, samesite="Lax"
    )  # fmt: skip


def place(request: web.Request) -> Place:
    """Where the request came from, as a session remembers it."""
    return Place(remote_address(request), browser_of(request.headers.get("User-Agent", "")))


def remote_address(request: web.Request) -> str:
    """Where the request came from: through trusted proxies the nearest address that is not theirs."""
    trusted = request.app[SETTINGS].trusted_proxies
    address = request.remote or ""
    for told in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not any(_within(address, network) for network in trusted):
            break
        address = told.strip()[:64] or address
    return address


def _within(address: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(address) in network
    except ValueError:
        return False
