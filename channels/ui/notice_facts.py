"""Facts of a notice as words that every channel shares: names of rules and tiers, limits, dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from hotline.domain.enums import Role, Rule, Step
from hotline.domain.messaging.notices import NoticeKind, PostedNotice
from hotline.domain.policy.limits import Limit
from hotline.domain.supervision.tiers import PRESSING, RULE_NAMES, STEP_NAMES, TIER_NAMES
from hotline.holidays import ZONE


def _moment(text: str) -> str:
    local = datetime.fromisoformat(text).astimezone(ZONE)
    return f"{local.month}月{local.day}日{local:%H:%M}"


_IN_WORDS: Mapping[str, Callable[[str], str]] = {
    "rule": lambda value: RULE_NAMES[Rule(value)],
    "step": lambda value: STEP_NAMES[Step(value)],
    "role": lambda value: PRESSING[Role(value)],
    "tier": lambda value: TIER_NAMES[int(value)],
    "limit": lambda value: Limit.parse(value).in_words,
    "by": lambda value: f"{date.fromisoformat(value):%m月%d日}",
    "due_at": _moment,
}


def facts_in_words(notice: PostedNotice) -> dict[str, str]:
    """The ticket's `number` and each fact under its own name, as people read it."""
    facts = {name: str(value) for name, value in notice.facts.items()}
    return {"number": notice.number} | {
        name: _IN_WORDS[name](value) if name in _IN_WORDS else value for name, value in facts.items()
    }


def fill_words(notice: PostedNotice, words: Mapping[NoticeKind, str], by_date: str) -> str:
    """Return a notice to a complainant in a channel's `words`; `by_date` is for an interview owed by a leader's date.

    A notice of an earlier version is returned as it was stored. Raises KeyError for a kind without words.
    """
    if notice.text is not None:
        return notice.text
    dated = notice.kind is NoticeKind.INTERVIEW_OWED and "by" in notice.facts
    return (by_date if dated else words[notice.kind]).format_map(facts_in_words(notice))
