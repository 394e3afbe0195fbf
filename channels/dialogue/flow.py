"""The flow of a complaint: what → where → who → confidential → confirm → number and query code; for any channel."""

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
    """Return the function that answers one message, for `take_turn`.

    `say` turns lines into the channel's text; `facts` are added to every line.
    """

    async def answer(conn: Connection, turn: ConversationState) -> tuple[str, ConversationState]:
        pending = await find_asked_in(context, conn, incoming) if rating_steps.may_be_verdict(incoming) else None
        reply = await router.feed(incoming, turn, DialogueContext(context, conn, now, pending))
        lines = reply.lines + _go_on(turn, reply.turn)
        words = say([replace(reply_line, facts={**facts, **reply_line.facts}) for reply_line in lines])
        following = reply.turn if incoming.kind == "push" else update_draft(reply.turn, at=now.isoformat())
        return _hush(incoming, words, turn, following, now)

    return answer


def _go_on(before: ConversationState, after: ConversationState) -> tuple[ReplyLine, ...]:
    """Return the question that waited, after a rating in the middle of a complaint."""
    if not rating_steps.is_rating(before) or rating_steps.is_rating(after) or after.step == DialogueStage.START:
        return ()
    return (line(Phrase.UNFINISHED), *question(after))


def _hush(
    incoming: Incoming, reply: str, before: ConversationState, after: ConversationState, now: datetime
) -> tuple[str, ConversationState]:
    """Return no answer after the second identical exchange within a minute: the sender is a machine."""
    last = before.draft.get("last", {})
    same = last.get("words") == incoming.text[:200] and last.get("reply") == reply[:200]
    recent = same and now - datetime.fromisoformat(last["since"]) < ECHO_SPAN
    times = last["times"] + 1 if recent else 1
    since = last["since"] if recent else now.isoformat()
    exchange = {"words": incoming.text[:200], "reply": reply[:200], "times": times, "since": since}
    return (reply if times <= ECHOES else ""), update_draft(after, last=exchange)


@router.on(push("subscribe"))
async def greet(_incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Welcome a new follower, at most once an hour."""
    greeted = turn.draft.get("greeted_at")
    if greeted and dialogue.now - datetime.fromisoformat(greeted) < GREETING_EVERY:
        return Reply(turn)
    return Reply(update_draft(turn, greeted_at=dialogue.now.isoformat()), (line(Phrase.WELCOME),))


@router.on(_CANCEL)
async def cancel(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Cancel at any step (「取消」) without filing; during a rating only the rating is cancelled."""
    if rating_steps.is_rating(turn):
        return Reply(rating_steps.drop(turn), (line(Phrase.CANCELLED),))
    phrase = Phrase.NOTHING_TO_CANCEL if turn.step == DialogueStage.START else Phrase.CANCELLED
    return Reply(reset(turn), (line(phrase),))


@router.on(_AGAIN)
async def begin_again(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Begin again at any step (「重来」)."""
    return Reply(reset(turn, DialogueStage.WHAT), (line(Phrase.ASK_WHAT),))


@router.on(_PROGRESS)
async def tell_progress(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """List the person's own tickets at any step (「进度」); the draft stays."""
    own, total = await list_own_in(dialogue.context, dialogue.conn, incoming, dialogue.now, SHOWN)
    if not own:
        return Reply(turn, (line(Phrase.PROGRESS_NONE), *question(turn)))
    rows = [line(Phrase.PROGRESS_ROW, number=t.number, title=t.title, state=t.state, unit=t.unit) for t in own]
    more = (line(Phrase.PROGRESS_MORE, total=total),) if total > len(own) else ()
    return Reply(turn, (line(Phrase.PROGRESS_HEAD, total=total), *rows, *more, *question(turn)))


@router.on(_HELP)
async def tell_help(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Show the help at any step (「帮助」), and repeat the question."""
    return Reply(turn, (line(Phrase.HELP), *question(turn)))


@router.on(_BY_PHONE)
async def tell_number(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Tell the number of the hotline to a person who prefers to speak to somebody."""
    return Reply(turn, (line(Phrase.BY_PHONE), *question(turn)))


@router.on(_FILE, step(DialogueStage.START))
async def begin(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Begin a complaint that has no words yet."""
    return Reply(reset(turn, DialogueStage.WHAT), (line(Phrase.ASK_WHAT),))


@router.on(push())
async def stay_silent(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Ignore other events of the channel: answering them could loop."""
    return Reply(turn)


router.include(rating_steps.router)
router.include(details_steps.router)
router.include(filing_steps.router)


@router.on(kind("text", "voice"))
async def take_first_words(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Take the first message as the complaint itself; a greeting or a very short text gets a hint."""
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
    """Begin a complaint with a picture, location or link."""
    if incoming.kind == "unknown":
        return Reply(turn, (line(Phrase.NOT_READABLE),))
    return await filing_steps.take_other(incoming, reset(turn, DialogueStage.WHAT), dialogue)
