"""Words from a person whom a ticket waits for: are they the details it lacks, or another matter (PROCEDURE §2)?"""

from __future__ import annotations

from uuid import UUID

from channels.dialogue import filing_steps
from channels.dialogue.router import Router, kind, step, text
from channels.dialogue.state import (
    DialogueContext,
    DialogueStage,
    Phrase,
    Reply,
    ReplyLine,
    line,
    move_to,
    reset,
    update_draft,
)
from hotline.actions.intake.conversation import ConversationState
from hotline.actions.intake.own_tickets import add_own_details_in, find_wanting_in
from hotline.domain.errors import Refusal
from hotline.domain.messaging.message import Incoming

router: Router[DialogueContext, Reply] = Router()


async def take_words(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """The first words of a conversation: a new complaint, unless a ticket waits for details from this person."""
    wanting = await find_wanting_in(dialogue.context, dialogue.conn, incoming)
    taken = await filing_steps.take_words(incoming, move_to(turn, DialogueStage.WHAT), dialogue)
    if wanting is None or not taken.turn.draft.get("body"):
        return taken
    turn = update_draft(move_to(taken.turn, DialogueStage.ADDING), wanting=[str(wanting[0]), wanting[1]])
    return Reply(turn, (*_warnings(taken.lines), *filing_steps.question(turn)))


@router.on(step(DialogueStage.ADDING), text("1", "补充"))
async def add_details(_incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """They belong to the ticket that waits; if it waits no more, they are a matter of their own."""
    ticket_id, number = turn.draft["wanting"]
    try:
        words = filing_steps.PARTS_APART.join(turn.draft["body"])
        await add_own_details_in(dialogue.context, dialogue.conn, UUID(ticket_id), words, dialogue.now)
    except Refusal:
        return _to_complaint(turn)
    return Reply(reset(turn), (line(Phrase.ADDED, number=number),))


@router.on(step(DialogueStage.ADDING), text("2", "另一件事", "新的"))
async def tell_another(_incoming: Incoming, turn: ConversationState, _scene: DialogueContext) -> Reply:
    """Another matter: the complaint goes on with what was said."""
    return _to_complaint(turn)


def _to_complaint(turn: ConversationState) -> Reply:
    following = move_to(turn, DialogueStage.WHAT)
    return Reply(following, filing_steps.question(following))


@router.on(step(DialogueStage.ADDING), kind("text", "voice", "link"))
async def take_more(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Still telling: gathered like a complaint."""
    taken = await filing_steps.take_words(incoming, turn, dialogue)
    asked = filing_steps.question(taken.turn) if taken.lines else ()
    kept = tuple(one for one in taken.lines if one.phrase in (Phrase.TOO_LONG, Phrase.NOT_HEARD))
    return Reply(taken.turn, (*_warnings(taken.lines), *kept, *asked))


def _warnings(lines: tuple[ReplyLine, ...]) -> tuple[ReplyLine, ...]:
    return tuple(one for one in lines if one.phrase is Phrase.DANGER)
