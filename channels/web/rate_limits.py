"""Apply rate limits by address, account, phone number or WeChat user; by address or account with a polite refusal."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Sequence
from datetime import timedelta

from aiohttp import web

from channels.web.app_keys import RATE_LIMITER, RETRY_AFTER, VIEWER
from channels.web.forms import Form
from channels.web.region import region_of
from channels.web.session import now, remote_address
from hotline.actions.region.context import RegionContext
from hotline.domain.errors import Refusal
from hotline.domain.policy.login_rules import plain_login
from hotline.domain.policy.rate_limits import LimitedAction, RateLimit
from hotline.phone import normalise
from hotline.rate_limiter import Cost

_V6_PREFIX = 64


class TooOften(Refusal):
    """{what}，请过{wait}再试。着急的事，请直接拨打热线电话。"""

    status = 429


_WHAT = {
    LimitedAction.ADDRESS_FILING: "从您这里提交的诉求太多了",
    LimitedAction.ADDRESS_QUERY: "查询太频繁了",
    LimitedAction.ADDRESS_UPLOAD: "上传的文件太多了",
    LimitedAction.ADDRESS_LOGIN: "登录太频繁了",
    LimitedAction.LOGIN_LOGIN: "登录太频繁了",
    LimitedAction.ACCOUNT_FORM: "操作太频繁了",
    LimitedAction.ACCOUNT_UPLOAD: "上传的文件太多了",
    LimitedAction.ACCOUNT_REVEAL: "查看姓名电话太频繁了",
    LimitedAction.ACCOUNT_SEARCH: "查找太频繁了",
}


async def count_address(request: web.Request, *acts: LimitedAction, cost: int = 1) -> None:
    """Charge the remote address. Raises TooOften."""
    await _charge(request, [(act, _network(remote_address(request)), cost) for act in acts])


async def is_alarm_due(request: web.Request, phone: str) -> bool:
    """Charge a telephone number for a filing that was taken; return whether the hotline is to be told of too many.

    The number is not proven to be the filer's: what the filer is answered must not depend on it.
    """
    number = normalise(phone, area_code=region_of(request).area_code) if phone else None
    if number is None or not await is_too_often(request, LimitedAction.PHONE_FILING, number.digits):
        return False
    return not await is_too_often(request, LimitedAction.PHONE_ALARM, number.digits)


async def count_login(request: web.Request, login: str) -> None:
    """Charge the remote address and the login entered, whether or not it exists. Raises TooOften."""
    await _charge(
        request,
        [
            (LimitedAction.ADDRESS_LOGIN, _network(remote_address(request)), 1),
            (LimitedAction.LOGIN_LOGIN, plain_login(login), 1),
        ],
    )


async def count_account(request: web.Request, act: LimitedAction, cost: int = 1) -> None:
    """Charge the logged-in account; without one nothing is charged. Raises TooOften."""
    viewer = request.get(VIEWER)
    if viewer is not None:
        await _charge(request, [(act, str(viewer.actor.account_id), cost)])


async def count_files(request: web.Request, form: Form) -> None:
    """Charge the files of a form to the account, or to the address without one. Raises TooOften."""
    if form.files and request.get(VIEWER) is not None:
        await count_account(request, LimitedAction.ACCOUNT_UPLOAD, len(form.files))
    elif form.files:
        await count_address(request, LimitedAction.ADDRESS_UPLOAD, cost=len(form.files))


async def is_too_often(request: web.Request, act: LimitedAction, person: str) -> bool:
    """Charge a person and return whether the limit is exceeded, where nothing is refused with a page."""
    return await _wait(request, [(act, person, 1)]) > timedelta(0)


async def _charge(request: web.Request, charges: Sequence[tuple[LimitedAction, str, int]]) -> None:
    wait = await _wait(request, charges)
    if wait > timedelta(0):
        request[RETRY_AFTER] = math.ceil(wait.total_seconds())
        raise TooOften(what=_WHAT[charges[-1][0]], wait=_in_words(wait))


async def _wait(request: web.Request, charges: Sequence[tuple[LimitedAction, str, int]]) -> timedelta:
    context = region_of(request)
    rates = context.rules.policy.rates
    costs = [
        Cost(_key(context, act, subject), rate, cost)
        for act, subject, cost in charges
        if (rate := RateLimit.parse(rates[act])) is not None
    ]
    return await request.app[RATE_LIMITER].charge(costs, now(request))


def _key(context: RegionContext, act: LimitedAction, subject: str) -> str:
    # Addresses and numbers are personal data: the cache holds only a keyed hash of them.
    return f"rate:{context.region}:{act}:{context.vault.fingerprint(subject, 'rate').hex()[:24]}"


def _network(address: str) -> str:
    """Return an IPv4 address as it is, an IPv6 one as its /64 network, in which one machine may use any address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((int(parsed), _V6_PREFIX), strict=False))


def _in_words(wait: timedelta) -> str:
    minutes = math.ceil(wait.total_seconds() / 60)
    if wait.total_seconds() < 60:
        return f"{max(1, math.ceil(wait.total_seconds()))}秒"
    return f"{minutes}分钟" if minutes < 120 else f"{math.ceil(minutes / 60)}小时"
