"""Policy versions: write one as TOML, read it back, check it as a whole, and save it as the next version.

A new version does not move a running deadline: it keeps the limit that was in force when it began
(`deadline.limit_text`). Reminders follow the version in force.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.actions.region.context import RegionContext
from hotline.domain.errors import BadPolicy, NewerPolicy, UnfitPolicy
from hotline.domain.policy.limits import DEFAULT_LIMITS, Limit, Policy
from hotline.domain.policy.rate_limits import rate_in_words
from hotline.domain.policy.validation import body_of, differences, faults_of
from hotline.store import policies as policies_
from hotline.store.policies import PolicyRow as PolicyRow
from hotline.store.region import regions

AUTHOR_LIMIT = 40
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
Difference = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Saved:
    """The result of saving: `version` is None when nothing differs from the newest version."""

    version: int | None
    valid_from: datetime
    differences: tuple[Difference, ...]


class PolicyVersion(PolicyRow):
    """A version with its differences from the version before it."""

    changes: tuple[Difference, ...]


def compose_toml(policy: Policy) -> str:
    """Write a whole version as TOML, each limit with its meaning as a comment; `read_toml` reads it back."""
    body = body_of(policy)
    plain = [f"{name} = {json.dumps(value)}" for name, value in body.items() if not isinstance(value, Mapping)]
    head = ["", "# d 工作日，h 工作小时，m 工作分钟；加 natural 为自然时间。"]
    return "\n".join([*plain, *head, *_limits(body["limits"]), *_rest(body), *_cards(body["cards"])]) + "\n"


def compose_special(policy: Policy) -> str:
    """Write as TOML what has no field: narrowed limits, reminders, accounts, rates, retention, statutory limits."""
    body = body_of(policy)
    narrowed = {name: text for name, text in body["limits"].items() if name not in DEFAULT_LIMITS}
    return "\n".join([*_limits(narrowed), *_rest(body)]) + "\n"


def _limits(limits: Mapping[str, str]) -> list[str]:
    return ["[limits]", *(f"{_key(name)} = {json.dumps(text)}  # {_in_words(text)}" for name, text in limits.items())]


def _rest(body: Mapping[str, Any]) -> list[str]:
    lines = ["", "[reminders]"]
    lines += [f"{rule} = {json.dumps(steps)}" for rule, steps in body["reminders"].items()]
    lines += ["", "# 账号和登录；days = 0 为密码不过期，second_factor 为必须有动态码的角色", "[accounts]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in body["accounts"].items()]
    lines += ["", "# 频次：60/1h 为1小时60次；s 秒，m 分钟，h 小时，d 天；off 为不限", "[rates]"]
    lines += [f"{_key(act)} = {json.dumps(text)}  # {rate_in_words(text)}" for act, text in body["rates"].items()]
    lines += ["", "# 各类数据保存多少天", "[retention]"]
    lines += [f"{name} = {days}" for name, days in body["retention"].items()]
    lines += ["", '# 法律另有期限的事项：事项代码 = { limit = "60d natural", source = "依据" }', "[statutory]"]
    for matter, statutory in body["statutory"].items():
        source = json.dumps(statutory["source"], ensure_ascii=False)
        lines.append(f"{_key(matter)} = {{ limit = {json.dumps(statutory['limit'])}, source = {source} }}")
    return lines


def _cards(cards: Mapping[str, Any]) -> list[str]:
    head = [
        "",
        "# 亮牌：warning 到期前多久亮黄牌（空为不提前），red 超期多久亮红牌，tier 从第几级督办起亮红牌。",
        "[cards]",
    ]
    return [*head, *(f"{name} = {json.dumps(value)}" for name, value in cards.items())]


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _in_words(text: str) -> str:
    try:
        return Limit.parse(text).in_words
    except BadPolicy:
        return text


def read_toml(text: str) -> dict[str, Any]:
    """Parse the body of a version. Raises UnfitPolicy with the line that is not valid TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        place = _PLACE.search(str(fault))
        where = f"第 {place[1]} 行" if place and place[1] else "文件末尾"
        raise unfit([f"{where}：不是有效的 TOML 写法（带点的名称要加引号）"]) from None


def unfit(faults: Sequence[str]) -> UnfitPolicy:
    """Return the refusal that lists these faults, one a line."""
    return UnfitPolicy(count=len(faults), faults="".join(f"\n  {fault}" for fault in faults))


def check_policy(context: RegionContext, body: Mapping[str, Any]) -> Policy:
    """Return the policy of this body, not numbered yet (version 0). Raises UnfitPolicy with every fault."""
    faults = faults_of(body, context.county.matters)
    if faults:
        raise unfit(faults)
    return Policy.from_body(0, body)


async def save_policy(
    context: RegionContext, body: Mapping[str, Any], author: str, now: datetime, *,
    valid_from: datetime | None = None, based_on: int | None = None,
) -> Saved:  # fmt: skip
    """Save a version as the newest, in force from `valid_from` (None: from now on).

    Raises UnfitPolicy with every fault, also for a `valid_from` in the past, since deadlines already computed stay as
    they are; NewerPolicy when the newest version is not `based_on` any more (None: not checked).
    """
    policy = check_policy(context, body)
    since = valid_from or now
    faults = ["valid-from：执行时间不能早于现在"] if since < now else []
    faults += [] if 0 < len(author) <= AUTHOR_LIMIT else [f"by：要写明谁改的，{AUTHOR_LIMIT} 字以内"]
    if faults:
        raise unfit(faults)
    async with context.writing() as conn:
        await regions.lock_region(conn, context.region)
        newest = _newest(await policies_.list_policies(conn, context.region))
        if based_on is not None and newest.version != based_on:
            raise NewerPolicy(version=newest.version)
        changed = differences(newest, policy)
        if not changed:
            return Saved(None, since, ())
        version = await policies_.add_policy(conn, context.region, since, body_of(policy), author, now)
    await context.refresh(now, force=True)
    return Saved(version, since, changed)


def _newest(rows: Sequence[PolicyRow]) -> Policy:
    return Policy.from_body(rows[0]["version"], rows[0]["body"]) if rows else Policy(version=0)


async def list_versions(context: RegionContext) -> list[PolicyVersion]:
    """List every version with its differences from the one before, newest first."""
    async with context.reading() as conn:
        rows = await policies_.list_policies(conn, context.region)
    return list(_with_changes(rows))


def _with_changes(rows: Sequence[PolicyRow]) -> Iterator[PolicyVersion]:
    policies = [Policy.from_body(row["version"], row["body"]) for row in rows] + [Policy(version=0)]
    for row, policy, before in zip(rows, policies, policies[1:], strict=False):
        yield {**row, "changes": differences(before, policy)}


async def newest_policy(context: RegionContext) -> Policy:
    """Return the newest version, which may not be in force yet; the default policy when none was saved."""
    async with context.reading() as conn:
        return _newest(await policies_.list_policies(conn, context.region))
