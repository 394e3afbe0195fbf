"""Proving who comes in: log-in and log-out."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from channels.benches import first_page
from channels.desk.texts import WRONG_LOGIN
from channels.forms import Form, read_form
from channels.keys import OFFICE, SETTINGS, TOKEN, VIEWER
from channels.pages import page
from channels.routes import PUBLIC, get, post
from channels.session import COOKIE, check_csrf, now, set_session
from hotline.actions.accounts import find_viewer, log_in, log_out
from hotline.domain.errors import Malformed

LOGIN_LIMIT = 64
PASSWORD_LIMIT = 200


async def show_login(request: web.Request) -> web.Response:
    """The log-in page; somebody already logged in goes on to the bench."""
    viewer = request[VIEWER]
    if viewer is not None:
        raise web.HTTPSeeOther(first_page(viewer.actor.role))
    return _login_page(request, "", local_path(request.query.get("next", "")))


async def take_login(request: web.Request) -> web.StreamResponse:
    """Log in. A wrong name and a wrong password get the very same answer."""
    form, office = await read_form(request), request.app[OFFICE]
    login, following = form.fields.get("login", ""), local_path(form.fields.get("next", ""))
    token = await log_in(office, login, form.fields.get("password", ""), now(request)) if _plausible(form) else None
    viewer = await find_viewer(office, token, now(request)) if token else None
    if token is None or viewer is None:
        return _login_page(request, login[:LOGIN_LIMIT], following, status=401, error=WRONG_LOGIN)
    response = web.Response(status=303, headers={"Location": following or first_page(viewer.actor.role)})
    set_session(response, token, secure=request.app[SETTINGS].public_url.startswith("https:"))
    return response


def _plausible(form: Form) -> bool:
    login, password = form.fields.get("login", ""), form.fields.get("password", "")
    return 0 < len(login) <= LOGIN_LIMIT and 0 < len(password) <= PASSWORD_LIMIT


def _login_page(
    request: web.Request, login: str, following: str, *, status: int = 200, error: str = ""
) -> web.Response:
    return page(request, "login.html", status=status, login=login, next=following, error=error, tabs=[])


async def take_logout(request: web.Request) -> web.StreamResponse:
    """End the session here and in the database."""
    form = await read_form(request)
    if request[VIEWER] is not None:
        check_csrf(request, form.fields.get("csrf", ""))
        await log_out(request.app[OFFICE], request[TOKEN], now(request))
    response = web.Response(status=303, headers={"Location": "/login"})
    response.del_cookie(COOKIE, path="/")
    return response


def local_path(given: str) -> str:
    """The path to go on to, when it is one of this site; else an empty text. Raises Malformed for a control sign."""
    if any(sign < " " for sign in given):
        raise Malformed(what="返回地址")
    inside = given.startswith("/") and not given.startswith(("//", "/\\"))
    return given if inside and given != "/login" else ""


routes: Sequence[web.RouteDef] = (
    get("/login", show_login, PUBLIC),
    post("/login", take_login, PUBLIC),
    post("/logout", take_logout, PUBLIC),
)
