"""A complaint told step by step: what → where → who → secret → confirm → number and query code. Any channel may use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from channels.dialogue import details_steps, filing_steps, rating_steps
from channels.dialogue.filing_steps import question
from channels.dialogue.router import Router, kind, plain, push, step, text
from channels.dialogue.state import (
    DialogueContext,
    DialogueStage,
    Phrase,
    Reply,
    ReplyLine,
    Say,
    line,
    reset,
    update_draft,
)
from hotline.actions.intake.conversation import Answer, ConversationState
from hotline.actions.intake.own_tickets import find_asked_in, list_own_in
from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.enums import Kind
from hotline.domain.messaging.message import Incoming

SHOWN = 5
GREETING_EVERY = timedelta(hours=1)
ECHO_SPAN = timedelta(minutes=1)
ECHOES = 2
_SHORT = 4

_CANCEL = text("取消", "不说了", "算了", "退出", "cancel")
_AGAIN = text("重来", "重新开始", "重说", "重填")
_PROGRESS = text("进度", "查进度", "查询", "查询进度", "办理进度", "办到哪了", "progress")
_HELP = text("帮助", "help", "怎么用", "菜单")
_BY_PHONE = text("人工", "人工服务", "转人工", "客服", "电话")
_FILE = text("反映问题", "我要反映", "我要反映问题", "我要反映情况", "反映情况", "诉求", "提诉求", "file")
_KIND_WORDS: Mapping[str, Kind] = {
    "投诉": Kind.COMPLAINT, "举报": Kind.TIP_OFF, "求助": Kind.HELP, "咨询": Kind.INQUIRY, "建议": Kind.SUGGESTION,
    "表扬": Kind.PRAISE,
}  # fmt: skip
_GREETINGS = frozenset({"你好", "您好", "在吗", "有人吗", "hi", "hello", "喂", "您好,在吗", "谢谢", "好的", "嗯", "ok"})

router: Router[DialogueContext, Reply] = Router()


def compose_answer(
    context: RegionContext, incoming: Incoming, now: datetime, say: Say, facts: Mapping[str, Any]
) -> Answer:
    """What `take_turn` needs: the answer to one message. `say` has the channel's words, `facts` go into every line."""

    async def answer(conn: Connection, turn: ConversationState) -> tuple[str, ConversationState]:
        asked = await find_asked_in(context, conn, incoming) if rating_steps.may_be_verdict(incoming) else None
        said = await router.feed(incoming, turn, DialogueContext(context, conn, now, asked))
        lines = said.lines + _go_on(turn, said.turn)
        reply = say([replace(one, facts={**facts, **one.facts}) for one in lines])
        following = said.turn if incoming.kind == "push" else update_draft(said.turn, at=now.isoformat())
        return _hush(incoming, reply, turn, following, now)

    return answer


def _go_on(before: ConversationState, after: ConversationState) -> tuple[ReplyLine, ...]:
    """After a rating in the middle of a complaint: back to the question that waited."""
    if not rating_steps.is_rating(before) or rating_steps.is_rating(after) or after.step == DialogueStage.START:
        return ()
    return (line(Phrase.UNFINISHED), *question(after))


def _hush(
    incoming: Incoming, reply: str, before: ConversationState, after: ConversationState, now: datetime
) -> tuple[str, ConversationState]:
    """The same words that get the same answer over and over come from a machine: after the second, silence."""
    last = before.draft.get("last", {})
    same = last.get("words") == incoming.text[:200] and last.get("reply") == reply[:200]
    recent = same and now - datetime.fromisoformat(last["since"]) < ECHO_SPAN
    times = last["times"] + 1 if recent else 1
    since = last["since"] if recent else now.isoformat()
    known = {"words": incoming.text[:200], "reply": reply[:200], "times": times, "since": since}
    return (reply if times <= ECHOES else ""), update_draft(after, last=known)


@router.on(push("subscribe"))
async def greet(_incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """A new follower is welcomed, at most once an hour whatever storm comes."""
    greeted = turn.draft.get("greeted_at")
    if greeted and dialogue.now - datetime.fromisoformat(greeted) < GREETING_EVERY:
        return Reply(turn)
    return Reply(update_draft(turn, greeted_at=dialogue.now.isoformat()), (line(Phrase.WELCOME),))


@router.on(_CANCEL)
async def cancel(_incoming: Incoming, turn: ConversationState, _scene: DialogueContext) -> Reply:
    """「取消」 anywhere: nothing is filed; while rating only the rating is left."""
    if rating_steps.is_rating(turn):
        return Reply(rating_steps.drop(turn), (line(Phrase.CANCELLED),))
    phrase = Phrase.NOTHING_TO_CANCEL if turn.step == DialogueStage.START else Phrase.CANCELLED
    return Reply(reset(turn), (line(phrase),))


@router.on(_AGAIN)
async def begin_again(_incoming: Incoming, turn: ConversationState, _scene: DialogueContext) -> Reply:
    """「重来」 anywhere: from the first question."""
    return Reply(reset(turn, DialogueStage.WHAT), (line(Phrase.ASK_WHAT),))


@router.on(_PROGRESS)
async def tell_progress(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """「进度」 anywhere: the person's own tickets in plain words; what is being told stays as it is."""
    own, total = await list_own_in(dialogue.context, dialogue.conn, incoming, dialogue.now, SHOWN)
    if not own:
        return Reply(turn, (line(Phrase.PROGRESS_NONE), *question(turn)))
    rows = [line(Phrase.PROGRESS_ROW, number=t.number, title=t.title, state=t.state, unit=t.unit) for t in own]
    more = (line(Phrase.PROGRESS_MORE, total=total),) if total > len(own) else ()
    return Reply(turn, (line(Phrase.PROGRESS_HEAD, total=total), *rows, *more, *question(turn)))


@router.on(_HELP)
async def tell_help(_incoming: Incoming, turn: ConversationState, _scene: DialogueContext) -> Reply:
    """「帮助」 anywhere, with the question that waits."""
    return Reply(turn, (line(Phrase.HELP), *question(turn)))


@router.on(_BY_PHONE)
async def tell_number(_incoming: Incoming, turn: ConversationState, _scene: DialogueContext) -> Reply:
    """Who would rather speak to somebody is told the number."""
    return Reply(turn, (line(Phrase.BY_PHONE), *question(turn)))


@router.on(_FILE, step(DialogueStage.START))
async def begin(_incoming: Incoming, turn: ConversationState, _scene: DialogueContext) -> Reply:
    """The wish to file, without the matter yet."""
    return Reply(reset(turn, DialogueStage.WHAT), (line(Phrase.ASK_WHAT),))


@router.on(push())
async def stay_silent(_incoming: Incoming, turn: ConversationState, _scene: DialogueContext) -> Reply:
    """Whatever else the channel tells of the person is no conversation: no answer, no loop."""
    return Reply(turn)


router.include(rating_steps.router)
router.include(details_steps.router)
router.include(filing_steps.router)


@router.on(kind("text", "voice"))
async def take_first_words(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """The first message may be the complaint itself; a greeting or a lone sign gets a hint."""
    words = plain(incoming.text)
    opener = words.removeprefix("我要").removeprefix("我想")
    if opener in _KIND_WORDS:
        return Reply(
            update_draft(reset(turn, DialogueStage.WHAT), kind=_KIND_WORDS[opener].value), (line(Phrase.ASK_WHAT),)
        )
    if len(words) < _SHORT or words in _GREETINGS:
        silent = incoming.kind == "voice" and not words
        return Reply(turn, (line(Phrase.NOT_HEARD if silent else Phrase.HINT),))
    return await details_steps.take_words(incoming, reset(turn), dialogue)


@router.on()
async def take_first_other(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """A picture, place or link may open a complaint too."""
    if incoming.kind == "unknown":
        return Reply(turn, (line(Phrase.NOT_READABLE),))
    return await filing_steps.take_other(incoming, reset(turn, DialogueStage.WHAT), dialogue)
