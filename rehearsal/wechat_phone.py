"""A follower of the stand-in for WeChat, whose messages the platform relays to the webhook."""

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self
from xml.sax.saxutils import escape

import aiohttp
import xmltodict
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner

from channels.wechat.protocol import clean_text

TRIES = 3
PATIENCE = aiohttp.ClientTimeout(total=5)  # the platform waits five seconds, then delivers again


@dataclass(frozen=True, slots=True)
class Credentials:
    """Secrets shared by account and platform; `account` is the account's original id."""

    app_id: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    secret: str = field(repr=False)
    account: str = "gh_rehearsal0"

    @classmethod
    def invent(cls) -> Self:
        """Fresh random credentials of the real form."""
        return cls(
            app_id=f"wx{secrets.token_hex(8)}",
            token=secrets.token_hex(12),
            aes_key=_letters(42) + "A",
            secret=secrets.token_hex(16),
        )


class Forgery(StrEnum):
    """What can be wrong with a delivery."""

    SIGNATURE = "signature"
    MESSAGE_SIGNATURE = "message_signature"
    PLAIN = "plain"
    OTHER_APP = "other_app"
    OTHER_KEY = "other_key"
    STALE = "stale"


_WRONG_PART = {Forgery.SIGNATURE: "signature", Forgery.MESSAGE_SIGNATURE: "msg_signature"}


@dataclass(frozen=True, slots=True)
class Envelope:
    """One delivery: the query string's parts and the body."""

    query: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the webhook answered; `text` is the opened reply, empty for `success`."""

    status: int
    body: bytes
    text: str


class WebhookError(Exception):
    """The webhook gave an answer that the platform does not understand, or two replies to one message."""


class Follower:
    """A person's phone: messages reach the webhook encrypted and signed, at the given clock's time."""

    def __init__(
        self,
        openid: str,
        webhook_url: str,
        credentials: Credentials,
        now: Callable[[], datetime],
        http: aiohttp.ClientSession,
        on_contact: Callable[[str], None] = lambda openid: None,
        on_leave: Callable[[str], None] = lambda openid: None,
    ) -> None:
        self.openid = openid
        self._webhook_url = webhook_url
        self._credentials = credentials
        self._now = now
        self._http = http
        self._on_contact = on_contact
        self._on_leave = on_leave

    async def say(self, text: str, msg_id: str | None = None, repeat: int = 1) -> str:
        """Send a text, delivered `repeat` times under one MsgId; the reply's text.

        Raises WebhookError when an answer is not 200, or when the deliveries got different replies.
        """
        self._on_contact(self.openid)
        xml = self.message("text", msg_id or new_message_id(), Content=text)
        replies = {await self._relay(xml) for _ in range(repeat)}
        if len(replies) != 1:
            raise WebhookError(f"{len(replies)} different replies to one message")
        return replies.pop()

    async def show(self, kind: str, msg_id: str | None = None, **parts: str) -> str:
        """Send an `image`, `voice`, `location` …, its parts by their XML names; the reply's text."""
        self._on_contact(self.openid)
        return await self._relay(self.message(kind, msg_id or new_message_id(), **parts))

    async def push(self, event: str, key: str = "", **parts: str) -> str:
        """Send an event: `subscribe`, `unsubscribe`, `CLICK` …; the reply's text."""
        (self._on_leave if event == "unsubscribe" else self._on_contact)(self.openid)
        return await self._relay(self.message("event", None, Event=event, EventKey=key, **parts))

    async def post(self, xml: str, forgery: Forgery | None = None) -> Answer:
        """Deliver this XML once, perhaps forged; the webhook's answer. Raises aiohttp.ClientError."""
        envelope = self.seal(xml, forgery)
        headers = {"Content-Type": "text/xml"}
        async with self._http.post(
            self._webhook_url, params=envelope.query, data=envelope.body, headers=headers, timeout=PATIENCE
        ) as response:
            body = await response.read()
            return Answer(response.status, body, self.open(body) if response.status == 200 else "")

    def message(self, kind: str, msg_id: str | None, **parts: str) -> str:
        """The plain XML of one message, before it is sealed; without MsgId when that is None."""
        heads = {"ToUserName": self._credentials.account, "FromUserName": self.openid}
        tail = {"MsgType": kind, **parts, **({"MsgId": msg_id} if msg_id else {})}
        fields = {**heads, "CreateTime": str(int(self._now().timestamp())), **tail}
        parts_xml = (f"<{name}>{escape(clean_text(value))}</{name}>" for name, value in fields.items())
        return f"<xml>{''.join(parts_xml)}</xml>"

    def seal(self, xml: str, forgery: Forgery | None = None) -> Envelope:
        """The delivery of one XML in safe mode, or with one thing wrong."""
        known = self._credentials
        app_id = "wx0000000000000000" if forgery is Forgery.OTHER_APP else known.app_id
        key = WeChatCrypto(known.token, known.aes_key, app_id).key
        sealed = PrpCrypto(secrets.token_bytes(32) if forgery is Forgery.OTHER_KEY else key).encrypt(xml, app_id)
        stamp = int(self._now().timestamp()) - (3600 if forgery is Forgery.STALE else 0)
        query = {"timestamp": str(stamp), "nonce": str(secrets.randbelow(10**9)), "openid": self.openid}
        query["signature"] = self._sign(query)
        if forgery is Forgery.PLAIN:
            return Envelope(query, xml.encode())
        query |= {"encrypt_type": "aes", "msg_signature": self._sign(query, sealed)}
        wrong = _WRONG_PART.get(forgery) if forgery else None
        if wrong:
            query[wrong] = "0" * 40
        head = f"<ToUserName><![CDATA[{known.account}]]></ToUserName>"
        return Envelope(query, f"<xml>{head}<Encrypt><![CDATA[{sealed.decode()}]]></Encrypt></xml>".encode())

    def open(self, body: bytes) -> str:
        """The text of a sealed reply addressed to this phone, or '' for `success`. Raises WebhookError."""
        if body in (b"success", b""):
            return ""
        try:
            outer: dict[str, str] = xmltodict.parse(body)["xml"]
            known = self._credentials
            crypto = WeChatCrypto(known.token, known.aes_key, known.app_id)
            plain = crypto.decrypt_message(outer, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"])
            reply: dict[str, str] = xmltodict.parse(plain)["xml"]
        except Exception as fault:
            raise WebhookError("the reply cannot be opened") from fault
        if (reply["ToUserName"], reply["FromUserName"]) != (self.openid, self._credentials.account):
            raise WebhookError("the reply is addressed to somebody else")
        return str(reply["Content"])

    async def _relay(self, xml: str) -> str:
        """Up to three tries, as the platform does when the webhook is slow, gone or broken."""
        for left in reversed(range(TRIES)):
            try:
                answer = await self.post(xml)
            except (aiohttp.ClientError, TimeoutError) as fault:
                if not left:
                    raise WebhookError(f"no answer from the webhook ({type(fault).__name__})") from fault
                continue
            if answer.status == 200:
                return answer.text
            if answer.status < 500 or not left:
                raise WebhookError(f"the webhook answered {answer.status}")
        raise AssertionError("unreachable")

    def _sign(self, query: dict[str, str], *more: bytes) -> str:
        signer = WeChatSigner()
        signer.add_data(self._credentials.token, query["timestamp"], query["nonce"], *more)
        return str(signer.signature)


def new_message_id() -> str:
    """A MsgId of the real form: 17 digits and more, never used before."""
    return str(24_000_000_000_000_000 + secrets.randbelow(10**15))


def _letters(count: int) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(count))
