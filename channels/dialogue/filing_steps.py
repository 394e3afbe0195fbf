"""The steps of filing: each takes one answer, stores it in the draft and asks the next question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from channels.dialogue.router import Router, kind, plain, regex, step, text
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
from hotline.actions.intake.opening import open_own_in
from hotline.domain.enums import Channel, Kind
from hotline.domain.errors import Refusal
from hotline.domain.intake import BODY_LIMIT, NAME_LIMIT, PLACE_LIMIT, Filing
from hotline.domain.messaging.message import Incoming
from hotline.phone import find_numbers, mask

KINDS = (Kind.HELP, Kind.COMPLAINT, Kind.INQUIRY, Kind.SUGGESTION, Kind.TIP_OFF, Kind.PRAISE)
BURST = timedelta(seconds=2)
PARTS_APART = "\n"

_SPOKEN = kind("text", "voice", "link")
_DONE = text("1", "说完了", "完了", "没有了", "没了", "好了", "就这些", "结束")
_SKIP = text("0", "跳过", "不填", "没有", "无", "不清楚", "不知道", "不想说")
_SEND = text("1", "提交", "确认", "是", "是的", "对", "好", "好的", "可以", "没问题", "ok")
_DROP = text("0", "不提交")
_DANGER = re.compile("着火|起火|失火|爆炸|煤气泄漏|燃气泄漏|漏燃气|触电|落水|溺水|轻生|自杀|跳楼|持刀|昏迷|休克")
_TELLING: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.TIP_OFF, re.compile("举报|受贿|贪污|吃拿卡要|索要红包|公款")),
    (Kind.PRAISE, re.compile("表扬|点赞|锦旗|感谢信")),
    (Kind.COMPLAINT, re.compile("投诉|态度差|态度恶劣|乱收费|推诿|不作为")),
    (Kind.SUGGESTION, re.compile("建议")),
    (Kind.INQUIRY, re.compile("请问|咨询|想问|怎么办理|如何办理|需要什么材料|需要哪些材料")),
)
_LABELS = re.compile(
    "(?:联系)?(?:姓名|名字|电话|手机号码|手机号|手机|号码|联系方式)(?:是|为)?|我的|本人|我?叫|我是|联系"
)
_NUMBERLIKE = re.compile(r"[0-9+(（][0-9+()（）\- 转#]{4,}[0-9]")
_NAME = re.compile(rf"[^\W\d_](?:[^\W\d_]|[·. ]){{0,{NAME_LIMIT - 1}}}")

router: Router[DialogueContext, Reply] = Router()


def question(turn: ConversationState) -> tuple[ReplyLine, ...]:
    """Return the question of the current step, to ask it (again); empty at the start."""
    draft = turn.draft
    match turn.step:
        case DialogueStage.WHAT:
            return (line(Phrase.NOTED if draft.get("body") else Phrase.ASK_WHAT),)
        case DialogueStage.WHERE:
            return (line(Phrase.ASK_WHERE),)
        case DialogueStage.WHO:
            mentioned = draft.get("mentioned")
            return (line(Phrase.ASK_WHO_KNOWN, phone=mask(mentioned)) if mentioned else line(Phrase.ASK_WHO),)
        case DialogueStage.SECRET:
            return (line(Phrase.ASK_SECRET),)
        case DialogueStage.CONFIRM:
            return (_summary(draft),)
        case DialogueStage.KIND:
            return (line(Phrase.ASK_KIND, kinds=KINDS),)
        case DialogueStage.ADDING:
            return (line(Phrase.ASK_ADDING, number=draft["wanting"][1]),)
        case DialogueStage.SOLVED | DialogueStage.WHY:
            phrase = Phrase.ASK_WHY if turn.step == DialogueStage.WHY else Phrase.ASK_SOLVED
            return (line(phrase, number=draft["rating"]["number"]),)
        case _:
            return ()


def _ask(turn: ConversationState, stage: DialogueStage) -> Reply:
    following = move_to(turn, stage)
    return Reply(following, question(following))


@router.on(step(DialogueStage.WHAT), _DONE)
async def finish_what(_incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Go on to the place, or to the person if the place is known already."""
    if not turn.draft.get("body"):
        return Reply(turn, (line(Phrase.ASK_WHAT),))
    found = find_numbers(PARTS_APART.join(turn.draft["body"]), area_code=dialogue.context.area_code)
    turn = update_draft(turn, mentioned=found[0].text if len(found) == 1 else "")
    return _ask(turn, DialogueStage.WHO if turn.draft.get("place") else DialogueStage.WHERE)


@router.on(step(DialogueStage.WHAT), _SPOKEN)
async def take_words(incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Collect words until the person says that this is all; of a burst of messages only the first is answered."""
    if not incoming.text:
        return Reply(turn, (line(Phrase.NOT_HEARD if incoming.kind == "voice" else Phrase.ASK_WHAT),))
    body: list[str] = turn.draft.get("body", [])
    if sum(map(len, body)) + len(incoming.text) > BODY_LIMIT - 200:
        return Reply(turn, (line(Phrase.TOO_LONG),))
    # Repeated text comes from a machine and is not added again.
    more = update_draft(turn, body=[*body, incoming.text] if incoming.text not in body else body)
    noted = line(Phrase.MORE_NOTED if body else Phrase.NOTED)
    return _unless_burst(incoming, more, (*_warning(incoming.text, body), noted), first=not body)


def _warning(words: str, body: list[str]) -> tuple[ReplyLine, ...]:
    warned = _DANGER.search(PARTS_APART.join(body))
    return (line(Phrase.DANGER),) if _DANGER.search(words) and not warned else ()


def _unless_burst(
    incoming: Incoming, turn: ConversationState, lines: tuple[ReplyLine, ...], *, first: bool = False
) -> Reply:
    """Return a reply without lines if the message belongs to a burst: an album or several lines sent at once.

    The first words are always answered, since the answer to a picture before them no longer fits.
    """
    sent, before = incoming.sent_at.timestamp(), turn.draft.get("gathered_at")
    burst = before is not None and abs(sent - before) < BURST.total_seconds()
    return Reply(update_draft(turn, gathered_at=sent), () if burst and not first else lines)


@router.on(step(DialogueStage.WHAT), kind("image", "video", "location", "unknown"))
async def take_other(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Count a picture, take a shared location as the place, and answer anything else that it is not readable."""
    if incoming.kind == "link":
        return await take_words(incoming, turn, dialogue)
    if incoming.kind == "location" and incoming.text:
        placed = update_draft(turn, place=incoming.text[:PLACE_LIMIT])
        return _unless_burst(incoming, placed, (line(Phrase.PLACE_NOTED), *question(turn)))
    if incoming.kind in ("image", "video"):
        pictured = update_draft(turn, pictures=turn.draft.get("pictures", 0) + 1)
        return _unless_burst(incoming, pictured, (line(Phrase.PICTURE_NOTED), *question(turn)))
    return Reply(turn, (line(Phrase.NOT_READABLE), *question(turn)))


@router.on(step(DialogueStage.WHERE), _SKIP)
async def skip_where(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Go on without a place."""
    return _ask(turn, DialogueStage.WHO)


@router.on(step(DialogueStage.WHERE), kind("text", "voice", "location"))
async def take_where(incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Take the place, typed, spoken or shared; a text longer than PLACE_LIMIT is also added to the complaint."""
    words = " ".join(incoming.text.split())
    if not words:
        return Reply(turn, (line(Phrase.NOT_HEARD), *question(turn)))
    if len(words) > PLACE_LIMIT:
        turn = update_draft(turn, body=[*turn.draft["body"], incoming.text])
        words = words[: PLACE_LIMIT - 1] + "…"
    return _ask(update_draft(turn, place=words), DialogueStage.WHO)


@router.on(step(DialogueStage.WHO), _SKIP)
async def skip_who(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Go on without name and number."""
    return _after_who(update_draft(turn, name="", phone=""))


@router.on(step(DialogueStage.WHO), text("1"))
async def take_mentioned(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Take the number found in the complaint, now confirmed as the person's own."""
    if not turn.draft.get("mentioned"):
        return Reply(turn, (line(Phrase.BAD_PHONE),))
    return _after_who(update_draft(turn, phone=turn.draft["mentioned"]))


@router.on(step(DialogueStage.WHO), kind("text", "voice"))
async def take_who(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Take name and number from one message in any order; either may be missing."""
    found = find_numbers(incoming.text, area_code=dialogue.context.area_code)
    rest = _NUMBERLIKE.sub(" ", incoming.text)
    if not found and rest != incoming.text:
        return Reply(turn, (line(Phrase.BAD_PHONE),))
    name = " ".join(re.sub(r"[^\w·.]+", " ", _LABELS.sub(" ", rest)).split())
    if not _NAME.fullmatch(name) and (name or not found):
        return Reply(turn, (line(Phrase.BAD_NAME),))
    return _after_who(update_draft(turn, name=name, phone=found[0].text if found else ""))


def _after_who(turn: ConversationState) -> Reply:
    if _kind_of(turn.draft) is Kind.TIP_OFF:
        return _ask(update_draft(turn, confidential=True), DialogueStage.CONFIRM)
    return _ask(turn, DialogueStage.SECRET)


@router.on(step(DialogueStage.SECRET), text("1", "不用", "不保密", "不用保密", "不需要", "公开", "否"))
async def take_open(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Record that the unit may know the person."""
    return _ask(update_draft(turn, confidential=False), DialogueStage.CONFIRM)


@router.on(step(DialogueStage.SECRET), text("2", "保密", "要保密", "要", "需要", "是"))
async def take_secret(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Record that the complaint is confidential: the unit does not see the person (PROCEDURE §6)."""
    return _ask(update_draft(turn, confidential=True), DialogueStage.CONFIRM)


@router.on(step(DialogueStage.CONFIRM), _SEND)
async def submit(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Open the ticket; the only step that does."""
    try:
        opened = await open_own_in(
            dialogue.context, dialogue.conn, incoming, _filing(incoming, turn.draft), dialogue.now
        )
    except Refusal as refusal:
        return Reply(turn, (line(Phrase.REFUSED, sentence=refusal.sentence),))
    filed = line(Phrase.FILED, number=opened.ticket.number, code=opened.query_code)
    return Reply(reset(turn), (filed,))


@router.on(step(DialogueStage.CONFIRM), text("2", "改类型"))
async def change_kind(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Ask for another kind than the one derived from the words."""
    return _ask(turn, DialogueStage.KIND)


@router.on(step(DialogueStage.CONFIRM), text("3"))
async def tell_anew(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Begin again at the first question."""
    return _ask(reset(turn), DialogueStage.WHAT)


@router.on(step(DialogueStage.CONFIRM), _DROP)
async def drop(_incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Drop the draft without filing it."""
    return Reply(reset(turn), (line(Phrase.CANCELLED),))


@router.on(step(DialogueStage.CONFIRM), _SPOKEN)
async def add_words(incoming: Incoming, turn: ConversationState, dialogue: DialogueContext) -> Reply:
    """Add words to the complaint before it is filed, and show the summary again."""
    if len(plain(incoming.text)) < 4:
        return Reply(turn, (line(Phrase.CHOOSE), *question(turn)))
    added = await take_words(incoming, turn, dialogue)
    too_long = tuple(reply_line for reply_line in added.lines if reply_line.phrase is Phrase.TOO_LONG)
    return Reply(added.turn, too_long + question(added.turn))


@router.on(step(DialogueStage.KIND), regex("[1-6]"))
async def take_kind(incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Take the kind by its number; a tip-off is always confidential (PROCEDURE §6)."""
    chosen = KINDS[int(plain(incoming.text)) - 1]
    confidential = chosen is Kind.TIP_OFF or turn.draft.get("confidential", False)
    return _ask(update_draft(turn, kind=chosen.value, confidential=confidential), DialogueStage.CONFIRM)


@router.on(step(*(stage for stage in DialogueStage if stage is not DialogueStage.START)))
async def ask_again(incoming: Incoming, turn: ConversationState, _dialogue: DialogueContext) -> Reply:
    """Repeat the question after a message that does not answer it; a picture is counted."""
    if incoming.kind in ("image", "video"):
        turn = update_draft(turn, pictures=turn.draft.get("pictures", 0) + 1)
        return Reply(turn, (line(Phrase.PICTURE_NOTED), *question(turn)))
    unread = incoming.kind not in ("text", "voice", "link", "location")
    return Reply(turn, (line(Phrase.NOT_READABLE if unread else Phrase.CHOOSE), *question(turn)))


def _kind_of(draft: Mapping[str, Any]) -> Kind:
    """Return the kind chosen, else the one derived from the words, else a request for help."""
    if "kind" in draft:
        return Kind(draft["kind"])
    words = PARTS_APART.join(draft["body"])
    return next((found for found, telling in _TELLING if telling.search(words)), Kind.HELP)


def _summary(draft: Mapping[str, Any]) -> ReplyLine:
    return line(
        Phrase.ASK_CONFIRM, kind=_kind_of(draft), body=PARTS_APART.join(draft["body"]), place=draft.get("place", ""),
        name=draft.get("name", ""), phone=mask(draft["phone"]) if draft.get("phone") else "",
        secret=bool(draft.get("confidential")), pictures=draft.get("pictures", 0),
    )  # fmt: skip


def _filing(incoming: Incoming, draft: Mapping[str, Any]) -> Filing:
    pictures = draft.get("pictures", 0)
    noted = (f"（诉求人另有图片或视频{pictures}份，可在联系时索取。）",) if pictures else ()
    return Filing(
        client_key=f"{incoming.channel}-{incoming.message_id}",
        channel=Channel(incoming.channel),
        kind=_kind_of(draft),
        body=PARTS_APART.join((*draft["body"], *noted)),
        place=draft.get("place", ""),
        confidential=bool(draft.get("confidential")),
        name=draft.get("name", ""),
        phone=draft.get("phone", ""),
        wechat=incoming.person if incoming.channel == Channel.WECHAT else "",
    )
