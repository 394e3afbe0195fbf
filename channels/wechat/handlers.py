"""Handlers of the WeChat webhook: the handshake, and messages answered in the same response."""

from __future__ import annotations

from functools import lru_cache

import structlog
from aiohttp import web

from channels.dialogue.flow import compose_answer
from channels.dialogue.state import Phrase, line
from channels.web.app_keys import SETTINGS
from channels.web.rate_limits import is_too_often
from channels.web.region import region_of
from channels.web.routes import PUBLIC, get, post
from channels.web.session import now
from channels.web.timeouts import TEXT_S, while_reading
from channels.wechat.inbound import BadMessage, Gate
from channels.wechat.protocol import BODY_BYTES
from channels.wechat.texts import say
from hotline.actions.intake.conversation import take_turn
from hotline.config import Settings
from hotline.domain.errors import Refusal
from hotline.domain.messaging.message import Incoming
from hotline.domain.policy.rate_limits import LimitedAction

_log = structlog.get_logger()


async def answer_handshake(request: web.Request) -> web.Response:
    """`GET /wechat`: answer the handshake by which the platform verifies this server."""
    try:
        return web.Response(text=_gate(request).verify_echo(request.query))
    except BadMessage as fault:
        return _refused(fault)


async def answer_message(request: web.Request) -> web.Response:
    """`POST /wechat`: answer a message in the same response, within WeChat's five seconds (PROCEDURE §5).

    A repeated delivery gets the first answer. A request not proven to come from WeChat gets 4xx and only a log line.
    """
    gate, at = _gate(request), now(request)
    try:
        incoming = gate.read(request.query, await _read_body(request), at)
    except BadMessage as fault:
        return _refused(fault)
    body, content_type = gate.write(await _reply(request, incoming), incoming, at)
    return web.Response(body=body, content_type=content_type, charset="utf-8")


async def _reply(request: web.Request, incoming: Incoming) -> str:
    context, at = region_of(request), now(request)
    await context.refresh(at)
    facts = _facts(request.app[SETTINGS])
    if await is_too_often(request, LimitedAction.WECHAT_MESSAGE, incoming.person):
        # A sender this fast is a program: warn it once an hour, so that two programs do not answer each other forever.
        may_warn = not await is_too_often(request, LimitedAction.WECHAT_WARNING, incoming.person)
        return say([line(Phrase.TOO_FAST, **facts)]) if may_warn else ""
    try:
        return await take_turn(context, incoming, at, compose_answer(context, incoming, at, say, facts))
    except Refusal as refusal:
        return say([line(Phrase.REFUSED, sentence=refusal.sentence, **facts)])


def _facts(settings: Settings) -> dict[str, str]:
    return {
        "url": f"{settings.public_url}/progress", "hotline": settings.hotline_number, "county": settings.county,
    }  # fmt: skip


async def _read_body(request: web.Request) -> bytes:
    """Read at most BODY_BYTES + 1 bytes, whatever Content-Length says, so that the gate can refuse a larger body."""
    body = b""
    async with while_reading(request, TEXT_S):
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > BODY_BYTES:
                break
    return body[: BODY_BYTES + 1]


def _refused(fault: BadMessage) -> web.Response:
    _log.warning("wechat_message_refused", fault=type(fault).__name__, status=fault.status)
    return web.Response(text=fault.sentence, status=fault.status)


def _gate(request: web.Request) -> Gate:
    settings = request.app[SETTINGS]
    return _gate_of(settings.wechat_app_id or "", settings.wechat_token or "", settings.wechat_aes_key or "")


@lru_cache(maxsize=8)
def _gate_of(app_id: str, token: str, aes_key: str) -> Gate:
    return Gate(app_id, token, aes_key)


routes = (get("/wechat", answer_handshake, PUBLIC), post("/wechat", answer_message, PUBLIC))
