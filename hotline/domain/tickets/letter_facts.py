"""What a letter on a ticket says, as it is stored and as it is printed (PROCEDURE §4, §7)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict
from uuid import UUID


class LetterWords(TypedDict, total=False):
    """What only some kinds of letter say.

    督办函: reason (of Reason) and passed_on, true for a unit that takes over; 催办通知书: role and rule; 答复意见书: reply;
    约谈记录: all else, the columns of the interview.
    """

    reason: str
    passed_on: bool
    role: str
    rule: str | None
    limit: str
    reply: str
    cause: str
    solution: str
    rules: str
    official: str
    minutes: str
    held_place: str
    outcome: str
    person_verdict: str


class StoredLetterFacts(LetterWords, total=False):
    """The facts as stored: moments and days in ISO 8601, empty or null for none."""

    due_at: str | None
    held_at: str | None
    promised_on: str | None


class LetterFacts(LetterWords):
    """The facts as printed: with number, unit and ticket; moments are local, and the title is without personal data."""

    county: str
    year: int
    number: int
    tier: int | None
    unit: str
    copy_to: str
    issued_at: datetime
    ticket_id: UUID
    ticket_number: str
    title: str
    due_at: datetime | None
    held_at: datetime | None
    promised_on: date | None
