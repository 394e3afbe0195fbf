"""The county's numbers as plain values: limits, reminder steps, weights. Stored as versions, handed to the rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from hotline.domain.errors import BadPolicy
from hotline.domain.kinds import Rule, Step

_LIMIT = re.compile(r"(\d{1,4})([dhm])( natural)?")


@dataclass(frozen=True, slots=True)
class Limit:
    """A span: `amount` of working days ('5d'), working hours ('4h') or minutes ('30m'); with ' natural', wall time."""

    amount: int
    unit: str
    natural: bool = False

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read '5d', '4h', '15m natural'; raises BadPolicy."""
        match = _LIMIT.fullmatch(text)
        if match is None or int(match[1]) == 0:
            raise BadPolicy(what=text)
        return cls(int(match[1]), match[2], match[3] is not None)

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}{' natural' if self.natural else ''}"

    @property
    def in_words(self) -> str:
        """The limit as a clerk says it: 5个工作日, 4个工作小时, 24小时."""
        word = (
            {"d": "天", "h": "小时", "m": "分钟"}
            if self.natural
            else {"d": "个工作日", "h": "个工作小时", "m": "个工作分钟"}
        )
        return f"{self.amount}{word[self.unit]}"


DEFAULT_LIMITS: Mapping[str, str] = {
    "dispatch": "2h",
    "dispatch.urgent": "15m natural",
    "sign": "1d",
    "sign.utility": "30m natural",
    "sign.life": "15m natural",
    "contact": "1d",
    "contact.urgent": "2h natural",
    "reply.inquiry": "1d",
    "reply.help": "5d",
    "reply.complaint": "5d",
    "reply.suggestion": "7d",
    "reply.praise": "7d",
    "reply.tip_off": "15d",
    "reply.urgent": "24h natural",
    "reply.redo": "3d",
    "assist": "1d",
    "return": "1d",
    "ruling": "1d",
    "extension": "5d",
    "extension_decision": "1d",
    "details": "10d",
    "callback": "2d",
    "callback.online": "1d",
    "interview": "5d",
    "verify": "2d",
    "supervised": "3d",
    "tier2": "3d",
    "tier3": "5d",
    "appeal": "5d",
}

_WINDOW = (Step.ISSUED, Step.TWO_DAYS, Step.ONE_DAY, Step.FOUR_HOURS, Step.EXPIRY)
DEFAULT_STEPS: Mapping[str, tuple[Step, ...]] = {
    Rule.INTERVIEW: _WINDOW,
    Rule.TIER2: _WINDOW,
    Rule.TIER3: _WINDOW,
    Rule.SUPERVISED: _WINDOW,
    Rule.REPLY: (Step.ONE_DAY, Step.EXPIRY),
    Rule.ASSIST: (Step.ONE_DAY, Step.EXPIRY),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the county's numbers (PROCEDURE §3, §4, §8)."""

    version: int = 1
    limits: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_LIMITS))
    redos: int = 1
    returns_to_tier2: int = 3
    extensions: int = 2
    callback_attempts: int = 3
    notices_from: time = time(8, 30)
    notices_until: time = time(18, 0)
    ranked_from: int = 10
    weights: tuple[float, float, float] = (0.1, 0.5, 0.4)
    basically_counts: float = 0.9

    def limit(self, key: str) -> Limit:
        """The limit called `key`; raises BadPolicy when the county never set it."""
        if key not in self.limits:
            raise BadPolicy(what=key)
        return Limit.parse(self.limits[key])

    def steps(self, rule: Rule) -> tuple[Step, ...]:
        """The reminder steps of a rule, in order; every rule ends with its expiry."""
        return DEFAULT_STEPS.get(rule, (Step.EXPIRY,))

    @classmethod
    def from_body(cls, version: int, body: Mapping[str, Any]) -> Policy:
        """From a stored row; missing keys keep the defaults of PROCEDURE. Raises BadPolicy."""
        known = {
            "redos",
            "returns_to_tier2",
            "extensions",
            "callback_attempts",
            "ranked_from",
            "basically_counts",
        }
        strange = set(body) - known - {"limits", "weights", "notices_from", "notices_until"}
        if strange:
            raise BadPolicy(what="、".join(sorted(strange)))
        values: dict[str, Any] = {key: body[key] for key in known & set(body)}
        values["limits"] = dict(DEFAULT_LIMITS) | dict(body.get("limits", {}))
        for text in values["limits"].values():
            Limit.parse(text)
        for key in ("notices_from", "notices_until"):
            if key in body:
                values[key] = time.fromisoformat(body[key])
        if "weights" in body:
            values["weights"] = tuple(body["weights"])
        return cls(version=version, **values)
