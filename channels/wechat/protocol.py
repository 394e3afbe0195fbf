"""WeChat's protocol: limits, error codes and the receipts they mean, and JSON requests."""

import json
import re
from collections.abc import Mapping
from typing import Any

import aiohttp

from hotline.domain.messaging.message import Delivery, Receipt

TEXT_BYTES = 2048  # a text message, passive reply or customer-service
TEMPLATE_CHARS = 20  # a `thing` field of a template message
BODY_BYTES = 64 * 1024  # far above any message the platform pushes
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5, sock_connect=5, sock_read=8)

STALE_TOKEN = frozenset({40001, 40014, 41001, 42001})
NO_WINDOW = frozenset({43101, 45015, 45047})

_BUSY_S = {-1: 30, 43108: 10, 45009: 3600, 45011: 60}
_SETUP_S = 600
_SETUP = frozenset({40002, 40013, 40125, 40164, 40243, 41002, 41004, 43002, 61004})

_REASONS = {
    -1: "微信系统繁忙",
    40001: "微信不认可访问令牌",
    40003: "收件人标识无效",
    40013: "公众号 AppID 有误",
    40014: "微信不认可访问令牌",
    40037: "消息模板编号无效",
    40125: "公众号密钥有误",
    40164: "服务器地址不在公众号白名单",
    40243: "公众号密钥已冻结",
    41001: "微信不认可访问令牌",
    42001: "微信访问令牌已过期",
    43004: "收件人未关注公众号",
    43019: "收件人已被公众号拉黑",
    43101: "收件人拒收此类消息",
    43108: "微信提示同时发送过多",
    44004: "消息内容为空",
    45002: "消息内容过长",
    45009: "当日调用次数已用完",
    45011: "调用过于频繁",
    45015: "收件人超过48小时未联系公众号或已取消关注",
    45047: "本次联系后可发送的条数已用完",
    46004: "收件人不存在",
    47003: "消息模板内容不合要求",
    48001: "公众号没有发送权限",
    48004: "公众号发送权限被封禁",
    50002: "公众号账号受限",
    61004: "服务器地址不在公众号白名单",
}

_UNFIT_FOR_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class UnsentError(Exception):
    """The platform certainly did not accept the request; retry after `retry_after_s` seconds."""

    def __init__(self, reason: str, retry_after_s: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


class UnclearError(Exception):
    """The request was sent but got no valid answer: the platform may have accepted it."""


def judge(code: int, provider_id: str | None = None) -> Receipt:
    """Return the receipt for an `errcode`: 0 delivered; busy, stale token or set-up fault later; else impossible.

    An unknown code counts as impossible, so that the recipient's next channel is tried at once.
    """
    if code == 0:
        return Receipt(Delivery.DELIVERED, provider_id, None, None)
    if code in _BUSY_S:
        return later(describe(code), _BUSY_S[code])
    if code in STALE_TOKEN:
        return later(describe(code), 60)
    if code in _SETUP:
        return later(describe(code), _SETUP_S)
    return Receipt(Delivery.IMPOSSIBLE, None, describe(code), None)


def later(reason: str, retry_after_s: int) -> Receipt:
    """Return the receipt of a message not accepted, to be retried after this many seconds."""
    return Receipt(Delivery.LATER, None, reason, retry_after_s)


def describe(code: int) -> str:
    """Return an error code in Chinese for staff, with the code in brackets."""
    return f"{_REASONS.get(code, '微信拒绝了消息')}（{code}）"


def is_setup_fault(code: int) -> bool:
    """Return whether only an administrator can correct it (wrong secret, address not listed …)."""
    return code in _SETUP


def clean_text(text: str) -> str:
    """Return the text without characters that are not allowed in XML or UTF-8."""
    return _UNFIT_FOR_XML.sub("", text)


def fit_bytes(text: str, limit: int = TEXT_BYTES) -> str:
    """Return clean text of at most `limit` bytes of UTF-8, cut between characters with an ellipsis."""
    text = clean_text(text)
    raw = text.encode()
    if len(raw) <= limit:
        return text
    return raw[: max(limit - len("…".encode()), 0)].decode("utf-8", "ignore") + "…"


def fit_chars(text: str, limit: int = TEMPLATE_CHARS) -> str:
    """Return clean text on one line of at most `limit` characters, cut with an ellipsis."""
    text = " ".join(clean_text(text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


async def post_json(
    http: aiohttp.ClientSession,
    url: str,
    payload: Mapping[str, object],
    params: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """POST JSON and return the JSON object of the answer. Raises UnsentError, UnclearError, without address or body."""
    # The platform shows \\u escapes literally, so the characters are sent unescaped.
    body = json.dumps(payload, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json"}
    try:
        async with http.post(
            url, data=body, params=params, headers=headers, timeout=TIMEOUT, allow_redirects=False
        ) as response:
            return _object(response.status, await response.read())
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL):
        raise UnsentError("连接不上微信", 30) from None
    except (aiohttp.ClientError, OSError) as fault:  # a TimeoutError is an OSError
        raise UnclearError(f"请求发出后没有得到应答（{type(fault).__name__}）") from None


def _object(status: int, body: bytes) -> Mapping[str, Any]:
    # 504: the gateway timed out, but the server behind it may have accepted the message.
    if status == 504:
        raise UnclearError("微信网关超时（504）")
    if status != 200:
        raise UnsentError(f"微信接口异常（HTTP {status}）", 30 if status >= 500 or status == 429 else 300)
    try:
        answer = json.loads(body)
    except ValueError:
        raise UnclearError("微信的应答无法识别") from None
    if not isinstance(answer, dict):
        raise UnclearError("微信的应答无法识别")
    return answer
