"""Load and save the state of a conversation; a repeated message gets the first reply again."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hotline.actions.region.context import RegionContext
from hotline.actions.region.row_scope import scope_of_person
from hotline.db import Connection
from hotline.domain.messaging.message import Incoming
from hotline.store.intake import conversations

FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ConversationState:
    """The state of a conversation: the step that waits for a message, and the draft collected so far."""

    step: str
    draft: dict[str, Any]


Answer = Callable[[Connection, ConversationState], Awaitable[tuple[str, ConversationState]]]


async def take_turn(context: RegionContext, incoming: Incoming, now: datetime, answer: Answer) -> str:
    """Answer one message of one person and return the reply; a repeated delivery returns the first reply.

    Messages of one person are answered one at a time. `answer` gets the connection and the present state and returns the
    reply and the next state. A conversation idle for 24 hours starts again. Message, state and the writes of `answer` are
    one transaction.
    """
    region, vault = context.region, context.vault
    person, *former = vault.fingerprints(incoming.person, f"person.{incoming.channel}")
    async with context.writing(scope_of_person([person, *former])) as conn:
        if not await conversations.claim_message(conn, region, incoming.channel, incoming.message_id, now):
            sealed_reply = await conversations.get_reply(conn, region, incoming.channel, incoming.message_id)
            return vault.unseal(sealed_reply, "reply") if sealed_reply else ""
        if former:
            await conversations.follow_person(conn, region, incoming.channel, former, person)
        row = await conversations.hold_conversation(
            conn, region, incoming.channel, person, vault.seal("{}", "draft"), now
        )
        turn = ConversationState(row["step"], json.loads(vault.unseal(row["draft_sealed"], "draft")))
        if now - row["updated_at"] > FORGOTTEN_AFTER:
            turn = ConversationState("start", {})
        reply, following = await answer(conn, turn)
        draft = vault.seal(json.dumps(following.draft, ensure_ascii=False), "draft")
        await conversations.save_conversation(conn, region, incoming.channel, person, following.step, draft, now)
        await conversations.keep_reply(conn, region, incoming.channel, incoming.message_id, vault.seal(reply, "reply"))
        return reply
