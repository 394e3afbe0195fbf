"""Rating a reply by numbers: the verdict, one more question, and what follows from it (PROCEDURE §5)."""

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
    """Whether the message is nothing but a digit from 1 to 4: worth asking whether a reply waits to be rated."""
    return regex(_VERDICT)(incoming, ConversationState("", {}), None)


def is_rating(turn: ConversationState) -> bool:
    """Whether the conversation waits for an answer about a reply."""
    return turn.step in (DialogueStage.SOLVED, DialogueStage.WHY)


def _is_asked(_incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> bool:
    """A reply waits, and the person heard of it after whatever else is being told here."""
    if dialogue.asked is None or is_rating(turn):
        return False
    return turn.step == DialogueStage.START or dialogue.asked.asked_at.isoformat() > turn.draft.get("at", "")


@router.on(regex(_VERDICT), _is_asked)
async def take_verdict(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """The verdict is kept until the one question that goes with it is answered."""
    assert dialogue.asked is not None
    given, number = plain(incoming.text), dialogue.asked.number
    rating = {"ticket_id": str(dialogue.asked.ticket_id), "number": number, "verdict": given, "before": turn.step}
    stage = DialogueStage.WHY if given == DISSATISFIED else DialogueStage.SOLVED
    return Reply(update_draft(move_to(turn, stage), rating=rating), (ask(stage, turn, number),))


def ask(stage: DialogueStage, turn: ConversationState, number: str = "") -> ReplyLine:
    """The question that goes with a verdict."""
    phrase = Phrase.ASK_WHY if stage is DialogueStage.WHY else Phrase.ASK_SOLVED
    return line(phrase, number=number or turn.draft["rating"]["number"])


@router.on(step(DialogueStage.SOLVED), regex(_VERDICT))
async def take_solved(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Contacted or not, solved or not: four cases, one digit."""
    case = int(plain(incoming.text)) - 1
    return await _record(incoming, turn, dialogue, contacted=case < 2, solved=case % 2 == 0)


@router.on(step(DialogueStage.WHY), kind("text", "voice"))
async def take_reason(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """1 nobody contacted, 2 off the question, 3 promised and not done; anything else is a reason in own words."""
    given = plain(incoming.text)
    if not given:
        return Reply(turn, (ask(DialogueStage.WHY, turn),))
    at_fault = given in ("1", "2", "3")
    words = "" if at_fault or given == _OTHER_REASON else incoming.text[:WORDS_LIMIT]
    return await _record(
        incoming, turn, dialogue, contacted=given != "1", solved=False, answer_at_fault=at_fault, words=words
    )


@router.on(
    step(DialogueStage.SOLVED, DialogueStage.WHY),
    kind("text", "voice", "image", "video", "location", "link", "unknown"),
)
async def ask_again(_incoming: Incoming, turn: ConversationState, _scene: DialogueContext) -> Reply:
    """The same question once more."""
    return Reply(turn, (line(Phrase.CHOOSE), ask(DialogueStage(turn.step), turn)))


async def _record(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext, **given: Any) -> Reply:
    rating = turn.draft["rating"]
    answers = Answers(verdict=VERDICTS[int(rating["verdict"]) - 1], **given)
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
    """The person does not want to rate now; what was being told before stays."""
    return _as_before(turn) if "rating" in turn.draft else reset(turn)
