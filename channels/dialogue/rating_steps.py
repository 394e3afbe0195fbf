"""Rating a reply by digits: the verdict, one more question, and the result (PROCEDURE §5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from channels.dialogue.router import Router, kind, plain, regex, step
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
from hotline.actions.callback.verdicts import record_callback_in
from hotline.actions.intake.conversation import ConversationState
from hotline.actions.intake.own_tickets import find_asked_in
from hotline.domain.callback import Answers
from hotline.domain.enums import Verdict
from hotline.domain.errors import WrongState
from hotline.domain.messaging.message import Incoming
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import COMPLAINANT

WORDS_LIMIT = 2000
VERDICTS = tuple(Verdict)
DISSATISFIED = str(VERDICTS.index(Verdict.DISSATISFIED) + 1)
_VERDICT = r"[1-4]"
_OTHER_REASON = "4"

router: Router[DialogueContext, Reply] = Router()


def may_be_verdict(incoming: Incoming) -> bool:
    """Return whether the message is a single digit from 1 to 4; only then a pending callback is looked up."""
    return regex(_VERDICT)(incoming, ConversationState("", {}), None)


def is_rating(turn: ConversationState) -> bool:
    """Return whether the conversation waits for an answer about a reply."""
    return turn.step in (DialogueStage.SOLVED, DialogueStage.WHY)


def _is_asked(_incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> bool:
    """Return whether a reply waits for a rating and the person was asked after the last message of the draft."""
    if dialogue.pending is None or is_rating(turn):
        return False
    return turn.step == DialogueStage.START or dialogue.pending.asked_at.isoformat() > turn.draft.get("at", "")


@router.on(regex(_VERDICT), _is_asked)
async def take_verdict(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Store the verdict and ask the one question that goes with it."""
    assert dialogue.pending is not None
    verdict, number = plain(incoming.text), dialogue.pending.number
    rating = {"ticket_id": str(dialogue.pending.ticket_id), "number": number, "verdict": verdict, "before": turn.step}
    stage = DialogueStage.WHY if verdict == DISSATISFIED else DialogueStage.SOLVED
    return Reply(update_draft(move_to(turn, stage), rating=rating), (ask(stage, turn, number),))


def ask(stage: DialogueStage, turn: ConversationState, number: str = "") -> ReplyLine:
    """Return the question that goes with a verdict."""
    phrase = Phrase.ASK_WHY if stage is DialogueStage.WHY else Phrase.ASK_SOLVED
    return line(phrase, number=number or turn.draft["rating"]["number"])


@router.on(step(DialogueStage.SOLVED), regex(_VERDICT))
async def take_solved(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Record the rating; the digit combines contacted or not and solved or not."""
    case = int(plain(incoming.text)) - 1
    return await _record(incoming, turn, dialogue, contacted=case < 2, solved=case % 2 == 0)


@router.on(step(DialogueStage.WHY), kind("text", "voice"))
async def take_reason(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Record a dissatisfied rating: 1 no contact, 2 off the question, 3 promise not kept, else a free reason."""
    reason = plain(incoming.text)
    if not reason:
        return Reply(turn, (ask(DialogueStage.WHY, turn),))
    at_fault = reason in ("1", "2", "3")
    words = "" if at_fault or reason == _OTHER_REASON else incoming.text[:WORDS_LIMIT]
    return await _record(
        incoming, turn, dialogue, contacted=reason != "1", solved=False, answer_at_fault=at_fault, words=words
    )


@router.on(
    step(DialogueStage.SOLVED, DialogueStage.WHY),
    kind("text", "voice", "image", "video", "location", "link", "unknown"),
)
async def ask_again(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Repeat the question."""
    return Reply(turn, (line(Phrase.CHOOSE), ask(DialogueStage(turn.step), turn)))


async def _record(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext, **fields: Any) -> Reply:
    rating = turn.draft["rating"]
    answers = Answers(verdict=VERDICTS[int(rating["verdict"]) - 1], **fields)
    try:
        ticket = await record_callback_in(
            dialogue.context, dialogue.conn, UUID(rating["ticket_id"]), answers, COMPLAINANT, dialogue.now
        )
        phrase = _RESULTS[ticket.state]
    except WrongState:
        phrase = Phrase.RATED_BEFORE
    lines = [line(phrase, number=rating["number"])]
    following = await find_asked_in(dialogue.context, dialogue.conn, incoming)
    if following is not None:
        lines.append(line(Phrase.ASK_NEXT, number=following.number))
    return Reply(_as_before(turn), tuple(lines))


_RESULTS = {
    State.CLOSED: Phrase.RATED_CLOSED,
    State.SIGNED: Phrase.RATED_REDO,
    State.INTERVIEW_OWED: Phrase.RATED_INTERVIEW,
}


def _as_before(turn: ConversationState) -> ConversationState:
    draft = {name: value for name, value in turn.draft.items() if name != "rating"}
    return ConversationState(turn.draft["rating"]["before"], draft)


def drop(turn: ConversationState) -> ConversationState:
    """Cancel the rating and return to the draft before it."""
    return _as_before(turn) if "rating" in turn.draft else reset(turn)
