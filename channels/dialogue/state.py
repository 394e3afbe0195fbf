"""What the handlers of a guided conversation share: the steps, what may be said, and what they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum, auto
from typing import Any

from hotline.actions.intake.conversation import ConversationState
from hotline.actions.intake.own_tickets import PendingCallback
from hotline.actions.region.context import RegionContext
from hotline.db import Connection

_KEPT = ("greeted_at", "last")


class DialogueStage(StrEnum):
    """The steps a conversation may wait at."""

    START = auto()
    WHAT = auto()
    WHERE = auto()
    WHO = auto()
    SECRET = auto()
    CONFIRM = auto()
    KIND = auto()
    ADDING = auto()
    SOLVED = auto()
    WHY = auto()


class Phrase(StrEnum):
    """Everything that may be said; each channel has its own words for it."""

    WELCOME = auto()
    HELP = auto()
    HINT = auto()
    BY_PHONE = auto()
    DANGER = auto()
    ASK_WHAT = auto()
    NOTED = auto()
    MORE_NOTED = auto()
    PICTURE_NOTED = auto()
    PLACE_NOTED = auto()
    TOO_LONG = auto()
    ASK_WHERE = auto()
    ASK_WHO = auto()
    ASK_WHO_KNOWN = auto()
    BAD_PHONE = auto()
    BAD_NAME = auto()
    ASK_SECRET = auto()
    ASK_CONFIRM = auto()
    ASK_KIND = auto()
    CHOOSE = auto()
    NOT_HEARD = auto()
    NOT_READABLE = auto()
    CANCELLED = auto()
    NOTHING_TO_CANCEL = auto()
    FILED = auto()
    REFUSED = auto()
    TOO_FAST = auto()
    ASK_ADDING = auto()
    ADDED = auto()
    PROGRESS_HEAD = auto()
    PROGRESS_ROW = auto()
    PROGRESS_MORE = auto()
    PROGRESS_NONE = auto()
    ASK_SOLVED = auto()
    ASK_WHY = auto()
    RATED_CLOSED = auto()
    RATED_REDO = auto()
    RATED_INTERVIEW = auto()
    RATED_BEFORE = auto()
    ASK_NEXT = auto()
    UNFINISHED = auto()


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """One thing to say, with what goes into it."""

    phrase: Phrase
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a message and where the conversation then stands; no lines: silence."""

    turn: ConversationState
    lines: tuple[ReplyLine, ...] = ()


@dataclass(frozen=True, slots=True)
class DialogueContext:
    """What a handler is given: the office, the open transaction, the moment, and the callback this may answer."""

    context: RegionContext
    conn: Connection
    now: datetime
    asked: PendingCallback | None


Say = Callable[[Sequence[ReplyLine]], str]


def line(phrase: Phrase, **facts: Any) -> ReplyLine:
    """A line with its facts."""
    return ReplyLine(phrase, facts)


def update_draft(turn: ConversationState, **changes: Any) -> ConversationState:
    """The turn with more in its draft."""
    return replace(turn, draft={**turn.draft, **changes})


def move_to(turn: ConversationState, stage: DialogueStage) -> ConversationState:
    """The turn at another step."""
    return replace(turn, step=stage.value)


def reset(turn: ConversationState, stage: DialogueStage = DialogueStage.START) -> ConversationState:
    """Nothing told; only what keeps greetings and echoes rare is kept."""
    return ConversationState(stage.value, {name: turn.draft[name] for name in _KEPT if name in turn.draft})
