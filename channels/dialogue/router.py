"""The router of messages: the first registered handler whose filters all match answers."""

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
    """No handler matches the message: the router lacks a default handler."""


class Router(Generic[C, A]):
    """Handlers for the messages of a conversation. `C` is the context handlers receive, `A` what they return."""

    def __init__(self) -> None:
        self._rows: list[tuple[tuple[Filter, ...], Handler[C, A]]] = []

    def on(self, *filters: Filter) -> Callable[[Handler[C, A]], Handler[C, A]]:
        """Register a handler for messages that match all filters; without filters, for every message."""

        def register(handler: Handler[C, A]) -> Handler[C, A]:
            self._rows.append((filters, handler))
            return handler

        return register

    def include(self, other: Router[C, A]) -> None:
        """Append the handlers that another router has now."""
        self._rows.extend(other._rows)

    async def feed(self, incoming: Incoming, turn: ConversationState, context: C) -> A:
        """Return the answer of the first matching handler. Raises Unanswered."""
        for filters, handler in self._rows:
            if all(agrees(incoming, turn, context) for agrees in filters):
                return await handler(incoming, turn, context)
        raise Unanswered(f"{incoming.kind} at step {turn.step}")


def plain(text: str) -> str:
    """Normalise a short answer: full-width characters made narrow (NFKC), no punctuation around it, case folded."""
    return unicodedata.normalize("NFKC", text).strip(_EDGES).casefold()


def text(*words: str) -> Filter:
    """Match if the whole text is one of these words, or a menu button of that name was clicked."""
    wanted = frozenset(map(plain, words))

    def agrees(incoming: Incoming, _turn: ConversationState, _context: Any) -> bool:
        if incoming.kind in ("text", "voice"):
            return plain(incoming.text) in wanted
        head, _, key = (incoming.push or "").partition(":")
        return head == "click" and plain(key) in wanted

    return agrees


def kind(*kinds: IncomingKind) -> Filter:
    """Match messages of these kinds."""
    return lambda incoming, _turn, _context: incoming.kind in kinds


def step(*steps: str) -> Filter:
    """Match if the conversation is at one of these steps."""
    return lambda _incoming, turn, _context: turn.step in steps


def regex(pattern: str) -> Filter:
    """Match if the pattern matches the whole `plain` text."""
    compiled = re.compile(pattern)
    return lambda incoming, _turn, _context: (
        incoming.kind in ("text", "voice") and compiled.fullmatch(plain(incoming.text)) is not None
    )


def push(*names: str) -> Filter:
    """Match events of the channel (`subscribe`, `click:KEY` …) with these names; without names any event."""
    wanted = frozenset(names)
    return lambda incoming, _turn, _context: incoming.kind == "push" and (not wanted or incoming.push in wanted)
