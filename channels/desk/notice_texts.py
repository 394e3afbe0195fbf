"""Texts of notices on the desk; `{…}` are facts formatted by `channels/ui/notice_facts.py`."""

from __future__ import annotations

from collections.abc import Mapping

from channels.ui.notice_facts import facts_in_words
from hotline.domain.brief.issue import TITLE
from hotline.domain.messaging.notices import AssistEnd, BriefStage, NoticeKind, PostedNotice

OTHER_NOTICE = "通知"
NOTICE_NAMES: Mapping[NoticeKind, str] = {
    NoticeKind.DISPATCHED: "新工单",
    NoticeKind.REMINDER: "催办",
    NoticeKind.ASSIGNED: "指定经办",
    NoticeKind.ESCALATED: "督办",
    NoticeKind.REDO: "重办",
    NoticeKind.RETURNED: "退单",
    NoticeKind.RETURN_UPHELD: "退单成立",
    NoticeKind.RETURN_REJECTED: "退单驳回",
    NoticeKind.EXTENSION_ASKED: "延期申请",
    NoticeKind.EXTENSION_REFUSED: "延期批复",
    NoticeKind.COMMENTED: "补充说明",
    NoticeKind.INVITED: "请求协办",
    NoticeKind.ASSISTED: "协办意见",
    NoticeKind.ASSIST_MOVED: "协办期限",
    NoticeKind.ASSIST_OVERDUE: "协办逾期",
    NoticeKind.ASSIST_OVER: "不再协办",
    NoticeKind.EXCUSED: "免于协办",
    NoticeKind.RECLASSIFIED: "更正分类",
    NoticeKind.UNMERGED: "撤销并单",
    NoticeKind.TIER3_OVERDUE: "领导督办逾期",
}
"""Headings by which notices are grouped; other kinds use OTHER_NOTICE."""
NOTICE_WORDS: Mapping[NoticeKind, str] = {
    NoticeKind.DISPATCHED: "新工单 {number}：{title}，请按时签收。",
    NoticeKind.TAKEN_AWAY: "工单 {number} 已改派，贵单位不用再办理。",
    NoticeKind.RETURNED: "工单 {number} 被退回，请裁定。",
    NoticeKind.RETURN_UPHELD: "工单 {number} 退单成立，已另行派单。",
    NoticeKind.RETURN_REJECTED: "工单 {number} 退单不成立，请签收办理。",
    NoticeKind.ASSIGNED: "工单 {number} 由您经办，请按时办理。",
    NoticeKind.EXTENSION_ASKED: "工单 {number} 申请延期，请批复。",
    NoticeKind.EXTENSION_REFUSED: "工单 {number} 延期未获同意，请按原期限办理。",
    NoticeKind.RESUMED: "工单 {number} 挂账结束，期限继续计算。",
    NoticeKind.COMMENTED: "工单 {number} 诉求人有补充说明。",
    NoticeKind.RECLASSIFIED: "工单 {number} 的分类已更正，请按工单上的期限办理。",
    NoticeKind.MERGED: "工单 {number} 已并入 {target}，不用单独办理。",
    NoticeKind.UNMERGED: "工单 {number} 撤销并单，请继续办理。",
    NoticeKind.WITHDRAWN: "工单 {number} 诉求人已撤回，不用再办理。",
    NoticeKind.REDO: "工单 {number} 发回重办：请先联系诉求人，再重新答复。",
    NoticeKind.REMINDER: "【催办】工单 {number}：{rule}{step}，请抓紧办理。",
    NoticeKind.ESCALATED: "工单 {number} 进入{tier}，请关注。",
    NoticeKind.TIER3_OVERDUE: "工单 {number} 领导督办逾期，仍未办结。",
    NoticeKind.INVITED: "工单 {number} 请贵单位协办：{title}，{due_at}前提交协办意见。",
    NoticeKind.ASSISTED: "工单 {number} 有协办单位提交了协办意见。",
    NoticeKind.ASSIST_MOVED: "工单 {number} 协办期限改为{due_at}。",
    NoticeKind.ASSIST_OVERDUE: "工单 {number} 有协办单位逾期没有提交协办意见。",
    NoticeKind.ASSIST_OVER: "工单 {number} 已并单，不用再协办。",
    NoticeKind.EXCUSED: "工单 {number} 贵单位免于协办，不用再提交协办意见。",
    NoticeKind.BRIEF: "《{paper}》{year}年第{issue}期{stage}",
}
URGENT_WORDS = "【急办】"
PRESSED_WORDS = "【催办通知书】工单 {number}：{role}催办，请抓紧办理。"
NOT_PASSED_ON_WORDS = "工单 {number} 有补充说明。它并入的 {target} 由被反映单位主办，没有转过去，请另行处理。"
ALL_ASSISTED_WORDS = "工单 {number} 协办意见已经齐了，请汇总后答复。"
MAY_EXCUSE_WORDS = "请督促，或者免于协办。"
WITHDRAWN_ASSIST_WORDS = "工单 {number} 诉求人已撤回，不用再协办。"
BRIEF_WORDS: Mapping[BriefStage, str] = {
    BriefStage.COMPILED: "已汇总成稿，请编写工作建议后送审。",
    BriefStage.APPROVING: "已送审，请签发。",
    BriefStage.SENT_BACK: "退回修改。",
    BriefStage.ISSUED: "已签发，请阅。",
}


def word_notice(notice: PostedNotice) -> str:
    """Return the text of a notice on the desk. Raises KeyError for a kind that is not sent to desks."""
    if notice.text is not None:
        return notice.text
    facts = facts_in_words(notice)
    if notice.kind is NoticeKind.BRIEF:
        facts |= {"paper": TITLE, "stage": BRIEF_WORDS[BriefStage(facts["stage"])]}
    return _sentence(notice).format_map(facts)


def _sentence(notice: PostedNotice) -> str:
    words = NOTICE_WORDS[notice.kind]
    match notice:
        case PostedNotice(kind=NoticeKind.DISPATCHED, facts={"urgent": True}):
            return URGENT_WORDS + words
        case PostedNotice(kind=NoticeKind.REMINDER, facts={"role": _}):
            return PRESSED_WORDS
        case PostedNotice(kind=NoticeKind.COMMENTED, facts={"target": _}):
            return NOT_PASSED_ON_WORDS
        case PostedNotice(kind=NoticeKind.ASSISTED, facts={"complete": True}):
            return ALL_ASSISTED_WORDS
        case PostedNotice(kind=NoticeKind.ASSIST_OVERDUE, facts={"may_excuse": True}):
            return words + MAY_EXCUSE_WORDS
        case PostedNotice(kind=NoticeKind.ASSIST_OVER, facts={"why": AssistEnd.WITHDRAWN}):
            return WITHDRAWN_ASSIST_WORDS
    return words
