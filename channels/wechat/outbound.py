"""Sending through WeChat: customer-service and template messages, and the access token for both."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
import structlog

from channels.wechat.protocol import (
    NO_WINDOW,
    STALE_TOKEN,
    TEXT_BYTES,
    UnclearError,
    UnsentError,
    describe,
    fit_bytes,
    fit_chars,
    is_setup_fault,
    judge,
    later,
    post_json,
)
from channels.wechat.texts import TemplateValue, template_values, word_notices
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt

API_BASE = "https://api.weixin.qq.com"
DEFAULT_TEMPLATE = "notice"

_TOKEN = "/cgi-bin/stable_token"  # noqa: S105 - an address
_CUSTOM = "/cgi-bin/message/custom/send"
_TEMPLATE = "/cgi-bin/message/template/send"
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Template:
    """A template of the account: the value for each of its `fields`, and its `fixed` texts."""

    template_id: str
    fields: Mapping[str, TemplateValue] = field(default_factory=lambda: {"thing1": TemplateValue.SUMMARY})
    fixed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OfficialAccount:
    """The official account to send as; `templates` by the name in `Outgoing.template`, by default `notice`."""

    app_id: str
    secret: str = field(repr=False)
    api_base: str = API_BASE
    templates: Mapping[str, Template] = field(default_factory=dict)


class Cache(Protocol):
    """The three Valkey commands needed, as in redis-py's asyncio client."""

    def get(self, name: str, /) -> Any: ...
    def set(self, name: str, value: str, /, *, ex: int | None = None, nx: bool = False) -> Any: ...
    def eval(self, script: str, numkeys: int, /, *keys_and_args: str) -> Any: ...


class Tokens:
    """The access token, shared by all processes through the cache and renewed by one of them at a time.

    Without a cache, or while it is unreachable, each process requests the token itself. The platform's stable token is
    the same for all of them, so that no request invalidates another's token.
    """

    MARGIN_S = 200  # the platform hands out a new token in the last 300 s of the old one
    TRUST_S = 30  # how long a token from the cache is used before the cache is read again
    LOCK_S = 20  # longer than one request for a token can take
    WAIT_S: float = 25
    PAUSE_S = 5  # after a refusal, so that a batch requests the token once, not once a message

    def __init__(self, http: aiohttp.ClientSession, account: OfficialAccount, cache: Cache | None = None) -> None:
        self._http = http
        self._account = account
        self._cache = cache
        self._cache_rests_until = 0.0
        self._key = f"wechat:token:{account.app_id}"
        self._one_asks = asyncio.Lock()
        self._token = ""
        self._good_until = 0.0
        self._refusal = ("", 0)
        self._refused_until = 0.0

    async def token(self) -> str:
        """Return a token that should still be valid. Raises UnsentError."""
        return self._held("") or await self._obtain("")

    async def renew(self, rejected: str) -> str:
        """Return a token other than the rejected one; another process may have renewed it already. Raises UnsentError."""
        return await self._obtain(rejected)

    def _held(self, rejected: str) -> str:
        fresh = _clock() < self._good_until and self._token != rejected
        return self._token if fresh else ""

    async def _obtain(self, rejected: str) -> str:
        async with self._one_asks:
            token = self._held(rejected) or await self._shared(rejected)
            if token:
                return token
            if _clock() < self._refused_until:
                raise UnsentError(*self._refusal)
            return await self._refresh(rejected)

    async def _shared(self, rejected: str) -> str:
        value = await self._ask(lambda cache: cache.get(self._key), None)
        token = value.decode() if isinstance(value, bytes) else str(value or "")
        if not token or token == rejected:
            return ""
        self._keep(token, self.TRUST_S)
        return token

    async def _refresh(self, rejected: str) -> str:
        owner = secrets.token_hex(8)
        give_up_at = _clock() + self.WAIT_S
        while _clock() < give_up_at:
            if await self._lock(owner):
                try:
                    return await self._shared(rejected) or await self._fetch()
                finally:
                    await self._unlock(owner)
            await asyncio.sleep(0.05)
            if token := await self._shared(rejected):
                return token
        raise UnsentError("等待其他进程更新微信令牌超时", 30)

    async def _lock(self, owner: str) -> bool:
        taken = await self._ask(
            lambda cache: cache.set(f"{self._key}:lock", owner, nx=True, ex=self.LOCK_S), default=True
        )
        return bool(taken)

    async def _unlock(self, owner: str) -> None:
        await self._ask(lambda cache: cache.eval(_RELEASE, 1, f"{self._key}:lock", owner), None)

    async def _fetch(self) -> str:
        payload = {
            "grant_type": "client_credential",
            "appid": self._account.app_id,
            "secret": self._account.secret,
        }
        try:
            answer = await post_json(self._http, self._account.api_base + _TOKEN, payload)
            token, lifetime = _token_of(answer)
        except (UnsentError, UnclearError) as fault:
            raise self._refuse(fault) from None
        # A lifetime shorter than the margin must not cause a request for every message.
        good_for = max(lifetime - self.MARGIN_S, lifetime // 2, 1)
        self._keep(token, good_for)
        await self._ask(lambda cache: cache.set(self._key, token, ex=good_for), None)
        return token

    def _keep(self, token: str, seconds: int) -> None:
        self._token, self._good_until = token, _clock() + seconds

    def _refuse(self, fault: UnsentError | UnclearError) -> UnsentError:
        self._refusal = (
            (fault.reason, fault.retry_after_s) if isinstance(fault, UnsentError) else ("微信令牌接口没有正常应答", 30)
        )
        self._refused_until = _clock() + self.PAUSE_S
        log.error("wechat_token_refused", reason=self._refusal[0])
        return UnsentError(*self._refusal)

    async def _ask(self, command: Callable[[Cache], Awaitable[Any]], default: Any) -> Any:
        """Run a cache command within one second; return `default` without a cache or if it fails."""
        if self._cache is None or _clock() < self._cache_rests_until:
            return default
        try:
            async with asyncio.timeout(1):
                return await command(self._cache)
        except Exception as fault:  # messages are sent even if the cache fails
            self._cache_rests_until = _clock() + self.PAUSE_S
            log.warning("wechat_token_cache_unreachable", fault=type(fault).__name__)
            return default


class Sender:
    """Sends one `Outgoing` at a time; safe to share between tasks."""

    def __init__(self, http: aiohttp.ClientSession, account: OfficialAccount, tokens: Tokens) -> None:
        self._http = http
        self._account = account
        self._tokens = tokens

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Send as a customer-service message or, if its window is closed, as a template message.

        Faults of the platform or the network are not raised but returned: `later` if the platform certainly did not
        accept the message, `unknown` if it may have, `impossible` if the recipient's next channel is due
        (PROCEDURE §5).
        """
        try:
            code, provider_id = await self._call(_CUSTOM, _custom(outgoing))
            if code in NO_WINDOW:
                return await self._send_template(outgoing, code)
        except UnsentError as fault:
            return self._logged(outgoing, "custom", later(fault.reason, fault.retry_after_s))
        except UnclearError as fault:
            return self._logged(outgoing, "custom", Receipt(Delivery.UNKNOWN, None, str(fault), None))
        return self._logged(outgoing, "custom", judge(code, provider_id))

    async def _send_template(self, outgoing: Outgoing, closed_by: int) -> Receipt:
        template = self._account.templates.get(outgoing.template or DEFAULT_TEMPLATE)
        if template is None:
            return self._logged(outgoing, "custom", Receipt(Delivery.IMPOSSIBLE, None, describe(closed_by), None))
        code, provider_id = await self._call(_TEMPLATE, _templated(outgoing, template))
        return self._logged(outgoing, "template", judge(code, provider_id))

    async def _call(self, path: str, payload: Mapping[str, object]) -> tuple[int, str | None]:
        token = await self._tokens.token()
        code, provider_id = await self._call_once(path, payload, token)
        if code in STALE_TOKEN:
            token = await self._tokens.renew(token)
            code, provider_id = await self._call_once(path, payload, token)
        return code, provider_id

    async def _call_once(self, path: str, payload: Mapping[str, object], token: str) -> tuple[int, str | None]:
        url = self._account.api_base + path
        answer = await post_json(self._http, url, payload, params={"access_token": token})
        code = answer.get("errcode")
        if not isinstance(code, int):
            raise UnclearError("微信的应答无法识别")
        return code, str(answer["msgid"]) if "msgid" in answer else None

    def _logged(self, outgoing: Outgoing, via: str, receipt: Receipt) -> Receipt:
        log.info(
            "wechat_sent",
            outbox=str(outgoing.outbox_id),
            via=via,
            delivery=receipt.delivery,
            reason=receipt.reason,
        )
        return receipt


def _custom(outgoing: Outgoing) -> dict[str, object]:
    words = word_notices(outgoing.notices)
    tail = f"\n{outgoing.url}" if outgoing.url and outgoing.url not in words else ""
    text = fit_bytes(words, TEXT_BYTES - len(tail.encode())) + tail
    return {"touser": outgoing.recipient, "msgtype": "text", "text": {"content": text}}


def _templated(outgoing: Outgoing, template: Template) -> dict[str, object]:
    values = template_values(outgoing.notices)
    fields = {**template.fixed, **{name: fit_chars(values[value]) for name, value in template.fields.items()}}
    return {
        "touser": outgoing.recipient,
        "template_id": template.template_id,
        "client_msg_id": outgoing.outbox_id.hex,
        "data": {name: {"value": value} for name, value in fields.items()},
        **({"url": outgoing.url} if outgoing.url else {}),
    }


def _token_of(answer: Mapping[str, Any]) -> tuple[str, int]:
    token, lifetime, code = answer.get("access_token"), answer.get("expires_in"), answer.get("errcode")
    if isinstance(token, str) and token and isinstance(lifetime, int):
        return token, lifetime
    if isinstance(code, int):
        receipt = judge(code)
        raise UnsentError(describe(code), receipt.retry_after_s or (600 if is_setup_fault(code) else 60))
    raise UnclearError("微信的应答无法识别")


def _clock() -> float:
    return asyncio.get_running_loop().time()
