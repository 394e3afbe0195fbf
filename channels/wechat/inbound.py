"""The WeChat webhook's gate: prove the sender, decrypt, parse; and seal the reply.

Only the platform's safe mode is spoken. Whatever is wrong with a request ends as `BadMessage`.
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

from channels.wechat.protocol import BODY_BYTES, clean_text, fit_bytes
from hotline.domain.errors import Refusal
from hotline.domain.messaging.message import Incoming, IncomingKind

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

# Possessive throughout: a long run of blanks must not cost quadratic time.
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
    """One official account's door. Learns the account's original id from the first message read."""

    def __init__(self, app_id: str, token: str, aes_key: str) -> None:
        """`aes_key` is the 43-character EncodingAESKey. Raises ValueError if one of them cannot be right."""
        if not app_id or not token or not re.fullmatch(r"[A-Za-z0-9+/]{43}", aes_key):
            raise ValueError("app id, token and a 43-character AES key are needed")
        self._app_id = app_id
        self._token = token.encode()
        self._crypto = WeChatCrypto(token, aes_key, app_id)
        self._account = ""

    def verify_echo(self, query: Mapping[str, str]) -> str:
        """The text to answer the platform's GET handshake with. Raises BadMessage."""
        echo = query.get("echostr", "")
        if not _ECHO.fullmatch(echo):
            raise BadMessage(why="校验串缺失或格式不对")
        if "msg_signature" in query:
            self._prove(query, "msg_signature", echo.encode())
            return self._decrypt(echo)
        self._prove(query, "signature")
        return echo

    def read(self, query: Mapping[str, str], body: bytes, now: datetime) -> Incoming:
        """Prove, decrypt and parse one pushed message; `now` is aware, for the ±10 minutes of the timestamp.

        Raises BadMessage: OversizedMessage 413, UnprovenMessage 401 (unsigned, stale), else 400.
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
        """Body and content type of the answer to `incoming`: the sealed reply, or `success` without text.

        Text beyond 2048 bytes is cut. Raises LookupError before the first message has been read.
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
        given = query.get(name, "").encode("utf-8", "replace")
        if not hmac.compare_digest(str(signer.signature).encode(), given):
            raise UnprovenMessage(why="签名不符")

    def _check_age(self, timestamp: str, now: datetime) -> None:
        if not _SECONDS.fullmatch(timestamp):
            raise UnprovenMessage(why="时间戳格式不对")
        if abs(now.timestamp() - int(timestamp)) > REPLAY_LIMIT.total_seconds():
            raise UnprovenMessage(why="消息已过时，可能是重放")

    def _decrypt(self, encrypted: str) -> str:
        # The library answers a bad key, padding, length or app id each with another exception.
        try:
            text: str = PrpCrypto(self._crypto.key).decrypt(encrypted, self._app_id)
        except Exception as fault:
            raise BadMessage(why="无法解密") from fault
        return text


def _encrypted_part(body: bytes) -> bytes:
    """The envelope's one Encrypt element, found without parsing what nobody has signed yet."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise BadMessage(why="不是 UTF-8 文本") from fault
    found = _ENCRYPT.findall(body)
    if len(found) != 1 or b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise BadMessage(why="没有加密内容，只接受安全模式的消息")
    return bytes(found[0])


def _parse(xml: str) -> dict[str, str]:
    # Broken XML, entities, a missing type, an empty body: each is another exception, or None.
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
        text=clean_text(_text(kind, fields)).strip(),
        media_id=fields.get("MediaId"),
        push=_push(fields) if kind == "push" else None,
    )


def _message_id(fields: Mapping[str, str]) -> str:
    """MsgId, or for pushes, which have none, a digest of what tells them apart (the sender stays hidden)."""
    given = fields.get("MsgId", "")
    if _MESSAGE_ID.fullmatch(given):
        return given
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
    """`subscribe`, `unsubscribe`, `templatesendjobfinish` …; for those with a key `click:KEY`, `scan:KEY`."""
    event = fields.get("Event", "").lower()
    if event.startswith("subscribe_scan"):
        return "subscribe"
    key = fields.get("EventKey", "")
    return f"{event}:{key}" if event in _KEYED_PUSHES and key else event
