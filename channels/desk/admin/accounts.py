"""Accounts: added, locked, reset and reassigned by the security administrator; the audit administrator reads the events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypedDict
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from channels.desk.texts import ACCOUNT_DEEDS
from channels.ui.navigation import ROLE_NAMES
from channels.ui.pagination import page_number, turn_pages
from channels.ui.rendering import page
from channels.ui.time_format import local_text, said
from channels.web.forms import Form, read_form
from channels.web.region import region_of
from channels.web.routes import Each, get, post
from channels.web.session import actor, check_csrf, now
from hotline.actions.accounts import staff
from hotline.actions.accounts.staff import AccountEventRow, ListedStaffRow
from hotline.actions.region.context import RegionContext
from hotline.domain.accounts.permissions import Right
from hotline.domain.enums import Role
from hotline.domain.errors import Malformed, NoSuchUnit, NotFound, Refusal
from hotline.domain.policy.login_rules import ADMINISTRATORS, LOG_IN_ROLES, NUMBERS
from hotline.domain.text import clean
from hotline.domain.tickets.ticket import Actor

EVENTS_SHOWN = 100
PAGE = 50
GIVEN_ROLES = [(role.value, ROLE_NAMES[role]) for role in LOG_IN_ROLES if role not in ADMINISTRATORS]


class AccountView(TypedDict):
    """An account as the page shows it; `held` is the end of the lock after failed log-ins, all times are in Chinese."""

    login: str
    name: str
    role: str
    role_name: str
    unit: str
    active: bool
    held: str
    must_change: bool
    sessions: int | None
    enrolled: bool
    seen: str
    password_set: str


async def show_accounts(request: web.Request) -> web.Response:
    """`GET /admin/accounts?q=&as=&page=`: list accounts, filtered by words and role, those locked after failures first."""
    return await _list_page(request)


async def take_account(request: web.Request) -> web.StreamResponse:
    """`POST /admin/accounts`: add an account (`login`, `name`, `role`, `unit`) and show its first password once."""
    user, form, context = actor(request), await _form(request), region_of(request)
    login = form.fields.get("login", "")
    try:
        role, unit_id = _role(form), _unit(context, form)
        first = await staff.add_account(
            context, user, login, form.fields.get("name", ""), role, unit_id, now(request)
        )  # fmt: skip
    except Refusal as refusal:
        return await _list_page(request, form.fields, refusal)
    return await _account_page(request, user, login, first=first)


async def show_account(request: web.Request) -> web.Response:
    """`GET /admin/accounts/{login}`: show an account with its forms and its latest events. Raises NotFound."""
    return await _account_page(request, actor(request), request.match_info["login"])


async def do_to_account(request: web.Request) -> web.StreamResponse:
    """`POST /admin/accounts/{login}/{deed}`: lock, unlock, reset, factor, sessions or change; a refusal renders the page."""
    user, form = actor(request), await _form(request)
    login, action = request.match_info["login"], request.match_info["deed"]
    try:
        if action == "reset":
            first = await staff.reset_password(region_of(request), user, login, now(request))
            return await _account_page(request, user, login, first=first)
        done = await _do(region_of(request), user, login, action, form, now(request))
    except NotFound:
        raise
    except Refusal as refusal:
        return await _account_page(request, user, login, refusal=refusal)
    return web.Response(status=303, headers={"Location": f"/admin/accounts/{login}?done={done}"})


async def _do(context: RegionContext, user: Actor, login: str, action: str, form: Form, moment: datetime) -> str:
    """Carry out an action and return the key of its confirmation. Raises NotFound for an unknown action, Refusal."""
    reason = form.text("reason", staff.REASON_LIMIT)
    if action == "lock":
        await staff.lock_account(context, user, login, reason, moment)
        return "locked"
    if action == "unlock":
        await staff.unlock_account(context, user, login, moment)
        return "unlocked"
    if action == "factor":
        await staff.take_factor(context, user, login, reason, moment)
        return "factor_taken"
    if action == "sessions":
        await staff.allow_sessions(context, user, login, form.number("sessions", "同时登录几处"), reason, moment)
        return "sessions"
    if action == "change":
        await staff.change_post(context, user, login, _role(form), _unit(context, form), reason, moment)
        return "changed"
    raise NotFound


async def show_events(request: web.Request) -> web.Response:
    """`GET /admin/account-events?login=&before=`: list events, newest first. Raises Malformed for an invalid `before`."""
    user, context, moment = actor(request), region_of(request), now(request)
    login, before = request.query.get("login", "")[:64], _moment(request.query.get("before", ""))
    rows = await staff.list_events(context, user, login or None, before, EVENTS_SHOWN)
    last = rows[-1]["at"].isoformat() if len(rows) == EVENTS_SHOWN else ""
    return page(request, "accounts/account_events.html", events=_events(rows, moment), login=login, older=last)


async def _list_page(
    request: web.Request, typed: Mapping[str, str] | None = None, refusal: Refusal | None = None
) -> web.Response:
    context, moment, filters = region_of(request), now(request), _filters(request)
    role = Role(filters["role"]) if filters["role"] else None
    rows = await staff.list_staff(context, actor(request), moment, words=filters["q"], role=role)
    rows = sorted(rows, key=lambda row: row["held_until"] is None)
    number = page_number(request.query.get("page", ""))
    shown = rows[(number - 1) * PAGE : number * PAGE]
    query = urlencode({"q": filters["q"], "as": filters["role"]})
    return page(
        request,
        "accounts/accounts.html",
        status=refusal.status if refusal else 200,
        error=refusal.sentence if refusal else "",
        typed=typed or {},
        rows=[_row(row, moment) for row in shown],
        total=len(rows),
        pager=turn_pages(len(shown), len(rows), number, PAGE, f"/admin/accounts?{query}&page=", measure="个"),
        asked=filters,
        all_roles=[(role.value, ROLE_NAMES[role]) for role in LOG_IN_ROLES],
        roles=GIVEN_ROLES,
        units=sorted(unit.name for unit in context.county.units.values()),
    )


async def _account_page(
    request: web.Request, user: Actor, login: str, *, first: str = "", refusal: Refusal | None = None
) -> web.Response:
    context, moment = region_of(request), now(request)
    found = await staff.list_staff(context, user, moment, login=login)
    if not found:
        raise NotFound
    rows = await staff.list_events(context, user, login, None, EVENTS_SHOWN)
    return page(
        request,
        "accounts/account.html",
        status=refusal.status if refusal else 200,
        error=refusal.sentence if refusal else "",
        row=_row(found[0], moment),
        usual=context.rules.policy.accounts.sessions,
        most=NUMBERS["sessions"][1],
        first=first,
        own=found[0]["account_id"] == user.account_id,
        by_hand=found[0]["role"] in ADMINISTRATORS,
        roles=GIVEN_ROLES,
        units=sorted(unit.name for unit in context.county.units.values()),
        events=_events(rows, moment),
    )


def _row(row: ListedStaffRow, moment: datetime) -> AccountView:
    held = row["held_until"]
    return {
        "login": row["login"],
        "name": row["name"],
        "role": row["role"],
        "role_name": ROLE_NAMES[Role(row["role"])],
        "unit": row["unit_name"] or "",
        "active": row["active"],
        "held": said(held, moment) if held else "",
        "must_change": row["must_change"],
        "sessions": row["sessions"],
        "enrolled": row["enrolled"],
        "seen": said(row["seen_at"], moment) if row["seen_at"] else "从未登录",
        "password_set": said(row["password_set_at"], moment),
    }


def _events(rows: Sequence[AccountEventRow], moment: datetime) -> list[dict[str, str]]:
    return [
        {
            "at": said(row["at"], moment),
            "exact": local_text(row["at"]),
            "whom": f"{row['name']}（{row['login']}）",
            "what": ACCOUNT_DEEDS.get(row["kind"], row["kind"]),
            "by": f"{row['actor_name']}（{row['actor_login']}）" if row["actor_login"] else "命令行或系统",
            "details": _details(row["details"]),
        }
        for row in rows
    ]


def _details(details: Mapping[str, str]) -> str:
    names = {role.value: ROLE_NAMES[role] for role in Role}
    role, was = names.get(details.get("role", ""), ""), names.get(details.get("was", ""), "")
    post = f"{was} → {role}" if was else role
    unit = details.get("unit", "—")
    parts = (post, unit if unit != "—" else "", details.get("sessions", ""), details.get("reason", ""))
    return "，".join(part for part in parts if part)


def _filters(request: web.Request) -> dict[str, str]:
    role = request.query.get("as", "")
    role_values = {role.value for role in LOG_IN_ROLES}
    return {"q": clean(request.query.get("q", ""))[:40], "role": role if role in role_values else ""}


def _role(form: Form) -> Role:
    return form.choice("role", Role, "角色（要从列表里选）")


def _unit(context: RegionContext, form: Form) -> UUID | None:
    name = form.text("unit", 200)
    unit_id = next((unit.unit_id for unit in context.county.units.values() if unit.name == name), None)
    if name and unit_id is None:
        raise NoSuchUnit
    return unit_id


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
        if moment is not None and moment.tzinfo is None:
            raise Malformed(what="时间")
        # The database is asked in UTC, in which the first and last hours of the calendar may not exist.
        return moment.astimezone(UTC) if moment else None
    except (ValueError, OverflowError):
        raise Malformed(what="时间") from None


async def _form(request: web.Request) -> Form:
    form = await read_form(request)
    check_csrf(request, form.fields.get("csrf", ""))
    return form


DEEDS = Each("deed", dict.fromkeys(("lock", "unlock", "reset", "factor", "sessions", "change"), Right.KEEP_ACCOUNTS))

routes: Sequence[web.RouteDef] = (
    get("/admin/accounts", show_accounts, Right.KEEP_ACCOUNTS),
    post("/admin/accounts", take_account, Right.KEEP_ACCOUNTS),
    get("/admin/accounts/{login}", show_account, Right.KEEP_ACCOUNTS),
    post("/admin/accounts/{login}/{deed}", do_to_account, DEEDS),
    get("/admin/account-events", show_events, Right.READ_ACCOUNT_EVENTS),
)
