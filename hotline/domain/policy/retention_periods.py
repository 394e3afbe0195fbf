"""Retention periods in days by kind of data: the policy's section `retention` (PROCEDURE §6; 个人信息保护法 §19)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from hotline.domain.errors import BadPolicy, Malformed

LONGEST_DAYS = 36_500
# The access log must be kept at least six months (网络安全法 §21); data that may be contested as long.
LOWEST: Mapping[str, int] = {"persons": 180, "words": 180, "looks": 183}
NIGHT = range(2, 5)
LONGEST_HOLD = timedelta(days=3653)


class Kept(StrEnum):
    """Kinds of data with a retention period."""

    PERSONS = "persons"
    WORDS = "words"
    NOTICES = "notices"
    CONVERSATIONS = "conversations"
    MESSAGES = "messages"
    SESSIONS = "sessions"
    LOOKS = "looks"


KEPT_NAMES: Mapping[Kept, str] = {
    Kept.PERSONS: "诉求人的姓名、号码、住址",
    Kept.WORDS: "诉求内容、办理文字和附件",
    Kept.NOTICES: "发出的消息",
    Kept.CONVERSATIONS: "没说完的诉求",
    Kept.MESSAGES: "已回复的来信",
    Kept.SESSIONS: "登录记录",
    Kept.LOOKS: "查看记录",
}
SINCE: Mapping[Kept, str] = {
    Kept.PERSONS: "办结并且再无动作之后",
    Kept.WORDS: "办结并且再无动作之后",
    Kept.NOTICES: "写下之后",
    Kept.CONVERSATIONS: "最后一句话之后",
    Kept.MESSAGES: "收到之后",
    Kept.SESSIONS: "最后一次使用之后",
    Kept.LOOKS: "查看之后",
}


@dataclass(frozen=True, slots=True)
class Retention:
    """Retention period in days of each kind; the field has the name of the kind."""

    persons: int = 1095
    words: int = 1825
    notices: int = 365
    conversations: int = 30
    messages: int = 30
    sessions: int = 365
    looks: int = 1095

    def days(self, kind: Kept) -> int:
        """Return the retention period of a kind in days."""
        days: int = getattr(self, kind.value)
        return days

    def before(self, kind: Kept, now: datetime) -> datetime:
        """Return the moment before which data of this kind is purged."""
        return now - timedelta(days=self.days(kind))

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Retention:
        """Build the periods from a stored section; missing keys get the defaults. Raises BadPolicy."""
        strange = set(body) - {field.name for field in fields(cls)}
        if strange:
            raise BadPolicy(what="、".join(f"retention.{name}" for name in sorted(strange)))
        return cls(**body)

    @property
    def body(self) -> dict[str, Any]:
        """The section as stored and exported."""
        return asdict(self)


def is_night(now: datetime, zone: ZoneInfo) -> bool:
    """Return whether it is the hour for the purge, when nobody waits for the database."""
    return now.astimezone(zone).hour in NIGHT


def check_hold(until: date, today: date) -> None:
    """Raise Malformed for a retention hold that ends in the past or beyond LONGEST_HOLD."""
    if not timedelta(0) <= until - today <= LONGEST_HOLD:
        raise Malformed(what="暂缓到哪一天（今天以后，最长十年）")


def faults_of_retention(section: Any) -> Iterator[str]:
    """Yield every fault of the section `retention` as '位置：问题' in Chinese."""
    if not isinstance(section, Mapping):
        yield "retention：应当是一张表"
        return
    for name, days in section.items():
        lowest = LOWEST.get(name, 1)
        if name not in list(Kept):
            yield f"retention.{name}：没有这一项"
        elif not isinstance(days, int) or isinstance(days, bool) or not lowest <= days <= LONGEST_DAYS:
            yield f"retention.{name}：应当是 {lowest}–{LONGEST_DAYS} 的整数（天）"
