"""What the handlers of a guided conversation share: the steps, what may be said, and what they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum, auto
from typing import Any

from hotline.actions.intake.conversation import Turn
from hotline.actions.intake.own_tickets import Asked
from hotline.actions.region.context import Office

_KEPT = ("greeted_at", "last")


class Stage(StrEnum):
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
class Line:
    """One thing to say, with what goes into it."""

    phrase: Phrase
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """The answer to a message and where the conversation then stands; no lines: silence."""

    turn: Turn
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """What a handler is given: the office, the open transaction, the moment, and the callback this may answer."""

    office: Office
    conn: Any
    now: datetime
    asked: Asked | None


Say = Callable[[Sequence[Line]], str]


def line(phrase: Phrase, **facts: Any) -> Line:
    """A line with its facts."""
    return Line(phrase, facts)


def told(turn: Turn, **changes: Any) -> Turn:
    """The turn with more in its draft."""
    return replace(turn, draft={**turn.draft, **changes})


def at(turn: Turn, stage: Stage) -> Turn:
    """The turn at another step."""
    return replace(turn, step=stage.value)


def afresh(turn: Turn, stage: Stage = Stage.START) -> Turn:
    """Nothing told; only what keeps greetings and echoes rare is kept."""
    return Turn(stage.value, {name: turn.draft[name] for name in _KEPT if name in turn.draft})
