"""Chinese texts of the operators' and dispatchers' pages."""

from __future__ import annotations

from collections.abc import Mapping

from channels.ui.navigation import ROLE_NAMES
from channels.ui.notice_facts import fill_words
from hotline.domain.enums import KIND_NAMES, Pace, Role, Rule
from hotline.domain.messaging.alarms import AlarmKind
from hotline.domain.messaging.notices import NoticeKind, PostedNotice
from hotline.domain.supervision.tiers import RULE_NAMES

KINDS = [(str(kind), name, "", f"alt+{place}") for place, (kind, name) in enumerate(KIND_NAMES.items(), 1)]
PACES = [
    (Pace.ORDINARY.value, "一般", "", "alt+7"),
    (Pace.UTILITY.value, "水电气暖", "", "alt+8"),
    (Pace.LIFE.value, "危及安全", "", "alt+9"),
]
DESTINATIONS = (
    "110（警情、正在发生的危险）",
    "119（火灾、抢险）",
    "120（医疗急救）",
    "122（交通事故）",
    "人民法院（诉讼事项）",
    "劳动人事争议仲裁委员会",
    "行政复议机构",
    "12388（反映党员干部违纪违法）",
    "信访接待窗口（已在信访程序中的事项）",
    "政府信息公开受理窗口",
    "行业协会或市场服务（不属政府职责）",
)
UNKNOWN_NUMBER = "号码还不完整，或不是能拨通的号码。"
NO_NUMBER = "输入来电号码后，这里显示此人以前反映过的事。"
NOTHING_LISTED = "这个号码没有可以列出的诉求。保密件不在此列，请本人报工单号。"
NO_NAME = "未留姓名"
NO_ALARMS = "没有要处理的提醒事项。"
REVEAL_REASON = "回访"
TELL_REASON = "电话告知没有送达的答复"
UNDELIVERED_WHY: Mapping[str, str] = {
    "worker_lost": "发送中途后台重启，可能已经送到",
    "error": "发送时出错，可能已经送到",
    "calls_are_made_by_people": "这个渠道只能打电话",
}
UNKNOWN_WHY, REFUSED_WHY = "没有收到回执，可能已经送到", "对方渠道拒收"

OTHER_MESSAGE = "通知"
MESSAGE_NAMES: Mapping[str, str] = {
    NoticeKind.CALLBACK: "回访邀请",
    NoticeKind.REPLIED: "答复通知",
    NoticeKind.EXTENDED: "延期通知",
    NoticeKind.DETAILS: "补充材料通知",
    NoticeKind.INTERVIEW_PLANNED: "约谈通知",
    NoticeKind.REMINDER: "催办提醒",
    NoticeKind.DISPATCHED: "派单通知",
    NoticeKind.REDO: "重办通知",
    NoticeKind.ESCALATED: "督办通知",
}
# Texts an operator reads to a complainant whom the notice did not reach.
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


def word_notice(notice: PostedNotice) -> str:
    """Return a notice as read out by telephone. Raises KeyError for a kind that is not sent to complainants."""
    return fill_words(notice, NOTICE_WORDS, BY_DATE_WORDS)


def alarm_text(kind: str, details: Mapping[str, object]) -> tuple[str, str]:
    """Return what happened and what to do about it, in Chinese."""
    if kind == AlarmKind.NO_CATALOGUE_ROW:
        return "派单目录里没有合适的单位", "请看清诉求后人工派单。"
    if kind == AlarmKind.TIP_OFF_WAITS:
        return "举报件等人工派单", "请先看清举报的是谁，再选承办单位，不要派给被举报的单位或者人。"
    if kind == AlarmKind.NOBODY_TO_RECEIVE:
        unit = details.get("unit") or "承办单位"
        if details.get("person"):
            return (
                f"“{unit}”的{details['person']}不在岗，也没有代岗的人",
                "已转给单位负责人或上级，请电话告知，并请该单位登记代岗。",
            )
        if details.get("role"):
            return (
                f"{ROLE_NAMES[Role(str(details['role']))]}没有人在岗",
                "通知已转给派单员，请电话告知，并请该办公室登记代岗。",
            )
        return f"“{unit}”没有人接收通知", "已转给上级单位或派单员，请电话告知，并请管理员补上承办人。"
    if kind == AlarmKind.TIMETABLE_STOPPED:
        jobs = details.get("jobs")
        names = "、".join(str(job) for job in jobs) if isinstance(jobs, list) else ""
        return f"后台任务停了：{names}", "到期的提醒和督办没有发出，请立即联系系统管理员重启后台服务；恢复后自动补上。"
    if kind == AlarmKind.NOBODY_TO_SUPERVISE:
        return "已经升级督办，但没有承办单位可以督办", "请先确定承办单位。"
    if kind in (AlarmKind.MESSAGE_REFUSED, AlarmKind.MESSAGE_UNKNOWN):
        what = MESSAGE_NAMES.get(str(details.get("kind")), OTHER_MESSAGE)
        if kind == AlarmKind.MESSAGE_REFUSED:
            return f"{what}发不出去", "请在“未送达”里打电话告知诉求人，并登记结果。"
        return f"{what}不知道是否送到", "请在“未送达”里打电话核实一次，系统不会自动重发。"
    if kind == AlarmKind.MANY_FILINGS_OF_PHONE:
        return (
            "同一个电话一天里在网上提交了很多件诉求，都已受理",
            "网上填的电话没有核实过，可能是别人冒填：请联系本人核实，重复的并单。",
        )
    rule = kind.removesuffix("_overdue")
    if kind.endswith("_overdue") and rule in set(Rule):
        return f"{RULE_NAMES[Rule(rule)]}已经超期", "请尽快办理，或联系负责的人。"
    return "有一件事要您看一看", "请打开工单查看。"


ATTEMPTS: Mapping[str, str] = {
    "waiting": "第1次",
    "no_answer_1": "第2次（上次未接通）",
    "no_answer_2": "第3次（前两次未接通，再不通即办结）",
}
