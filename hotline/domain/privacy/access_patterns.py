"""Unusual patterns in the access log that an auditor should look into (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from hotline.domain.deadline.office_hours import Calendar
from hotline.domain.policy.limits import Policy

NIGHT_FROM, NIGHT_UNTIL = time(20), time(7)
HOUR, NIGHT = timedelta(hours=1), timedelta(hours=11)


class What(StrEnum):
    """What was accessed, and how."""

    TICKET = "ticket"
    REVEAL = "reveal"
    LIST = "list"
    SEARCH = "search"
    LETTER = "letter"
    BRIEF = "brief"
    FIGURE = "figure"
    FILE = "file"
    EXPORT = "export"
    PROGRESS = "progress"
    RECORD = "record"
    WRONG_CODE = "wrong_code"


class Pattern(StrEnum):
    """Unusual patterns of reveals."""

    MANY = "many"
    AT_NIGHT = "at_night"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Reveal:
    """A user revealed a complainant's name and number; `elsewhere`: on a ticket of another unit."""

    account_id: UUID
    at: datetime
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class Unusual:
    """A pattern found for an account, with its count and start; `about` identifies the occasion."""

    account_id: UUID
    pattern: Pattern
    count: int
    since: datetime
    about: str


def find_unusual(reveals: Iterable[Reveal], policy: Policy, calendar: Calendar, now: datetime) -> tuple[Unusual, ...]:
    """Find accounts with too many reveals in an hour, at night, or on other units' tickets, by the policy's thresholds.

    A threshold of 0 switches a pattern off. `about` changes with the hour of the newest reveal and with each further
    multiple of the threshold, so that an occasion is reported once.
    """
    by_account: dict[UUID, list[Reveal]] = {}
    for reveal in reveals:
        by_account.setdefault(reveal.account_id, []).append(reveal)
    found = []
    for account_id, own in sorted(by_account.items()):
        lately = [reveal for reveal in own if now - HOUR < reveal.at <= now]
        tonight = [reveal for reveal in own if now - NIGHT < reveal.at <= now and _is_night(calendar, reveal.at)]
        elsewhere = [reveal for reveal in lately if reveal.elsewhere]
        found += _over(account_id, Pattern.MANY, lately, policy.reveals_an_hour)
        found += _over(account_id, Pattern.AT_NIGHT, tonight, policy.reveals_a_night)
        found += _over(account_id, Pattern.ELSEWHERE, elsewhere, policy.reveals_elsewhere)
    return tuple(found)


def _over(account_id: UUID, pattern: Pattern, reveals: Sequence[Reveal], threshold: int) -> list[Unusual]:
    if not threshold or len(reveals) < threshold:
        return []
    times, newest = len(reveals) // threshold, reveals[-1].at
    about = f"{account_id}:{pattern}:{newest:%Y-%m-%dT%H}:{times}"
    return [Unusual(account_id, pattern, len(reveals), reveals[0].at, about)]


def _is_night(calendar: Calendar, at: datetime) -> bool:
    local = calendar.local(at).time()
    return local >= NIGHT_FROM or local < NIGHT_UNTIL
