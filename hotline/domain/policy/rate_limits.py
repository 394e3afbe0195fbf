"""Rate limits: a number of times in a span, refilled evenly (a leaky bucket stored as its next free moment)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from hotline.domain.errors import BadPolicy

_RATE = re.compile(r"([1-9]\d{0,6})/([1-9]\d{0,3})([smhd])")
_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_WORDS = {"s": "秒", "m": "分钟", "h": "小时", "d": "天"}
NO_LIMIT = "off"


class LimitedAction(StrEnum):
    """Actions under a rate limit, as `<counted by>.<action>`."""

    ADDRESS_FILING = "address.filing"
    ADDRESS_QUERY = "address.query"
    ADDRESS_UPLOAD = "address.upload"
    ADDRESS_LOGIN = "address.login"
    LOGIN_LOGIN = "login.login"
    PHONE_FILING = "phone.filing"
    PHONE_ALARM = "phone.alarm"
    ACCOUNT_FORM = "account.form"
    ACCOUNT_UPLOAD = "account.upload"
    ACCOUNT_REVEAL = "account.reveal"
    ACCOUNT_SEARCH = "account.search"
    WECHAT_MESSAGE = "wechat.message"
    WECHAT_WARNING = "wechat.warning"


# A whole village may share one address of its carrier: limits by address only stop automated requests.
DEFAULT_RATES: Mapping[str, str] = {
    LimitedAction.ADDRESS_FILING: "60/1h",
    LimitedAction.ADDRESS_QUERY: "600/1h",
    LimitedAction.ADDRESS_UPLOAD: "300/1h",
    LimitedAction.ADDRESS_LOGIN: "120/10m",
    LimitedAction.LOGIN_LOGIN: "20/10m",
    LimitedAction.PHONE_FILING: "5/1d",
    LimitedAction.PHONE_ALARM: "1/1d",
    LimitedAction.ACCOUNT_FORM: "600/10m",
    LimitedAction.ACCOUNT_UPLOAD: "300/1h",
    LimitedAction.ACCOUNT_REVEAL: "60/1h",
    LimitedAction.ACCOUNT_SEARCH: "600/10m",
    LimitedAction.WECHAT_MESSAGE: "60/1m",
    LimitedAction.WECHAT_WARNING: "1/1h",
}


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`count` times in `span_ms` milliseconds; a burst may use all of them, then they refill evenly."""

    count: int
    span_ms: int

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, text: str) -> RateLimit | None:
        """Parse '60/1h'; None for 'off', no limit. Raises BadPolicy."""
        if text == NO_LIMIT:
            return None
        match = _RATE.fullmatch(text)
        if match is None:
            raise BadPolicy(what=text)
        return cls(int(match[1]), int(match[2]) * _MS[match[3]])

    @property
    def step_ms(self) -> float:
        """Milliseconds until one more is refilled."""
        return self.span_ms / self.count


def rate_in_words(text: str) -> str:
    """Return '60/1h' in Chinese words: 1小时60次."""
    match = _RATE.fullmatch(text)
    return f"{match[2]}{_WORDS[match[3]]}{match[1]}次" if match else "不限"


def spend(rate: RateLimit, free_ms: float, now_ms: float, cost: int = 1) -> tuple[float, float]:
    """Return the bucket after spending `cost`, and the milliseconds to wait (0: allowed, else the bucket is unchanged).

    `free_ms` is the moment (ms) at which the bucket is empty again, 0 for a new one. A moment further ahead than the
    span comes from a clock that was set back and counts as a full bucket. A cost above the count is reduced to the
    count.
    """
    start = min(max(free_ms, now_ms), now_ms + rate.span_ms)
    after = start + rate.step_ms * min(cost, rate.count)
    wait = after - now_ms - rate.span_ms
    return (free_ms, wait) if wait > 0.5 else (after, 0.0)
