"""Shared by the handlers of a conversation: steps, phrases and the context they receive."""

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
    """The steps of a conversation."""

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
    """Everything the hotline may say; each channel has its own words for it."""

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
    """One phrase with its facts."""

    phrase: Phrase
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a message and the new state of the conversation; no lines means no answer."""

    turn: ConversationState
    lines: tuple[ReplyLine, ...] = ()


@dataclass(frozen=True, slots=True)
class DialogueContext:
    """What a handler receives: region, open transaction, time, and the callback this message may answer."""

    context: RegionContext
    conn: Connection
    now: datetime
    pending: PendingCallback | None


Say = Callable[[Sequence[ReplyLine]], str]


def line(phrase: Phrase, **facts: Any) -> ReplyLine:
    """Return a line with its facts."""
    return ReplyLine(phrase, facts)


def update_draft(turn: ConversationState, **changes: Any) -> ConversationState:
    """Return the state with these changes in its draft."""
    return replace(turn, draft={**turn.draft, **changes})


def move_to(turn: ConversationState, stage: DialogueStage) -> ConversationState:
    """Return the state at another step."""
    return replace(turn, step=stage.value)


def reset(turn: ConversationState, stage: DialogueStage = DialogueStage.START) -> ConversationState:
    """Return an empty state that only keeps the times of greetings and repetitions."""
    return ConversationState(stage.value, {name: turn.draft[name] for name in _KEPT if name in turn.draft})
