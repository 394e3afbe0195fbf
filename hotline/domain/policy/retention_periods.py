"""How long each kind of data is kept (PROCEDURE §6; 个人信息保护法 §19): days of the policy's section `retention`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from hotline.domain.errors import BadPolicy, Malformed

LONGEST_DAYS = 36_500
# A record of looks is kept half a year at least (网络安全法 §21); what may still be contested is kept as long.
LOWEST: Mapping[str, int] = {"persons": 180, "words": 180, "looks": 183}
NIGHT = range(2, 5)
LONGEST_HOLD = timedelta(days=3653)


class Kept(StrEnum):
    """Kinds of data that end."""

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
    """Days each kind is kept; a field is named as its kind."""

    persons: int = 1095
    words: int = 1825
    notices: int = 365
    conversations: int = 30
    messages: int = 30
    sessions: int = 365
    looks: int = 1095

    def days(self, kind: Kept) -> int:
        """How many days this kind is kept."""
        days: int = getattr(self, kind.value)
        return days

    def before(self, kind: Kept, now: datetime) -> datetime:
        """What is older than this moment has been kept long enough."""
        return now - timedelta(days=self.days(kind))

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Retention:
        """From a stored section; missing keys keep the defaults. Raises BadPolicy."""
        strange = set(body) - {field.name for field in fields(cls)}
        if strange:
            raise BadPolicy(what="、".join(f"retention.{name}" for name in sorted(strange)))
        return cls(**body)

    @property
    def body(self) -> dict[str, Any]:
        """As it is stored and exported."""
        return asdict(self)


def is_night(now: datetime, zone: ZoneInfo) -> bool:
    """Whether it is the time of night at which data is let go: nobody waits for the database then."""
    return now.astimezone(zone).hour in NIGHT


def check_hold(until: date, today: date) -> None:
    """Raises Malformed for a hold that is over already or reaches further than LONGEST_HOLD."""
    if not timedelta(0) <= until - today <= LONGEST_HOLD:
        raise Malformed(what="暂缓到哪一天（今天以后，最长十年）")


def faults_of_retention(section: Any) -> Iterator[str]:
    """What is wrong with the policy's section, in Chinese, each with its place."""
    if not isinstance(section, Mapping):
        yield "retention：应当是一张表"
        return
    for name, days in section.items():
        lowest = LOWEST.get(name, 1)
        if name not in list(Kept):
            yield f"retention.{name}：没有这一项"
        elif not isinstance(days, int) or isinstance(days, bool) or not lowest <= days <= LONGEST_DAYS:
            yield f"retention.{name}：应当是 {lowest}–{LONGEST_DAYS} 的整数（天）"
