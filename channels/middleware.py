"""Middleware of every request: number, log line, timeout, viewer, and refusals as pages with a sentence."""

from __future__ import annotations

import secrets
import time

import structlog
from aiohttp import web

from channels.ui.rendering import error_page
from channels.web.app_keys import REQUEST_ID, VIEWER
from channels.web.csrf_origin import SAFE, check_origin
from channels.web.rate_limits import count_account
from channels.web.region import region_of
from channels.web.routes import check_address
from channels.web.session import Handler, check_owed, now, recognise
from channels.web.timeouts import answer_in_time
from hotline.db import WORTH_ANOTHER_TRY
from hotline.domain.errors import Refusal
from hotline.domain.policy.rate_limits import LimitedAction

_log = structlog.get_logger()


@web.middleware
async def account_for(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Number the request and log one line: method, route, status, milliseconds; never its content."""
    request[REQUEST_ID] = secrets.token_hex(4)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=request[REQUEST_ID])
    started = time.perf_counter()
    response = await _answer(request, handler)
    _log.info(
        "request",
        method=request.method,
        route=_route(request),
        status=response.status,
        ms=round((time.perf_counter() - started) * 1000, 1),
    )
    return response


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "-"


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        async with answer_in_time(request):
            return await _guarded(request, handler)
    except web.HTTPException as answer:
        if answer.status < 400:
            return _as_response(answer)
        return error_page(request, answer.status, _SENTENCES.get(answer.status, "这个请求无法办理。"))
    except Refusal as refusal:
        return error_page(request, refusal.status, refusal.sentence)
    except WORTH_ANOTHER_TRY:
        _log.exception("request_failed", route=_route(request))
        return error_page(request, 503, "系统正忙，这次没有办成，请稍后再试。")
    except Exception:
        _log.exception("request_failed", route=_route(request))
        return error_page(request, 500, "系统出了问题，这次没有办成，我们已记下。")


async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    request[VIEWER] = None
    check_address(request)
    check_origin(request)
    if not request.path.startswith(("/static/", "/healthz")):
        await region_of(request).refresh(now(request))
        await recognise(request)
        check_owed(request)
    if request.method not in SAFE:
        await count_account(request, LimitedAction.ACCOUNT_FORM)
    return await handler(request)


def _as_response(answer: web.HTTPException) -> web.Response:
    return web.Response(status=answer.status, headers={k: v for k, v in answer.headers.items() if k == "Location"})


_SENTENCES = {
    400: "请求的写法不对，请从网页重新提交。",
    403: "您没有查看或办理的权限。",
    404: "没有找到这个页面。",
    405: "这个地址不接受这样的请求。",
    413: "内容太大了：文字不能超过1 MB，每个文件不能超过10 MB。",
    415: "不接受这种格式的内容。",
}
