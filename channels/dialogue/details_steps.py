"""Steps for a person whose ticket waits for details: add them, or begin a new complaint (PROCEDURE §2)."""

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
    """Take the first words: a new complaint, or the question whether they belong to a ticket that waits for details."""
    wanting = await find_wanting_in(dialogue.context, dialogue.conn, incoming)
    taken = await filing_steps.take_words(incoming, move_to(turn, DialogueStage.WHAT), dialogue)
    if wanting is None or not taken.turn.draft.get("body"):
        return taken
    turn = update_draft(move_to(taken.turn, DialogueStage.ADDING), wanting=[str(wanting[0]), wanting[1]])
    return Reply(turn, (*_warnings(taken.lines), *filing_steps.question(turn)))


@router.on(step(DialogueStage.ADDING), text("1", "补充"))
async def add_details(_incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Add the words to the ticket; if it no longer waits for details, go on with a new complaint."""
    ticket_id, number = turn.draft["wanting"]
    try:
        words = filing_steps.PARTS_APART.join(turn.draft["body"])
        await add_own_details_in(dialogue.context, dialogue.conn, UUID(ticket_id), words, dialogue.now)
    except Refusal:
        return _to_complaint(turn)
    return Reply(reset(turn), (line(Phrase.ADDED, number=number),))


@router.on(step(DialogueStage.ADDING), text("2", "另一件事", "新的"))
async def tell_another(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Go on with a new complaint that begins with the words said so far."""
    return _to_complaint(turn)


def _to_complaint(turn: ConversationState) -> Reply:
    following = move_to(turn, DialogueStage.WHAT)
    return Reply(following, filing_steps.question(following))


@router.on(step(DialogueStage.ADDING), kind("text", "voice", "link"))
async def take_more(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Collect further words and ask again which ticket they belong to."""
    taken = await filing_steps.take_words(incoming, turn, dialogue)
    repeated = filing_steps.question(taken.turn) if taken.lines else ()
    errors = tuple(reply_line for reply_line in taken.lines if reply_line.phrase in (Phrase.TOO_LONG, Phrase.NOT_HEARD))
    return Reply(taken.turn, (*_warnings(taken.lines), *errors, *repeated))


def _warnings(lines: tuple[ReplyLine, ...]) -> tuple[ReplyLine, ...]:
    return tuple(reply_line for reply_line in lines if reply_line.phrase is Phrase.DANGER)
