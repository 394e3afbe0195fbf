"""Which handler answers a message: registered in order, the first whose filters all agree."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from hotline.actions.intake.conversation import ConversationState
from hotline.domain.messaging.message import Incoming, IncomingKind

C = TypeVar("C")
A = TypeVar("A")
Filter = Callable[[Incoming, ConversationState, Any], bool]
Handler = Callable[[Incoming, ConversationState, C], Awaitable[A]]

_EDGES = " \t\r\n.,!?;:~\"'()[]。，！？、；：～…“”‘’「」『』【】《》（）"


class Unanswered(LookupError):
    """No handler takes this message: the router lacks a last one for everything else."""


class Router(Generic[C, A]):
    """Handlers for messages of one kind of conversation. `C` is what handlers are given besides, `A` what they answer."""

    def __init__(self) -> None:
        self._rows: list[tuple[tuple[Filter, ...], Handler[C, A]]] = []

    def on(self, *filters: Filter) -> Callable[[Handler[C, A]], Handler[C, A]]:
        """Register a handler for messages all filters agree to; without filters for every message."""

        def register(handler: Handler[C, A]) -> Handler[C, A]:
            self._rows.append((filters, handler))
            return handler

        return register

    def include(self, other: Router[C, A]) -> None:
        """Ask the handlers another router has so far, at this place."""
        self._rows.extend(other._rows)

    async def feed(self, incoming: Incoming, turn: ConversationState, context: C) -> A:
        """The answer of the first handler that matches. Raises Unanswered when none does."""
        for filters, handler in self._rows:
            if all(agrees(incoming, turn, context) for agrees in filters):
                return await handler(incoming, turn, context)
        raise Unanswered(f"{incoming.kind} at step {turn.step}")


def plain(text: str) -> str:
    """A short answer as it was meant: full-width digits made narrow, blanks and punctuation around it gone."""
    return unicodedata.normalize("NFKC", text).strip(_EDGES).casefold()


def text(*words: str) -> Filter:
    """The whole text is one of these words, or a click on a menu button of that name."""
    wanted = frozenset(map(plain, words))

    def agrees(incoming: Incoming, _turn: ConversationState, _context: Any) -> bool:
        if incoming.kind in ("text", "voice"):
            return plain(incoming.text) in wanted
        head, _, key = (incoming.push or "").partition(":")
        return head == "click" and plain(key) in wanted

    return agrees


def kind(*kinds: IncomingKind) -> Filter:
    """The message is of one of these kinds."""
    return lambda incoming, _turn, _context: incoming.kind in kinds


def step(*steps: str) -> Filter:
    """The conversation waits at one of these steps."""
    return lambda _incoming, turn, _context: turn.step in steps


def regex(pattern: str) -> Filter:
    """The whole `plain` text matches."""
    compiled = re.compile(pattern)
    return lambda incoming, _turn, _context: (
        incoming.kind in ("text", "voice") and compiled.fullmatch(plain(incoming.text)) is not None
    )


def push(*names: str) -> Filter:
    """Something the channel tells of the person (`subscribe`, `click:KEY` …); without names anything of the sort."""
    wanted = frozenset(names)
    return lambda incoming, _turn, _context: incoming.kind == "push" and (not wanted or incoming.push in wanted)
