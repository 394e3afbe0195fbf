"""Validate a version of the policy, and compare two versions: all faults, all differences."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from datetime import time
from typing import Any

from hotline.domain.enums import Kind, Pace, Rule, Step
from hotline.domain.errors import BadPolicy
from hotline.domain.policy.limits import DEFAULT_LIMITS, Limit, Policy, read_key
from hotline.domain.policy.login_rules import faults_of_section
from hotline.domain.policy.rate_limits import LimitedAction, RateLimit
from hotline.domain.policy.retention_periods import faults_of_retention
from hotline.domain.text import clean

LEVELS = ("county", "bureau", "town", "station", "village")
LONGEST_DAYS = 1000
# Minimum and maximum of each integer.
NUMBERS: Mapping[str, tuple[int, int]] = {
    "redos": (0, 9),
    "returns_to_tier2": (1, 9),
    "extensions": (0, 9),
    "callback_attempts": (1, 3),
    "parking_days": (1, 366),
    "ranked_from": (0, 10_000),
    "reveals_an_hour": (0, 10_000),
    "reveals_a_night": (0, 10_000),
    "reveals_elsewhere": (0, 10_000),
}
_HOURS = ("notices_from", "notices_until")
CARD_SPANS = ("warning", "warning_urgent", "red", "red_urgent")
_CARD_TIERS = (1, 2, 3)
_TABLES = ("limits", "reminders", "statutory", "cards", "rates")
KNOWN = (*_TABLES, *NUMBERS, *_HOURS, "weights", "basically_counts", "accounts", "retention")


def faults_of(body: Mapping[str, Any], matters: Collection[str]) -> tuple[str, ...]:
    """Return every fault of a version as '位置：问题' in Chinese; empty when it may be saved."""
    faults = [f"{name}：没有这一项" for name in body if name not in KNOWN]
    tables = {}
    for name in _TABLES:
        table = body.get(name, {})
        if not isinstance(table, Mapping):
            faults.append(f"{name}：应当是一张表")
        tables[name] = table if isinstance(table, Mapping) else {}
    faults += _faults_of_limits(tables["limits"], matters)
    faults += _faults_of_reminders(tables["reminders"])
    faults += _faults_of_statutes(tables["statutory"], matters)
    faults += _faults_of_rates(tables["rates"])
    faults += _faults_of_numbers(body)
    faults += _faults_of_hours(body)
    faults += _faults_of_cards(tables["cards"])
    faults += faults_of_section(body.get("accounts", {}))
    faults += faults_of_retention(body.get("retention", {}))
    return tuple(faults)


def _faults_of_limits(limits: Mapping[str, Any], matters: Collection[str]) -> Iterator[str]:
    for name, text in limits.items():
        where = f"limits.{name}"
        try:
            _, narrowed = read_key(name)
        except BadPolicy:
            yield f"{where}：没有这种时限；写法如 reply.complaint、reply@level=town、sign@matter=事项代码"
        else:
            yield from (f"{where}：{fault}" for fault in _faults_of_narrowing(narrowed, matters))
        yield from (f"{where}：{fault}" for fault in _faults_of_limit(text))


def _faults_of_narrowing(narrowed: Mapping[str, str], matters: Collection[str]) -> Iterator[str]:
    known: Mapping[str, Collection[str]] = {
        "matter": matters,
        "level": LEVELS,
        "kind": tuple(Kind),
        "pace": tuple(Pace),
    }
    words = {"matter": "事项", "level": "单位层级", "kind": "诉求类别", "pace": "缓急"}
    for by, value in narrowed.items():
        if value not in known[by]:
            yield f"没有{words[by]}“{value}”"


def _faults_of_limit(text: Any) -> Iterator[str]:
    try:
        limit = Limit.parse(text if isinstance(text, str) else "")
    except BadPolicy:
        yield f"“{text}”不是时限；写法如 5d（工作日）、4h（工作小时）、24h natural（自然时间）"
        return
    if limit.unit == "d" and limit.amount > LONGEST_DAYS:
        yield f"最长 {LONGEST_DAYS} 天"


def _faults_of_reminders(reminders: Mapping[str, Any]) -> Iterator[str]:
    for rule, steps in reminders.items():
        where = f"reminders.{rule}"
        if rule not in list(Rule):
            yield f"{where}：没有这一项时限"
        elif not isinstance(steps, list) or any(step not in list(Step) for step in steps):
            yield f"{where}：只能用 {'、'.join(Step)}"
        elif steps != [step for step in Step if step in steps] or Step.EXPIRY not in steps:
            yield f"{where}：要按先后排列，不重复，并以 {Step.EXPIRY.value} 结尾"


def _faults_of_statutes(statutes: Mapping[str, Any], matters: Collection[str]) -> Iterator[str]:
    for matter, told in statutes.items():
        where = f"statutory.{matter}"
        if matter not in matters:
            yield f"{where}：没有事项“{matter}”"
        if not isinstance(told, Mapping) or set(told) != {"limit", "source"}:
            yield f"{where}：要写明 limit（时限）和 source（法律依据）"
            continue
        if not isinstance(told["source"], str) or not clean(told["source"]):
            yield f"{where}：缺少法律依据 source"
        yield from (f"{where}：{fault}" for fault in _faults_of_limit(told["limit"]))


def _faults_of_rates(rates: Mapping[str, Any]) -> Iterator[str]:
    for act, text in rates.items():
        if act not in list(LimitedAction):
            yield f"rates.{act}：没有这一项；可用 {'、'.join(LimitedAction)}"
        try:
            RateLimit.parse(text if isinstance(text, str) else "")
        except BadPolicy:
            yield f"rates.{act}：“{text}”不是频次；写法如 60/1h（1小时60次）、5/1d，不限写 off"


def _faults_of_numbers(body: Mapping[str, Any]) -> Iterator[str]:
    for name, (lowest, highest) in NUMBERS.items():
        value = body.get(name, lowest)
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            yield f"{name}：应当是 {lowest}–{highest} 的整数"
    if not _is_share(body.get("basically_counts", 0)):
        yield "basically_counts：应当是 0–1 的数"
    weights = body.get("weights", [0.1, 0.5, 0.4])
    if not isinstance(weights, list) or len(weights) != 3 or not all(_is_share(weight) for weight in weights):
        yield "weights：应当是三个 0–1 的数（联系、解决、满意）"
    elif abs(sum(weights) - 1) > 1e-9:
        yield "weights：三个数加起来应当是 1"


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _faults_of_hours(body: Mapping[str, Any]) -> Iterator[str]:
    hours: dict[str, time] = {}
    for name in _HOURS:
        try:
            hours[name] = time.fromisoformat(body[name]) if name in body else getattr(Policy(), name)
        except (TypeError, ValueError):
            yield f'{name}：应当是时刻，如 "08:30"'
    if len(hours) == len(_HOURS) and hours["notices_from"] >= hours["notices_until"]:
        yield "notices_from：应当早于 notices_until"


def _faults_of_cards(cards: Mapping[str, Any]) -> Iterator[str]:
    for name, value in cards.items():
        where = f"cards.{name}"
        if name in CARD_SPANS:
            if value or name.startswith("red"):
                yield from (f"{where}：{fault}" for fault in _faults_of_limit(value))
        elif name != "tier":
            yield f"{where}：没有这一项"
        elif value not in _CARD_TIERS or isinstance(value, bool):
            yield f"{where}：应当是 1、2 或 3"


def body_of(policy: Policy) -> dict[str, Any]:
    """Return the whole version as stored and exported, including defaults."""
    ordered = [*(name for name in DEFAULT_LIMITS), *(name for name in policy.limits if name not in DEFAULT_LIMITS)]
    return {
        **{name: getattr(policy, name) for name in NUMBERS},
        **{name: getattr(policy, name).isoformat("minutes") for name in _HOURS},
        "weights": list(policy.weights),
        "basically_counts": policy.basically_counts,
        "limits": {name: policy.limits[name] for name in ordered},
        "reminders": {str(rule): [step.value for step in steps] for rule, steps in policy.reminders.items()},
        "accounts": policy.accounts.body,
        "rates": {str(act): text for act, text in policy.rates.items()},
        "retention": policy.retention.body,
        "statutory": {matter: {"limit": s.limit, "source": s.source} for matter, s in policy.statutory.items()},
        "cards": asdict(policy.cards),
    }


def differences(old: Policy, new: Policy) -> tuple[tuple[str, str, str], ...]:
    """Return the differences as (item, before, after), with an empty text where an item is not set."""
    before, after = dict(_items(body_of(old))), dict(_items(body_of(new)))
    names = [*after, *(name for name in before if name not in after)]
    return tuple(
        (name, before.get(name, ""), after.get(name, "")) for name in names if before.get(name) != after.get(name)
    )


def _items(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in body.items():
        if name == "statutory":
            yield from ((f"{name}.{matter}", f"{told['limit']}（{told['source']}）") for matter, told in value.items())
        elif isinstance(value, Mapping):
            yield from ((f"{name}.{key}", _plain(told)) for key, told in value.items())
        else:
            yield name, _plain(value)


def _plain(value: Any) -> str:
    return "、".join(str(part) for part in value) if isinstance(value, list) else str(value)
