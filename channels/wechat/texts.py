"""Chinese texts of the WeChat channel: replies, notices and template values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from channels.dialogue.state import Phrase, ReplyLine
from channels.ui.notice_facts import fill_words
from hotline.domain.enums import Kind
from hotline.domain.messaging.notices import NoticeKind, PostedNotice
from hotline.domain.tickets.lifecycle import State

BODY_SHOWN = 240
TITLE_SHOWN = 24

WORDS: Mapping[Phrase, str] = {
    Phrase.WELCOME: "您好，这里是{county}阳光热线。\n有事直接发给我：什么事、在哪里，文字、语音都行。\n查办理情况请回复「进度」，其他用法请回复「帮助」。",
    Phrase.HELP: "直接把事情发给我，就可以反映问题。\n「进度」查我的诉求\n「重来」从头再说\n「取消」不提交了\n「人工」找人说话",
    Phrase.HINT: "您好。有事请直接说：什么事、在哪里。\n查办理情况请回复「进度」，其他用法请回复「帮助」。",
    Phrase.BY_PHONE: "想直接和人说，请拨打{hotline}，话务员会帮您记下来。",
    Phrase.DANGER: "如果现在有危险，请马上拨打110、119或120，不要等我们回复。",
    Phrase.ASK_WHAT: "请说说是什么事：发生了什么，您希望怎么解决。",
    Phrase.NOTED: "记下了。还有要说的，请接着发；说完了请回复 1。",
    Phrase.MORE_NOTED: "也记下了。说完了请回复 1。",
    Phrase.PICTURE_NOTED: "热线暂时收不到微信里的图片和视频，已替您注明有图，工作人员需要时会找您要。",
    Phrase.PLACE_NOTED: "地点记下了。",
    Phrase.TOO_LONG: "已经记了很多，这一段放不下了，前面的都在。说完了请回复 1，其余的可以办理时再补充。",
    Phrase.ASK_WHERE: "事情在哪里？请写乡镇、村或街道、门牌，也可以发送位置。\n没有具体地点请回复 0。",
    Phrase.ASK_WHO: "怎么称呼您？请留下姓名和电话，承办单位好先联系您，问清楚再办。\n不想留请回复 0。",
    Phrase.ASK_WHO_KNOWN: "怎么称呼您？请留下姓名和电话，承办单位好先联系您，问清楚再办。\n您提到的{phone}就是您的电话，请回复 1；不想留请回复 0。",
    Phrase.BAD_PHONE: "这个电话好像不对，请再发一次，例如：王女士 手机号码。\n不想留请回复 0。",
    Phrase.BAD_NAME: "没看清姓名，请只发姓名和电话。\n不想留请回复 0。",
    Phrase.ASK_SECRET: "您的姓名和电话要对承办单位保密吗？\n1 不用保密\n2 要保密",
    Phrase.ASK_CONFIRM: "请看对不对：\n类型：{kind}\n事情：{body}\n地点：{place}\n联系：{person}\n保密：{secret}{pictures}\n\n1 提交\n2 改类型\n3 重新说\n0 不提交",
    Phrase.ASK_KIND: "这件事属于哪一类？\n{kinds}",
    Phrase.CHOOSE: "没看懂，请按下面的提示回复。",
    Phrase.NOT_HEARD: "没听清，请再说一遍，或者打字发给我。",
    Phrase.NOT_READABLE: "这种消息我看不了，请用文字、语音或位置告诉我。",
    Phrase.CANCELLED: "好的，没有提交。以后有事随时发给我。",
    Phrase.NOTHING_TO_CANCEL: "现在没有要取消的。有事请直接发给我。",
    Phrase.FILED: "已经收到，谢谢您。\n工单号：{number}\n查询码：{code}（请自己留好）\n有进展会在这里告诉您，也可以随时回复「进度」。",
    Phrase.REFUSED: "这一步没有办成：{sentence}\n您说过的都在。要重说请回复「重来」，也可以拨打{hotline}。",
    Phrase.TOO_FAST: "您发得太快了，先停一分钟再说，说过的都在。着急的事请拨打{hotline}。",
    Phrase.ASK_ADDING: "工单{number}正等您补充。刚才说的是：\n1 补充给这一件\n2 另一件事\n还没说完可以接着发。",
    Phrase.ADDED: "补充好了，谢谢您。工单{number}接着办，有进展会在这里告诉您。",
    Phrase.PROGRESS_HEAD: "您在这里反映过{total}件事：",
    Phrase.PROGRESS_ROW: "{number} {title}\n　{state}",
    Phrase.PROGRESS_MORE: "更早的请用工单号和查询码在网页上查：{url}",
    Phrase.PROGRESS_NONE: "您还没有在这里反映过问题。\n在别处反映的，请用工单号和查询码查：{url}",
    Phrase.ASK_SOLVED: "谢谢。工单{number}：有人联系过您吗？事情解决了吗？\n1 联系过，解决了\n2 联系过，没解决\n3 没联系，解决了\n4 没联系，没解决",
    Phrase.ASK_WHY: "很抱歉没让您满意。工单{number}主要是哪里不好？\n1 没人联系我\n2 答非所问\n3 答应没办\n4 其他原因\n也可以直接写下原因。",
    Phrase.RATED_CLOSED: "谢谢您的评价，工单{number}办结了。",
    Phrase.RATED_REDO: "记下了。工单{number}已退回承办单位，要求先联系您，再重新答复。",
    Phrase.RATED_INTERVIEW: "记下了。工单{number}将由承办单位的干部当面听您说，5个工作日内会联系您。",
    Phrase.RATED_BEFORE: "工单{number}已经评价过了，谢谢您。",
    Phrase.ASK_NEXT: "工单{number}也有了答复，请评价：\n1 满意　2 基本满意　3 理解　4 不满意",
    Phrase.UNFINISHED: "刚才说到一半的事情，我们接着来。",
}

KIND_WORDS: Mapping[Kind, str] = {
    Kind.HELP: "求助",
    Kind.COMPLAINT: "投诉",
    Kind.INQUIRY: "咨询",
    Kind.SUGGESTION: "建议",
    Kind.TIP_OFF: "举报（一律保密）",
    Kind.PRAISE: "表扬",
}

STATE_WORDS: Mapping[State, str] = {
    State.RECEIVED: "已收到，正在确定由谁来办",
    State.AWAITING_DETAILS: "等您补充材料",
    State.DISPATCHED: "已交给{unit}",
    State.RETURNED: "正在重新确定由谁来办",
    State.SIGNED: "{unit}正在办理",
    State.REPLIED: "已有答复，等您评价（1 满意　2 基本满意　3 理解　4 不满意）",
    State.INTERVIEW_OWED: "{unit}的干部将当面听您说",
    State.INTERVIEW_HELD: "已当面谈过，热线正在核实",
    State.PARKED: "暂时办不了，到时候会自动接着办",
    State.CLOSED: "已办结",
}

NOTICE_WORDS: Mapping[NoticeKind, str] = {
    NoticeKind.ANSWERED: "您的诉求（{number}）：{answer}",
    NoticeKind.REDIRECTED: "您的诉求（{number}）：此事不属本热线办理范围，请向{where}反映。",
    NoticeKind.DETAILS: "您的诉求（{number}）：请一次补齐：{missing}",
    NoticeKind.MERGED: "您的诉求（{number}）：与同一事项的诉求合并办理，办理结果同样会告知您。",
    NoticeKind.UNMERGED: "您的诉求（{number}）恢复单独办理。",
    NoticeKind.REPLIED: "您的诉求（{number}）已有答复：{reply}",
    NoticeKind.EXTENDED: "您的诉求（{number}）情况较复杂，办理时间延长{limit}。",
    NoticeKind.INTERVIEW_OWED: "您的诉求（{number}）：承办单位干部将在{limit}内当面约谈。",
    NoticeKind.INTERVIEW_PLANNED: "您的诉求（{number}）约谈已安排，地点：{where}。",
    NoticeKind.CALLBACK: "您的诉求（{number}）已有答复。请评价办理情况，回复数字即可：\n1 满意　2 基本满意　3 理解　4 不满意",
}
BY_DATE_WORDS = "您的诉求（{number}）：承办单位干部将在{by}前当面约谈。"
SEVERAL_WORDS = "您有{count}件事项：\n{lines}"


class TemplateValue(StrEnum):
    """Values for a field of a template message: a summary with the ticket's number, or the number alone."""

    SUMMARY = "summary"
    NUMBER = "number"


# A `thing` field takes 20 characters, of which a ticket's number is 14.
SUMMARIES: Mapping[NoticeKind, str] = {
    NoticeKind.ANSWERED: "{number}已有答复",
    NoticeKind.REDIRECTED: "{number}请向他处反映",
    NoticeKind.DETAILS: "{number}请补充材料",
    NoticeKind.MERGED: "{number}已合并办理",
    NoticeKind.UNMERGED: "{number}恢复单独办理",
    NoticeKind.REPLIED: "{number}已有答复",
    NoticeKind.EXTENDED: "{number}办理延期",
    NoticeKind.INTERVIEW_OWED: "{number}将当面约谈",
    NoticeKind.INTERVIEW_PLANNED: "{number}约谈已安排",
    NoticeKind.CALLBACK: "{number}请评价办理",
}
SEVERAL_SUMMARY = "{number}有{count}项进展"


def word_notice(notice: PostedNotice) -> str:
    """Return a notice as a customer-service message. Raises KeyError for a kind that is not sent to complainants."""
    return fill_words(notice, NOTICE_WORDS, BY_DATE_WORDS)


def word_notices(notices: Sequence[PostedNotice]) -> str:
    """Return one message for all notices: a single one as it is, several as a numbered list."""
    texts = [word_notice(notice) for notice in notices]
    if len(texts) == 1:
        return texts[0]
    lines = "\n".join(f"{place}. {text}" for place, text in enumerate(texts, 1))
    return SEVERAL_WORDS.format(count=len(texts), lines=lines)


def template_values(notices: Sequence[PostedNotice]) -> dict[TemplateValue, str]:
    """Return the template values of these notices, which are about one ticket. Raises KeyError for an unknown kind."""
    number, count = notices[0].number, len(notices)
    summary = SUMMARIES[notices[0].kind] if count == 1 else SEVERAL_SUMMARY
    return {TemplateValue.SUMMARY: summary.format(number=number, count=count), TemplateValue.NUMBER: number}


def say(lines: Sequence[ReplyLine]) -> str:
    """Return the lines of a reply as text, one below the other; '' for none."""
    return "\n".join(WORDS[reply_line.phrase].format_map(_worded(reply_line)) for reply_line in lines)


def _worded(reply_line: ReplyLine) -> dict[str, Any]:
    facts = dict(reply_line.facts)
    match reply_line.phrase:
        case Phrase.ASK_CONFIRM:
            return facts | _summary(facts)
        case Phrase.ASK_KIND:
            rows = (f"{place} {KIND_WORDS[kind]}" for place, kind in enumerate(facts["kinds"], 1))
            return facts | {"kinds": "\n".join(rows)}
        case Phrase.PROGRESS_ROW:
            state = STATE_WORDS[facts["state"]].format(unit=facts["unit"] or "承办单位")
            return facts | {"state": state, "title": _cut(facts["title"], TITLE_SHOWN)}
        case _:
            return facts


def _summary(facts: Mapping[str, Any]) -> dict[str, str]:
    return {
        "kind": KIND_WORDS[facts["kind"]],
        "body": _cut(facts["body"], BODY_SHOWN),
        "place": _cut(facts["place"], BODY_SHOWN) or "没有说",
        "person": " ".join(part for part in (facts["name"], facts["phone"]) if part) or "没有留",
        "secret": "是" if facts["secret"] else "否",
        "pictures": f"\n图片：有{facts['pictures']}份，办理时再找您要" if facts["pictures"] else "",
    }


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
