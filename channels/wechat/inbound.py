"""The gate of the WeChat webhook: verify, decrypt and parse messages, encrypt replies.

Only the platform's safe mode (encrypted) is supported. Every fault of a request is raised as `BadMessage`.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from wechatpy import parse_message
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.replies import TextReply
from wechatpy.utils import WeChatSigner

from channels.wechat.protocol import BODY_BYTES, fit_bytes
from hotline.domain.errors import Refusal
from hotline.domain.messaging.message import Incoming, IncomingKind
from hotline.domain.text import clean

CHANNEL = "wechat"
REPLAY_LIMIT = timedelta(minutes=10)

_KINDS: dict[str, IncomingKind] = {
    "text": "text",
    "image": "image",
    "voice": "voice",
    "video": "video",
    "shortvideo": "video",
    "location": "location",
    "link": "link",
    "event": "push",
}
_KEYED_PUSHES = frozenset({"click", "view", "scan", "scancode_push", "scancode_waitmsg"})

# Possessive quantifiers, so that a long run of blanks cannot take quadratic time.
_ENCRYPT = re.compile(
    rb"<Encrypt>\s*+(?:<!\[CDATA\[)?+([A-Za-z0-9+/=]++)(?:\]\]>)?+\s*+</Encrypt>",
)
_ACCOUNT_NAME = re.compile(r"[A-Za-z0-9_@.-]{1,64}")
_SECONDS = re.compile(r"[0-9]{1,11}")
_MESSAGE_ID = re.compile(r"[0-9]{1,20}")
_ECHO = re.compile(r"[A-Za-z0-9+/=_-]{1,512}")


class BadMessage(Refusal):
    """微信消息未被接受：{why}。"""

    status = 400


class UnprovenMessage(BadMessage):
    """微信消息未被接受，无法证明它来自微信：{why}。"""

    status = 401


class OversizedMessage(BadMessage):
    """微信消息未被接受：超过 {limit_kb} KB。"""

    status = 413


class Gate:
    """The gate of one official account; it learns the account's original id from the first message read."""

    def __init__(self, app_id: str, token: str, aes_key: str) -> None:
        """`aes_key` is the EncodingAESKey of 43 characters. Raises ValueError if it is invalid or another value is empty."""
        if not app_id or not token or not re.fullmatch(r"[A-Za-z0-9+/]{43}", aes_key):
            raise ValueError("app id, token and a 43-character AES key are needed")
        self._app_id = app_id
        self._token = token.encode()
        self._crypto = WeChatCrypto(token, aes_key, app_id)
        self._account = ""

    def verify_echo(self, query: Mapping[str, str]) -> str:
        """Return the text that answers the platform's GET handshake. Raises BadMessage."""
        echo = query.get("echostr", "")
        if not _ECHO.fullmatch(echo):
            raise BadMessage(why="校验串缺失或格式不对")
        if "msg_signature" in query:
            self._prove(query, "msg_signature", echo.encode())
            return self._decrypt(echo)
        self._prove(query, "signature")
        return echo

    def read(self, query: Mapping[str, str], body: bytes, now: datetime) -> Incoming:
        """Verify, decrypt and parse one pushed message; `now` is aware and within 10 minutes of its timestamp.

        Raises OversizedMessage (413), UnprovenMessage (401: wrong signature or timestamp), else BadMessage (400).
        """
        if len(body) > BODY_BYTES:
            raise OversizedMessage(limit_kb=BODY_BYTES // 1024)
        self._prove(query, "signature")
        self._check_age(query.get("timestamp", ""), now)
        if query.get("encrypt_type") != "aes":
            raise BadMessage(why="只接受安全模式（加密）的消息")
        encrypted = _encrypted_part(body)
        self._prove(query, "msg_signature", encrypted)
        fields = _parse(self._decrypt(encrypted.decode("ascii")))
        incoming = _incoming(fields)
        self._account = fields["ToUserName"]
        return incoming

    def write(self, text: str, incoming: Incoming, now: datetime) -> tuple[bytes, str]:
        """Return body and content type of the answer to `incoming`: the encrypted reply, or `success` for no text.

        Text is cut to 2048 bytes. Raises LookupError if there is text before the first message was read.
        """
        words = fit_bytes(text.strip())
        if not words:
            return b"success", "text/plain"
        if not self._account:
            raise LookupError("no message has been read through this gate")
        seconds = int(now.timestamp())
        reply = TextReply(
            source=self._account,
            target=incoming.person,
            time=seconds,
            content=words.replace("]]>", "]]]]><![CDATA[>"),
        )
        sealed: str = self._crypto.encrypt_message(reply.render(), str(secrets.randbelow(10**10)), str(seconds))
        return sealed.encode(), "text/xml"

    def _prove(self, query: Mapping[str, str], name: str, *more: bytes) -> None:
        signer = WeChatSigner()
        parts = [query.get(part, "").encode("utf-8", "replace") for part in ("timestamp", "nonce")]
        signer.add_data(self._token, *parts, *more)
        signature = query.get(name, "").encode("utf-8", "replace")
        if not hmac.compare_digest(str(signer.signature).encode(), signature):
            raise UnprovenMessage(why="签名不符")

    def _check_age(self, timestamp: str, now: datetime) -> None:
        if not _SECONDS.fullmatch(timestamp):
            raise UnprovenMessage(why="时间戳格式不对")
        if abs(now.timestamp() - int(timestamp)) > REPLAY_LIMIT.total_seconds():
            raise UnprovenMessage(why="消息已过时，可能是重放")

    def _decrypt(self, encrypted: str) -> str:
        # wechatpy raises a different exception for each of a wrong key, padding, length or app id.
        try:
            text: str = PrpCrypto(self._crypto.key).decrypt(encrypted, self._app_id)
        except Exception as fault:
            raise BadMessage(why="无法解密") from fault
        return text


def _encrypted_part(body: bytes) -> bytes:
    """Return the only Encrypt element, found without parsing XML that is not verified yet. Raises BadMessage."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise BadMessage(why="不是 UTF-8 文本") from fault
    found = _ENCRYPT.findall(body)
    if len(found) != 1 or b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise BadMessage(why="没有加密内容，只接受安全模式的消息")
    return bytes(found[0])


def _parse(xml: str) -> dict[str, str]:
    # wechatpy raises different exceptions, or returns None, for broken XML, entities, a missing type, an empty body.
    try:
        data: dict[str, Any] = parse_message(xml)._data
        fields = {name: value for name, value in data.items() if isinstance(value, str)}
    except Exception as fault:
        raise BadMessage(why="内容不是有效的消息") from fault
    for name, form in (
        ("FromUserName", _ACCOUNT_NAME),
        ("ToUserName", _ACCOUNT_NAME),
        ("CreateTime", _SECONDS),
    ):
        if not form.fullmatch(fields.get(name, "")):
            raise BadMessage(why="消息缺少发送人或时间")
    return fields


def _incoming(fields: Mapping[str, str]) -> Incoming:
    kind = _KINDS.get(fields["MsgType"].lower(), "unknown")
    return Incoming(
        channel=CHANNEL,
        message_id=_message_id(fields),
        person=fields["FromUserName"],
        sent_at=datetime.fromtimestamp(int(fields["CreateTime"]), UTC),
        kind=kind,
        text=clean(_text(kind, fields)),
        media_id=fields.get("MediaId"),
        push=_push(fields) if kind == "push" else None,
    )


def _message_id(fields: Mapping[str, str]) -> str:
    """Return MsgId, or for pushes, which have none, a digest of their identifying fields that hides the sender."""
    message_id = fields.get("MsgId", "")
    if _MESSAGE_ID.fullmatch(message_id):
        return message_id
    parts = ("FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgID")
    digest = hashlib.sha256("\n".join(fields.get(part, "") for part in parts).encode())
    return f"push-{digest.hexdigest()[:32]}"


def _text(kind: IncomingKind, fields: Mapping[str, str]) -> str:
    match kind:
        case "text":
            return fields.get("Content", "")
        case "voice":
            return fields.get("Recognition", "")
        case "location":
            place = f"{fields.get('Location_X', '')},{fields.get('Location_Y', '')}"
            return f"{fields.get('Label', '')}（{place}）"
        case "link":
            return "\n".join(part for name in ("Title", "Description", "Url") if (part := fields.get(name)))
        case "push":
            return fields.get("Status") or fields.get("EventKey", "")
        case _:
            return ""


def _push(fields: Mapping[str, str]) -> str:
    """Return the event in lower case: `subscribe`, `unsubscribe` …, or with its key `click:KEY`, `scan:KEY`."""
    event = fields.get("Event", "").lower()
    if event.startswith("subscribe_scan"):
        return "subscribe"
    key = fields.get("EventKey", "")
    return f"{event}:{key}" if event in _KEYED_PUSHES and key else event
