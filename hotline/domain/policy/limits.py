"""The county's policy as values: limits, reminder steps, weights. Stored in versions.

The key of a limit is a rule with its variant (`reply.complaint`, `sign.utility`); `@` narrows it to a matter, a level
of unit, a kind or a pace: `reply.complaint@matter=water.bill`, `reply@level=town`, `sign@kind=help,level=village`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import lru_cache
from typing import Any

from hotline.domain.enums import Kind, Pace, Rule, Step
from hotline.domain.errors import BadPolicy
from hotline.domain.policy.login_rules import LoginRules
from hotline.domain.policy.rate_limits import DEFAULT_RATES, LimitedAction, RateLimit
from hotline.domain.policy.retention_periods import Retention

_LIMIT = re.compile(r"(\d{1,4})([dhm])( natural)?")
_WORDS = re.compile(r"(\d{1,4})\s*(个?工作日|个?工作小时|个?工作分钟|天|小时|分钟)")
_NATURAL_WORDS: Mapping[str, str] = {"d": "天", "h": "小时", "m": "分钟"}
_WORKING_WORDS: Mapping[str, str] = {"d": "个工作日", "h": "个工作小时", "m": "个工作分钟"}
_SHORT: Mapping[str, str] = {word: f"{unit} natural" for unit, word in _NATURAL_WORDS.items()} | {
    word.removeprefix("个"): unit for unit, word in _WORKING_WORDS.items()
}
NARROWED_BY = ("matter", "level", "kind", "pace")
"""What may narrow a key after `@`; an earlier name outweighs all later ones together."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit: working days ('5d'), working hours ('4h') or minutes ('30m'); with ' natural', elapsed time."""

    amount: int
    unit: str
    natural: bool = False

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, text: str) -> Limit:
        """Parse '5d', '4h', '15m natural'. Raises BadPolicy."""
        match = _LIMIT.fullmatch(text)
        if match is None or int(match[1]) == 0:
            raise BadPolicy(what=text)
        return cls(int(match[1]), match[2], match[3] is not None)

    @classmethod
    def from_words(cls, text: str) -> Limit:
        """Parse Chinese words such as '5个工作日' or '24小时', or the short form. Raises BadPolicy."""
        match = _WORDS.fullmatch(text.strip())
        if match is None:
            return cls.parse(text.strip())
        return cls.parse(f"{match[1]}{_SHORT[match[2].removeprefix('个')]}")

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}{' natural' if self.natural else ''}"

    @property
    def in_words(self) -> str:
        """The limit in Chinese words: 5个工作日, 4个工作小时, 24小时."""
        word = _NATURAL_WORDS if self.natural else _WORKING_WORDS
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
# The base `reply` narrowed by `@` sets a limit for all kinds at once: reply@matter=…
_KIND_KEYS = frozenset(f"reply.{kind}" for kind in Kind)
BASES = frozenset(DEFAULT_LIMITS) | {"reply"}


@dataclass(frozen=True, slots=True)
class Cards:
    """When a card is shown (电子监察, PROCEDURE §9); spans are limits, an empty `warning` means no warning.

    A missed limit is yellow; `red` later it turns red, at once for limits of tier `tier` or above. The `_urgent` spans
    hold for deadlines in natural time.
    """

    warning: str = ""
    warning_urgent: str = ""
    red: str = "3d"
    red_urgent: str = "24h natural"
    tier: int = 2


@dataclass(frozen=True, slots=True)
class LimitCase:
    """What a limit may depend on: the ticket's kind, pace and matter, and the level of the unit bound."""

    kind: Kind
    pace: Pace
    matter_id: str | None = None
    level: str | None = None

    @property
    def facts(self) -> Mapping[str, str | None]:
        """The values by the names that may narrow a key."""
        return {"matter": self.matter_id, "level": self.level, "kind": self.kind, "pace": self.pace}


@dataclass(frozen=True, slots=True)
class Statute:
    """A statutory limit for answers on a matter, with the law as its source; it overrides the county's limit."""

    limit: str
    source: str


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the county's policy (PROCEDURE §3, §4, §8)."""

    version: int = 1
    limits: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_LIMITS))
    reminders: Mapping[str, tuple[Step, ...]] = field(default_factory=lambda: dict(DEFAULT_STEPS))
    statutory: Mapping[str, Statute] = field(default_factory=dict)
    rates: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_RATES))
    redos: int = 1
    returns_to_tier2: int = 3
    extensions: int = 2
    callback_attempts: int = 3
    parking_days: int = 366
    notices_from: time = time(8, 30)
    notices_until: time = time(18, 0)
    ranked_from: int = 10
    reveals_an_hour: int = 20
    reveals_a_night: int = 5
    reveals_elsewhere: int = 5
    weights: tuple[float, float, float] = (0.1, 0.5, 0.4)
    basically_counts: float = 0.9
    cards: Cards = Cards()
    accounts: LoginRules = field(default_factory=LoginRules)
    retention: Retention = field(default_factory=Retention)

    def limit(self, key: str) -> Limit:
        """Return the limit with this key. Raises BadPolicy when it is not set."""
        if key not in self.limits:
            raise BadPolicy(what=key)
        return Limit.parse(self.limits[key])

    def limit_for(self, key: str, case: LimitCase) -> Limit:
        """Return the limit for a case: the statutory one of its matter, else the most narrowly set one.

        Raises BadPolicy when none is set.
        """
        statute = self.statute_for(key, case)
        if statute is not None:
            return Limit.parse(statute.limit)
        names = _names_for(key, tuple(self.limits))
        fitting = [(weight, name) for name in names if (weight := _weigh(name, key, case)) is not None]
        if not fitting:
            raise BadPolicy(what=key)
        return Limit.parse(self.limits[max(fitting)[1]])

    def statute_for(self, key: str, case: LimitCase) -> Statute | None:
        """Return the statutory limit for the first answer on the matter; urgent answers and redos have none."""
        return self.statutory.get(case.matter_id or "") if key in _KIND_KEYS else None

    def steps(self, rule: Rule) -> tuple[Step, ...]:
        """Return the reminder steps of a rule in order; expiry is always the last."""
        return self.reminders.get(rule, (Step.EXPIRY,))

    @classmethod
    def from_body(cls, version: int, body: Mapping[str, Any]) -> Policy:
        """Build a policy from a stored row; missing keys get the defaults of PROCEDURE. Raises BadPolicy."""
        known = set(cls.__slots__) - {"version"}
        strange = set(body) - known
        if strange:
            raise BadPolicy(what="、".join(sorted(strange)))
        values: dict[str, Any] = {key: body[key] for key in known & set(body)}
        values["limits"] = dict(DEFAULT_LIMITS) | dict(body.get("limits", {}))
        steps = {rule: tuple(Step(step) for step in named) for rule, named in body.get("reminders", {}).items()}
        values["reminders"] = dict(DEFAULT_STEPS) | steps
        values["statutory"] = {matter: Statute(**told) for matter, told in body.get("statutory", {}).items()}
        values["rates"] = dict(DEFAULT_RATES) | {
            LimitedAction(act): text for act, text in body.get("rates", {}).items()
        }
        for text in values["rates"].values():
            RateLimit.parse(text)
        for text in (*values["limits"].values(), *(statute.limit for statute in values["statutory"].values())):
            Limit.parse(text)
        values["cards"] = Cards(**body.get("cards", {}))
        values["accounts"] = LoginRules.from_body(body.get("accounts", {}))
        values["retention"] = Retention.from_body(body.get("retention", {}))
        for key in ("notices_from", "notices_until"):
            if key in body:
                values[key] = time.fromisoformat(body[key])
        if "weights" in body:
            values["weights"] = tuple(body["weights"])
        return cls(version=version, **values)


@lru_cache(maxsize=1024)
def read_key(name: str) -> tuple[str, Mapping[str, str]]:
    """Split the key of a limit into its base and the values that narrow it. Raises BadPolicy."""
    base, at, rest = name.partition("@")
    pairs = [part.partition("=") for part in rest.split(",")] if at else []
    narrowed = {key: value for key, _, value in pairs}
    known = all(key in NARROWED_BY and value for key, value in narrowed.items())
    if base not in BASES or (base == "reply" and not at) or not known or len(narrowed) < len(pairs):
        raise BadPolicy(what=name)
    return base, narrowed


@lru_cache(maxsize=1024)
def _names_for(key: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the set limits that may apply to this key."""
    bases = {key, "reply"} if key in _KIND_KEYS else {key}
    return tuple(name for name in names if read_key(name)[0] in bases)


def _weigh(name: str, key: str, case: LimitCase) -> tuple[bool, ...] | None:
    """Return how narrowly a set limit matches the case, for comparison; None when it does not match."""
    base, narrowed = read_key(name)
    if any(case.facts[by] != value for by, value in narrowed.items()):
        return None
    return (*(by in narrowed for by in NARROWED_BY), base == key)
