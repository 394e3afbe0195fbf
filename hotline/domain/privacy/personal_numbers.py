"""Personal numbers in free text: warn the writer about them, and mask them for readers who need not see them.

Masking matches broadly, since a number masked by mistake can be read in the hotline's copy; warnings match narrowly, so
that they are believed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum

HIDDEN = "＊" * 6
SHORTEST_HIDDEN = 7
_STARS = re.compile(r"[*＊]")
_DIGIT = r"[\d①-⑨⓪❶-❾➀-➈⁰¹²³⁴-⁹₀-₉零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]"
_BETWEEN = r"[\s\-–—−‐‑－.．·/／()（）\[\]［］+＋\u200b-\u200f\u2060\ufeff]{0,3}"
_RUN = re.compile(
    rf"{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{{SHORTEST_HIDDEN - 1},}}(?:{_BETWEEN}[XxＸｘ](?![A-Za-z]))?"
    r"(?:[ \-,，]*(?:转接?|分机号?|ext\.?|#)[ :：]*\d{1,6})?",
    re.IGNORECASE,
)
# Dates and ticket numbers are not personal, and a history without them would be unreadable.
_PLAIN = re.compile(r"20\d\d-[01]\d-[0-3]\d(?:[ T]\d\d)?|20\d\d[01]\d[0-3]\d-\d{5}")
_GROUPED = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ \-]?[0-9]){13,18}[Xx]?(?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CARDS = range(16, 20)


class FoundNumbers(StrEnum):
    """Kinds of personal numbers found in a text."""

    PHONE = "电话号码"
    IDENTITY = "身份证号码"
    CARD = "银行卡号"


COLUMN_NAMES: Mapping[tuple[str, str], str] = {
    ("attachment", "file_name"): "附件的文件名",
    ("attachment", "sha256"): "附件的数字指纹，也是保存时的文件名",
    ("callback", "words"): "回访时说的话",
    ("complainant", "address_sealed"): "住址",
    ("complainant", "contact_hash"): "电话号码或微信号的密钥散列",
    ("complainant", "identity_sealed"): "身份证号",
    ("complainant", "name_sealed"): "姓名",
    ("complainant", "phone_sealed"): "电话号码",
    ("complainant", "wechat_sealed"): "微信号",
    ("conversation", "draft_sealed"): "已经说了的内容",
    ("conversation", "person_hash"): "本人在渠道上的编号的密钥散列",
    ("inbound_message", "reply_sealed"): "给过的回复",
    ("instruction", "text"): "批示内容",
    ("interview", "minutes"): "约谈记录",
    ("outbox", "payload"): "消息内容",
    ("outbox", "recipient_sealed"): "收消息的号码或微信号",
    ("own_ticket", "person_hash"): "本人在渠道上的编号的密钥散列",
    ("session", "token_hash"): "登录凭证的密钥散列",
    ("ticket", "body"): "诉求内容",
    ("ticket", "place"): "发生地点",
    ("ticket", "title"): "标题（受理时已隐去号码和姓名）",
    ("ticket_event", "details"): "每一步填写的内容",
    ("ticket_event", "public_text"): "告诉诉求人的话",
    ("view_log", "address"): "查看时的网络地址",
    ("view_log", "reason"): "查看理由；查询码不对时，所输的工单号",
}
"""Every column with personal data, by table and column, with its Chinese name."""


def normalise_identity(text: str) -> str | None:
    """Return an identity number normalised to 18 characters or 15 digits, or None when it is invalid (GB 11643)."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).replace("-", "").upper()
    return plain if _is_identity(plain) else None


def _is_identity(plain: str) -> bool:
    if re.fullmatch(r"[1-8]\d{16}[\dX]", plain, re.ASCII):
        total = sum(int(digit) * weight for digit, weight in zip(plain, _WEIGHTS, strict=False))
        return _CHECKS[total % 11] == plain[17] and _is_day(plain[6:14])
    return bool(re.fullmatch(r"[1-8]\d{14}", plain, re.ASCII)) and _is_day("19" + plain[6:12])


def _is_day(text: str) -> bool:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).year >= 1880
    except ValueError:
        return False


def _is_card(plain: str) -> bool:
    if len(plain) not in _CARDS or not plain.isdecimal() or plain[0] not in "34569":
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(plain)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def kinds_told(text: str) -> tuple[FoundNumbers, ...]:
    """Return the kinds of numbers in a text: identity numbers (by check digit) and bank cards (by Luhn), each once."""
    plain = unicodedata.normalize("NFKC", text)
    found = [re.sub(r"[ \-]", "", match[0]).upper() for match in _GROUPED.finditer(plain)]
    identity = any(_is_identity(one) for one in found)
    card = any(_is_card(one) and not _is_identity(one) for one in found)
    return tuple(kind for kind, there in ((FoundNumbers.IDENTITY, identity), (FoundNumbers.CARD, card)) if there)


def mask_text(text: str) -> str:
    """Replace long numbers, however spaced or written, by stars: phone, identity and bank numbers."""
    return _RUN.sub(lambda match: match[0] if _PLAIN.fullmatch(match[0]) else HIDDEN, text)


def redact(text: str, known: Collection[str] = ()) -> str:
    """Mask long numbers and replace the complainant's known words: name, address, numbers."""
    for word in sorted((word for word in known if len(word) > 1), key=len, reverse=True):
        text = text.replace(word, "诉求人")
    return mask_text(text)


def is_masked(text: str) -> bool:
    """Return whether a value contains masking stars: a masked value sent back by a form must never be stored."""
    return bool(_STARS.search(text))
