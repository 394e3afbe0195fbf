"""A stand-in for the WeChat platform: its interface over real HTTP, and its account's followers.

The interface keeps what it accepted, refuses with the real error codes and misbehaves on demand. A follower's
messages are sealed and signed as the platform does it, delivered up to three times, and the reply is opened.
"""

import asyncio
import json
import secrets
import string
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

from rehearsal.wechat_phone import Credentials, Follower

_MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40013: "invalid appid",
    40014: "invalid access_token",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    41001: "access_token missing",
    42001: "access_token expired",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44004: "empty content",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    46004: "user not exist",
    47001: "data format error",
    47003: "argument invalid",
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message the platform took: `kind` is `custom` or `template`, `fields` those of a template."""

    openid: str
    text: str
    kind: str
    at: datetime
    client_msg_id: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


class WechatServer:
    """The platform for one official account, on a free port of 127.0.0.1; an async context manager.

    `now` is the clock of everything signed and of the 48-hour `window` (None: not watched). `templates`
    are the ids the account owns (None: any). `token_life_s` is how long a token is said to last, in seconds.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        credentials: Credentials | None = None,
        *,
        window: timedelta | None = timedelta(hours=48),
        templates: frozenset[str] | None = None,
        token_life_s: int = 7200,
    ) -> None:
        self.now = now
        self.credentials = credentials or Credentials.invent()
        self.accepted: list[Accepted] = []
        self.token_requests = 0
        self.tokens_made = 0
        self.slow_s = 30.0
        self.base = ""
        self._window = window
        self._templates = templates
        self._token_life_s = token_life_s
        self._token = ""
        self._old_tokens: set[str] = set()
        self._seen: dict[str, datetime] = {}
        self._left: set[str] = set()
        self._mischief: dict[str, deque[str]] = {"token": deque(), "send": deque()}

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/cgi-bin/stable_token", self._give_token)
        app.router.add_post("/cgi-bin/message/custom/send", self._take_custom)
        app.router.add_post("/cgi-bin/message/template/send", self._take_template)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.http = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.close()
        await self._runner.cleanup()

    def misbehave(self, kind: str, times: int = 1, where: str = "send") -> None:
        """Spoil the next calls of `where` (`send`, `token`): `slow`, `drop` (taken, then the line is cut),
        `invalid_json` (taken), a three-digit HTTP status, or an error code such as `45015`.
        """
        if kind not in {"slow", "drop", "invalid_json"} and not kind.lstrip("-").isdigit():
            raise ValueError(f"no such misbehaviour: {kind}")
        self._mischief[where].extend([kind] * times)

    def spoil_token(self) -> None:
        """Let the token in use expire at once: whoever still uses it is answered 42001."""
        self._old_tokens.add(self._token)
        self._token = ""

    def greet(self, openid: str) -> None:
        """The follower wrote or followed just now: the window is open."""
        self._seen[openid] = self.now()
        self._left.discard(openid)

    def leave(self, openid: str) -> None:
        """The follower stopped following: nothing reaches them."""
        self._left.add(openid)

    def follower(self, openid: str, webhook_url: str) -> Follower:
        """A phone with this openid, writing to the account whose webhook is given."""
        return Follower(openid, webhook_url, self.credentials, self.now, self.http, self.greet, self.leave)

    async def post_text(
        self, webhook_url: str, openid: str, text: str, msg_id: str | None = None, repeat: int = 1
    ) -> str:
        """Deliver a text `repeat` times under one MsgId; the reply's text. Raises WebhookError."""
        return await self.follower(openid, webhook_url).say(text, msg_id, repeat)

    async def _give_token(self, request: web.Request) -> web.StreamResponse:
        self.token_requests += 1
        mischief = self._next_mischief("token")
        if code := _error_code(mischief):
            return _code(code)
        if (spoilt := await self._spoil(request, mischief)) is not None:
            return spoilt
        asked = json.loads(await request.read())
        if asked.get("appid") != self.credentials.app_id:
            return _code(40013)
        if asked.get("secret") != self.credentials.secret:
            return _code(40125)
        if not self._token or asked.get("force_refresh"):
            self.tokens_made += 1
            self._old_tokens.add(self._token)
            self._token = "".join(secrets.choice(string.ascii_letters) for _ in range(136))
        return web.json_response({"access_token": self._token, "expires_in": self._token_life_s})

    async def _take_custom(self, request: web.Request) -> web.StreamResponse:
        return await self._take(request, _read_custom, self._refuse_custom)

    async def _take_template(self, request: web.Request) -> web.StreamResponse:
        return await self._take(request, _read_template, self._refuse_template)

    async def _take(
        self,
        request: web.Request,
        read: Callable[[Any, datetime], Accepted],
        refuse: Callable[[Any, Accepted], int],
    ) -> web.StreamResponse:
        if code := self._refuse_token(request.query.get("access_token", "")):
            return _code(code)
        try:
            # The platform does not undo \u escapes: who sends them reads them.
            asked = json.loads((await request.read()).replace(b"\\u", b"\\\\u"))
            message = read(asked, self.now())
        except (ValueError, KeyError, TypeError, AttributeError):
            return _code(47001)
        mischief = self._next_mischief("send")
        if code := _error_code(mischief) or refuse(asked, message):
            return _code(code)
        if not mischief.isdigit():
            self.accepted.append(message)
        spoilt = await self._spoil(request, mischief)
        return spoilt if spoilt is not None else self._thank(message)

    def _thank(self, message: Accepted) -> web.Response:
        number = {"msgid": 3_000_000_000 + len(self.accepted)} if message.kind == "template" else {}
        return web.json_response({"errcode": 0, "errmsg": "ok", **number})

    def _next_mischief(self, where: str) -> str:
        return self._mischief[where].popleft() if self._mischief[where] else ""

    async def _spoil(self, request: web.Request, mischief: str) -> web.Response | None:
        match mischief:
            case "":
                return None
            case "slow":
                await asyncio.sleep(self.slow_s)
                return None
            case "drop":
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()
            case "invalid_json":
                return web.Response(text="<html>502</html>")
            case status:
                return web.Response(status=int(status), text="gateway")

    def _refuse_token(self, token: str) -> int:
        if not token:
            return 41001
        if token in self._old_tokens:
            return 42001
        return 0 if token == self._token else 40001

    def _refuse_custom(self, asked: Any, message: Accepted) -> int:
        if not message.text:
            return 44004
        if len(message.text.encode()) > 2048:
            return 45002
        seen = self._seen.get(message.openid)
        closed = self._window is not None and (seen is None or self.now() - seen > self._window)
        return 45015 if closed or message.openid in self._left else 0

    def _refuse_template(self, asked: Any, message: Accepted) -> int:
        if self._templates is not None and asked["template_id"] not in self._templates:
            return 40037
        if any(name.startswith("thing") and not 0 < len(value) <= 20 for name, value in message.fields.items()):
            return 47003
        return 43004 if message.openid in self._left else 0


def _read_custom(asked: Any, at: datetime) -> Accepted:
    if asked["msgtype"] != "text":
        raise ValueError("only texts are rehearsed")
    return Accepted(str(asked["touser"]), str(asked["text"]["content"]), "custom", at)


def _read_template(asked: Any, at: datetime) -> Accepted:
    fields = {name: str(part["value"]) for name, part in asked["data"].items()}
    text = "\n".join(fields.values())
    return Accepted(str(asked["touser"]), text, "template", at, asked.get("client_msg_id"), fields)


def _error_code(mischief: str) -> int:
    """The platform's own code; 0 for an HTTP status (three digits) and the misbehaviours with a name."""
    return int(mischief) if mischief.lstrip("-").isdigit() and len(mischief) != 3 else 0


def _code(code: int) -> web.Response:
    return web.json_response({"errcode": code, "errmsg": f"{_MESSAGES.get(code, 'refused')} rid: rehearsal"})
