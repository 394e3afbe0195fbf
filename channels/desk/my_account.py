"""The user's own account: password, second factor and sessions (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import segno
from aiohttp import web
from markupsafe import Markup

from channels.desk.inbound import CODE_LIMIT, local_path
from channels.ui.navigation import first_page
from channels.ui.rendering import page
from channels.ui.time_format import day_said, said
from channels.web.app_keys import TOKEN
from channels.web.forms import Form, read_form
from channels.web.region import region_of
from channels.web.routes import LOGGED_IN, get, post
from channels.web.session import check_csrf, now, viewer
from hotline.actions.accounts.own_account import (
    begin_factor,
    change_password,
    count_codes,
    password_set_at,
    prove_factor,
    renew_codes,
)
from hotline.actions.accounts.sessions import Viewer, end_other_sessions, end_own_session, list_sessions
from hotline.domain.errors import Refusal
from hotline.domain.policy.login_rules import HeldOff, Owes, WeakPassword, WrongCredential


async def show_me(request: web.Request) -> web.Response:
    """`GET /me`: show the account, its second factor and its sessions."""
    user, context, moment = viewer(request), region_of(request), now(request)
    days = context.rules.policy.accounts.days
    set_at = await password_set_at(context, user)
    sittings = await list_sessions(context, user, request[TOKEN], moment)
    return page(
        request,
        "accounts/my_account.html",
        login=user.login,
        password_until=day_said(set_at + timedelta(days=days)) if days else "",
        enrolled=user.enrolled,
        codes_left=await count_codes(context, user),
        sittings=[
            {
                "key": sitting.key,
                "opened": said(sitting.opened_at, moment),
                "seen": said(sitting.seen_at, moment),
                "where": "，".join(part for part in (sitting.browser, sitting.address) if part) or "—",
                "here": sitting.here,
            }
            for sitting in sittings
        ],
    )


async def end_session(request: web.Request) -> web.StreamResponse:
    """`POST /me/sessions/end`: end the user's session `key`; without a key, all sessions except this one."""
    user, form = viewer(request), await _form(request)
    key = form.text("key", 100)
    if key:
        await end_own_session(region_of(request), user, key, now(request))
    else:
        await end_other_sessions(region_of(request), user, request[TOKEN], now(request))
    return web.Response(status=303, headers={"Location": "/me?done=ended"})


async def show_password(request: web.Request) -> web.Response:
    """`GET /me/password`: show the form and the password rules of the policy."""
    return _password_page(request, viewer(request), local_path(request.query.get("next", "")))


async def take_password(request: web.Request) -> web.StreamResponse:
    """`POST /me/password`: change the password (`old`, `new`, `again`); a refusal is shown beside its field."""
    user, form = viewer(request), await _form(request)
    following = local_path(form.fields.get("next", ""))
    old, new = form.fields.get("old", ""), form.fields.get("new", "")
    if new != form.fields.get("again", ""):
        return _password_page(request, user, following, status=422, again="两次输入的新密码不一样。")
    try:
        await change_password(region_of(request), user, request[TOKEN], old, new, now(request))
    except WeakPassword as refusal:
        return _password_page(request, user, following, status=refusal.status, new=refusal.sentence)
    except (WrongCredential, HeldOff) as refusal:
        return _password_page(request, user, following, status=refusal.status, old=refusal.sentence)
    where = following or (first_page(user.actor.role) if user.owes else "/me?done=password")
    return web.Response(status=303, headers={"Location": where})


def _password_page(
    request: web.Request, user: Viewer, following: str, *, status: int = 200, **faults: str
) -> web.Response:
    return page(
        request,
        "accounts/password.html",
        status=status,
        login=user.login,
        next=following,
        owed=user.owes is Owes.PASSWORD,
        rules=region_of(request).rules.policy.accounts,
        faults={"old": "", "new": "", "again": ""} | faults,
    )


async def show_factor(request: web.Request) -> web.Response:
    """`GET /me/factor`: show the secret and QR code to enrol, or, once enrolled, how many recovery codes are left."""
    return await _factor_page(request, viewer(request), local_path(request.query.get("next", "")))


async def take_factor(request: web.Request) -> web.StreamResponse:
    """`POST /me/factor`: the first `code` activates the second factor, a later one replaces the recovery codes."""
    user, form, context = viewer(request), await _form(request), region_of(request)
    following = local_path(form.fields.get("next", ""))
    do = renew_codes if user.enrolled else prove_factor
    try:
        codes = await do(context, user, form.text("code", CODE_LIMIT), now(request))
    except (WrongCredential, HeldOff) as refusal:
        return await _factor_page(request, user, following, refusal)
    onward = following or (first_page(user.actor.role) if user.owes else "/me")
    return page(request, "accounts/recovery_codes.html", codes=codes, onward=onward, login=user.login)


async def _factor_page(
    request: web.Request, user: Viewer, following: str, refusal: Refusal | None = None
) -> web.Response:
    context = region_of(request)
    shown: dict[str, Any] = {"secret": "", "drawing": "", "codes_left": 0}
    if user.enrolled:
        shown["codes_left"] = await count_codes(context, user)
    else:
        enrolment = await begin_factor(context, user, now(request))
        shown["secret"] = " ".join(enrolment.secret[at : at + 4] for at in range(0, len(enrolment.secret), 4))
        # segno escapes its output, so Markup is safe; the white background keeps the code readable in dark mode.
        drawing = segno.make(enrolment.address, error="l", micro=False)
        shown["drawing"] = Markup(drawing.svg_inline(omitsize=True, light="#fff", title="绑定用的二维码"))  # noqa: S704
    return page(
        request,
        "accounts/second_factor.html",
        status=refusal.status if refusal else 200,
        error=refusal.sentence if refusal else "",
        next=following,
        login=user.login,
        owed=user.owes is Owes.FACTOR,
        enrolled=user.enrolled,
        **shown,
    )


async def _form(request: web.Request) -> Form:
    form = await read_form(request)
    check_csrf(request, form.fields.get("csrf", ""))
    return form


routes: Sequence[web.RouteDef] = (
    get("/me", show_me, LOGGED_IN),
    post("/me/sessions/end", end_session, LOGGED_IN),
    get("/me/password", show_password, LOGGED_IN),
    post("/me/password", take_password, LOGGED_IN),
    get("/me/factor", show_factor, LOGGED_IN),
    post("/me/factor", take_factor, LOGGED_IN),
)
