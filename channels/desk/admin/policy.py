"""The county's policy: the system administrator edits it, compares it and saves it as the next version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from channels.desk.texts import ACCOUNT_NUMBER_NAMES, CARD_NAMES, LIMIT_NAMES, NUMBER_NAMES, RATE_NAMES
from channels.ui.rendering import page
from channels.ui.time_format import said
from channels.web.forms import Form, read_form
from channels.web.region import region_of
from channels.web.routes import get, post
from channels.web.session import actor, check_csrf, now
from hotline.actions.policy import check_policy, compose_special, list_versions, newest_policy, read_toml, save_policy
from hotline.domain.accounts.permissions import Right, may
from hotline.domain.errors import BadPolicy, NewerPolicy, Refusal, UnfitPolicy
from hotline.domain.policy.limits import DEFAULT_LIMITS, Limit, Policy
from hotline.domain.policy.validation import CARD_SPANS, NUMBERS, body_of, differences
from hotline.holidays import ZONE

SHARES = ("basically_counts", "weights")
HOURS = ("notices_from", "notices_until")
VERSIONS_SHOWN = 20
Typed = Mapping[str, str]


async def show_policy(request: web.Request) -> web.Response:
    """`GET /admin/policy`: show the newest version in a form, and the latest 20 versions with their changes."""
    policy = await newest_policy(region_of(request))
    return await _page(request, _typed(policy), policy.version)


async def take_policy(request: web.Request) -> web.StreamResponse:
    """`POST /admin/policy`: save (`act=save`) or show the differences; an invalid or outdated form comes back as typed."""
    user, form, context = actor(request), await read_form(request), region_of(request)
    check_csrf(request, form.fields.get("csrf", ""))
    based_on = form.number("based_on", "版本") or 0
    try:
        body = _body(form)
        if form.fields.get("act") != "save":
            changed = differences(await newest_policy(context), check_policy(context, body))
            return await _page(request, form.fields, based_on, changed=changed)
        await save_policy(context, body, user.name, now(request), valid_from=_valid_from(form), based_on=based_on)
    except (UnfitPolicy, NewerPolicy) as refusal:
        return await _page(request, form.fields, based_on, status=refusal.status, refusal=refusal)
    return web.Response(status=303, headers={"Location": "/admin/policy?done=saved"})


def _valid_from(form: Form) -> datetime | None:
    return form.moment("valid_from", "执行时间", ZONE) if form.fields.get("valid_from") else None


def _typed(policy: Policy) -> Typed:
    """Return a version as values of the form's fields."""
    body = body_of(policy)
    plain = {name: str(body[name]) for name in (*NUMBERS, *HOURS, "basically_counts")}
    limits = {f"limit:{name}": _in_words(body["limits"][name]) for name in DEFAULT_LIMITS}
    cards = {f"card:{name}": _in_words(str(value)) for name, value in body["cards"].items()}
    weights = " ".join(str(weight) for weight in body["weights"])
    return {**plain, **limits, **cards, "weights": weights, "special": compose_special(policy), "valid_from": ""}


def _body(form: Form) -> dict[str, Any]:
    """Return the version in the form, unvalidated. Raises UnfitPolicy when `special` is not valid TOML."""
    special = read_toml(form.fields.get("special", ""))
    narrowed = special.get("limits", {})
    limits = {name: _in_short(form.fields.get(f"limit:{name}", "")) for name in DEFAULT_LIMITS}
    weights = [_number(part) for part in form.fields.get("weights", "").split()]
    return {
        **special,
        "limits": limits | narrowed if isinstance(narrowed, dict) else narrowed,
        **{name: _whole(form.fields.get(name, "")) for name in NUMBERS},
        **{name: form.fields.get(name, "") for name in HOURS},
        "cards": {name: _in_short(form.fields.get(f"card:{name}", "")) for name in CARD_SPANS}
        | {"tier": _whole(form.fields.get("card:tier", ""))},
        "basically_counts": _number(form.fields.get("basically_counts", "")),
        "weights": weights,
    }


def _in_words(text: str) -> str:
    """Return a stored limit in Chinese words; text that is not a limit is returned unchanged."""
    try:
        return Limit.parse(text).in_words
    except BadPolicy:
        return text


def _in_short(text: str) -> str:
    """Return a limit in its stored form; text that cannot be parsed is kept, so that validation reports it."""
    try:
        return str(Limit.from_words(text))
    except BadPolicy:
        return text


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else text


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


async def _page(
    request: web.Request, typed: Typed, based_on: int, *, status: int = 200, refusal: Refusal | None = None,
    changed: Sequence[tuple[str, str, str]] | None = None,
) -> web.Response:  # fmt: skip
    context, moment = region_of(request), now(request)
    versions = (await list_versions(context))[:VERSIONS_SHOWN]
    return page(
        request,
        "policy.html",
        status=status,
        typed=typed,
        based_on=based_on,
        faults=_faults(refusal),
        changed=None if changed is None else [_named(change) for change in changed],
        limits=[(f"limit:{name}", LIMIT_NAMES[name]) for name in DEFAULT_LIMITS],
        cards=[(f"card:{name}", CARD_NAMES[name]) for name in (*CARD_SPANS, "tier")],
        numbers=[(name, NUMBER_NAMES[name]) for name in (*NUMBERS, *HOURS, *SHARES)],
        editable=may(actor(request).role, Right.SAVE_POLICY),
        in_force=context.rules.policy.version,
        versions=[
            {
                "version": row["version"],
                "since": said(row["valid_from"], moment),
                "saved": f"{said(row['saved_at'], moment)} {row['author']}",
                "changes": [_named(change) for change in row["changes"]],
            }
            for row in versions
        ],
    )


def _faults(refusal: Refusal | None) -> list[str]:
    """Return one line per fault, with the Chinese name of its field."""
    if refusal is None:
        return []
    if not isinstance(refusal, UnfitPolicy):
        return [refusal.sentence]
    lines = str(refusal.facts["faults"]).strip().splitlines()
    return [f"{_item_name(where)}：{what}" for where, _, what in (line.strip().partition("：") for line in lines)]


def _named(change: tuple[str, str, str]) -> tuple[str, str, str]:
    name, old, new = change
    return _item_name(name), _in_words(old) or "（没有）", _in_words(new) or "（没有）"


def _item_name(name: str) -> str:
    if name.startswith("cards."):
        return f"亮牌：{CARD_NAMES.get(name.removeprefix('cards.'), name)}"
    if name.startswith("rates."):
        return RATE_NAMES.get(name.removeprefix("rates."), name)
    return (
        NUMBER_NAMES.get(name) or ACCOUNT_NUMBER_NAMES.get(name) or LIMIT_NAMES.get(name.removeprefix("limits."), name)
    )


routes: Sequence[web.RouteDef] = (
    get("/admin/policy", show_policy, Right.READ_POLICY),
    post("/admin/policy", take_policy, Right.SAVE_POLICY),
)
