"""Rating a reply by numbers: the verdict, one more question, and what follows from it (PROCEDURE §5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from channels.dialogue.router import Router, kind, plain, regex, step
from channels.dialogue.state import Line, Phrase, Said, Scene, Stage, afresh, at, line, told
from hotline.actions.callback.verdicts import record_callback_in
from hotline.actions.intake.conversation import Turn
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

router: Router[Scene, Said] = Router()


def may_be_verdict(incoming: Incoming) -> bool:
    """Whether the message is nothing but a digit from 1 to 4: worth asking whether a reply waits to be rated."""
    return regex(_VERDICT)(incoming, Turn("", {}), None)


def is_rating(turn: Turn) -> bool:
    """Whether the conversation waits for an answer about a reply."""
    return turn.step in (Stage.SOLVED, Stage.WHY)


def _is_asked(_incoming: Incoming, turn: Turn, scene: Scene) -> bool:
    """A reply waits, and the person heard of it after whatever else is being told here."""
    if scene.asked is None or is_rating(turn):
        return False
    return turn.step == Stage.START or scene.asked.asked_at.isoformat() > turn.draft.get("at", "")


@router.on(regex(_VERDICT), _is_asked)
async def take_verdict(incoming: Incoming, turn: Turn, scene: Scene) -> Said:
    """The verdict is kept until the one question that goes with it is answered."""
    assert scene.asked is not None
    given, number = plain(incoming.text), scene.asked.number
    rating = {"ticket_id": str(scene.asked.ticket_id), "number": number, "verdict": given, "before": turn.step}
    stage = Stage.WHY if given == DISSATISFIED else Stage.SOLVED
    return Said(told(at(turn, stage), rating=rating), (ask(stage, turn, number),))


def ask(stage: Stage, turn: Turn, number: str = "") -> Line:
    """The question that goes with a verdict."""
    phrase = Phrase.ASK_WHY if stage is Stage.WHY else Phrase.ASK_SOLVED
    return line(phrase, number=number or turn.draft["rating"]["number"])


@router.on(step(Stage.SOLVED), regex(_VERDICT))
async def take_solved(incoming: Incoming, turn: Turn, scene: Scene) -> Said:
    """Contacted or not, solved or not: four cases, one digit."""
    case = int(plain(incoming.text)) - 1
    return await _record(incoming, turn, scene, contacted=case < 2, solved=case % 2 == 0)


@router.on(step(Stage.WHY), kind("text", "voice"))
async def take_reason(incoming: Incoming, turn: Turn, scene: Scene) -> Said:
    """1 nobody contacted, 2 off the question, 3 promised and not done; anything else is a reason in own words."""
    given = plain(incoming.text)
    if not given:
        return Said(turn, (ask(Stage.WHY, turn),))
    at_fault = given in ("1", "2", "3")
    words = "" if at_fault or given == _OTHER_REASON else incoming.text[:WORDS_LIMIT]
    return await _record(
        incoming, turn, scene, contacted=given != "1", solved=False, answer_at_fault=at_fault, words=words
    )


@router.on(step(Stage.SOLVED, Stage.WHY), kind("text", "voice", "image", "video", "location", "link", "unknown"))
async def ask_again(_incoming: Incoming, turn: Turn, _scene: Scene) -> Said:
    """The same question once more."""
    return Said(turn, (line(Phrase.CHOOSE), ask(Stage(turn.step), turn)))


async def _record(incoming: Incoming, turn: Turn, scene: Scene, **given: Any) -> Said:
    rating = turn.draft["rating"]
    answers = Answers(verdict=VERDICTS[int(rating["verdict"]) - 1], **given)
    try:
        ticket = await record_callback_in(
            scene.office, scene.conn, UUID(rating["ticket_id"]), answers, COMPLAINANT, scene.now
        )
        phrase = _RESULTS[ticket.state]
    except WrongState:
        phrase = Phrase.RATED_BEFORE
    lines = [line(phrase, number=rating["number"])]
    following = await find_asked_in(scene.office, scene.conn, incoming)
    if following is not None:
        lines.append(line(Phrase.ASK_NEXT, number=following.number))
    return Said(_as_before(turn), tuple(lines))


_RESULTS = {
    State.CLOSED: Phrase.RATED_CLOSED,
    State.SIGNED: Phrase.RATED_REDO,
    State.INTERVIEW_OWED: Phrase.RATED_INTERVIEW,
}


def _as_before(turn: Turn) -> Turn:
    draft = {name: value for name, value in turn.draft.items() if name != "rating"}
    return Turn(turn.draft["rating"]["before"], draft)


def drop(turn: Turn) -> Turn:
    """The person does not want to rate now; what was being told before stays."""
    return _as_before(turn) if "rating" in turn.draft else afresh(turn)
