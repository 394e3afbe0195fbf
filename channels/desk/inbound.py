"""Authentication: log-in in one or two steps, and log-out (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from aiohttp import web

from channels.desk.texts import ENDED, WRONG_LOGIN
from channels.ui.navigation import first_page
from channels.ui.rendering import page
from channels.web.app_keys import SETTINGS, TOKEN, VIEWER
from channels.web.forms import Form, read_form
from channels.web.rate_limits import TooOften, count_login
from channels.web.region import region_of
from channels.web.routes import PUBLIC, get, post
from channels.web.session import check_csrf, drop_session, now, place, set_session
from hotline.actions.accounts.login import is_half_open, log_in, prove
from hotline.actions.accounts.sessions import find_viewer, log_out, why_ended
from hotline.domain.errors import Malformed
from hotline.domain.policy.login_rules import PASSWORD_LIMIT, HeldOff, WrongCredential

LOGIN_LIMIT = 64
CODE_LIMIT = 40


async def show_login(request: web.Request) -> web.Response:
    """`GET /login`: show the form and why the last session ended; redirect a logged-in user to the first page."""
    viewer, context = request[VIEWER], region_of(request)
    if viewer is not None:
        raise web.HTTPSeeOther(first_page(viewer.actor.role))
    why = await why_ended(context, request[TOKEN], now(request)) if request[TOKEN] else ""
    return _login_page(request, "", local_path(request.query.get("next", "")), ended=ENDED.get(why, ""))


async def take_login(request: web.Request) -> web.StreamResponse:
    """`POST /login`: log in; the answer does not tell an unknown name from a wrong password, locked or not."""
    form, context = await read_form(request), region_of(request)
    login, following = form.fields.get("login", ""), local_path(form.fields.get("next", ""))
    typed = login[:LOGIN_LIMIT]
    if not _plausible(form):
        return _login_page(request, typed, following, status=401, error=WRONG_LOGIN)
    try:
        await count_login(request, typed)
        entry = await log_in(context, login, form.fields.get("password", ""), now(request), place(request))
    except (HeldOff, TooOften) as refusal:
        return _login_page(request, typed, following, status=refusal.status, error=refusal.sentence)
    if entry is None:
        return _login_page(request, typed, following, status=401, error=WRONG_LOGIN)
    return await _enter(request, entry.token, following, half=entry.half)


async def _enter(request: web.Request, token: str, following: str, *, half: bool = False) -> web.StreamResponse:
    """Set the session cookie and redirect to the second step (`half`), to `following`, or to the first page."""
    if half:
        where = "/login/factor" + (f"?next={quote(following, safe='/')}" if following else "")
    else:
        viewer = await find_viewer(region_of(request), token, now(request))
        where = following or (first_page(viewer.actor.role) if viewer else "/login")
    response = web.Response(status=303, headers={"Location": where})
    set_session(response, token, request.app[SETTINGS])
    return response


def _plausible(form: Form) -> bool:
    login, password = form.fields.get("login", ""), form.fields.get("password", "")
    return 0 < len(login) <= LOGIN_LIMIT and 0 < len(password) <= PASSWORD_LIMIT


def _login_page(
    request: web.Request, login: str, following: str, *, status: int = 200, error: str = "", ended: str = ""
) -> web.Response:
    return page(
        request, "accounts/login.html", status=status, login=login, next=following, error=error, ended=ended, tabs=[]
    )  # fmt: skip


async def show_factor(request: web.Request) -> web.Response:
    """`GET /login/factor`: show the second step; redirect to /login unless the password was proven."""
    if not await is_half_open(region_of(request), request[TOKEN], now(request)):
        raise web.HTTPSeeOther("/login")
    return _factor_page(request, local_path(request.query.get("next", "")))


async def take_factor(request: web.Request) -> web.StreamResponse:
    """`POST /login/factor`: check `code`, from the authenticator or a recovery code, and open the session."""
    form, context = await read_form(request), region_of(request)
    check_csrf(request, form.fields.get("csrf", ""))
    following = local_path(form.fields.get("next", ""))
    try:
        token = await prove(context, request[TOKEN], form.text("code", CODE_LIMIT), now(request), place(request))
    except (WrongCredential, HeldOff) as refusal:
        return _factor_page(request, following, status=refusal.status, error=refusal.sentence)
    if token is None:
        raise web.HTTPSeeOther("/login")
    return await _enter(request, token, following)


def _factor_page(request: web.Request, following: str, *, status: int = 200, error: str = "") -> web.Response:
    return page(request, "accounts/login_factor.html", status=status, next=following, error=error, tabs=[])


async def take_logout(request: web.Request) -> web.StreamResponse:
    """`POST /logout`: end the session in the database and delete its cookie."""
    form = await read_form(request)
    if request[VIEWER] is not None:
        check_csrf(request, form.fields.get("csrf", ""))
        await log_out(region_of(request), request[TOKEN], now(request))
    response = web.Response(status=303, headers={"Location": "/login"})
    drop_session(response, request.app[SETTINGS])
    return response


def local_path(path: str) -> str:
    """Return the path to go on to, or '' unless it is a path of this site. Raises Malformed for control characters."""
    if any(sign < " " for sign in path):
        raise Malformed(what="返回地址")
    inside = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if inside and path != "/login" else ""


routes: Sequence[web.RouteDef] = (
    get("/login", show_login, PUBLIC),
    post("/login", take_login, PUBLIC),
    get("/login/factor", show_factor, PUBLIC),
    post("/login/factor", take_factor, PUBLIC),
    post("/logout", take_logout, PUBLIC),
)
