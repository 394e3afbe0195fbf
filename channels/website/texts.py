"""Chinese texts of the website."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.domain.enums import CloseReason, Kind, Rule
from hotline.domain.tickets.lifecycle import State

KINDS = [
    (Kind.INQUIRY.value, "问一件事", "政策、手续、电话、地址"),
    (Kind.HELP.value, "请帮忙解决", "停水、路坏、办事遇到困难"),
    (Kind.COMPLAINT.value, "投诉", "服务不好、该办的没办"),
    (Kind.TIP_OFF.value, "举报", "违法违规的事，一律替您保密"),
    (Kind.SUGGESTION.value, "提个建议", "希望县里怎样做得更好"),
    (Kind.PRAISE.value, "表扬", "谁为您办了好事"),
]
# Heading and sentence for each state.
STANDS: Mapping[State, tuple[str, str]] = {
    State.RECEIVED: ("已经收到", "正在确定由哪个单位办理。"),
    State.AWAITING_DETAILS: ("需要您补充", "还差一些情况，请在下面一次补齐，补齐后马上继续办理。"),
    State.DISPATCHED: ("已交给承办单位", "正等承办单位签收。"),
    State.RETURNED: ("正在核定承办单位", "承办单位认为不归其办理，热线正在裁定，您不用做什么。"),
    State.SIGNED: ("正在办理", "承办单位正在办理，会先与您联系。"),
    State.REPLIED: ("已经答复", "请看看答复，再告诉我们您满意不满意。"),
    State.INTERVIEW_OWED: ("将当面约谈", "您对答复不满意，承办单位的干部要当面听您说。"),
    State.INTERVIEW_HELD: ("已经约谈", "热线和纪委会打电话向您核实约谈情况。"),
    State.PARKED: ("暂缓办理", "因客观原因暂缓，到期会自动恢复，您不用重新反映。"),
    State.CLOSED: ("已经办结", "这件事已经办结。"),
}
CLOSED: Mapping[CloseReason, str] = {
    CloseReason.ANSWERED: "已经当场答复。",
    CloseReason.REDIRECTED: "这件事不归本热线办理，已经告诉您应该找哪里。",
    CloseReason.MERGED: "已和同一件事的其他诉求合并办理，结果同样会告诉您。",
    CloseReason.WITHDRAWN: "您已经撤回，不再办理。如果事情又发生了，可以重新反映。",
    CloseReason.SATISFIED: "已经办结，您的评价是满意。",
    CloseReason.BASICALLY_SATISFIED: "已经办结，您的评价是基本满意。",
    CloseReason.UNDERSTOOD: "已经办结，您的评价是理解。",
    CloseReason.UNREACHED: "已经办结。我们几次回访都没有联系上您，如果还有意见，可以再反映。",
    CloseReason.REFUSED: "已经办结。您没有接受回访，如果还有意见，可以再反映。",
    CloseReason.UNREASONABLE: "已经办结。经另外两人复核，这项要求没有依据支持，理由已当面说明。",
}
# Deadlines shown to the complainant, the most relevant first: only the first that applies is shown.
DUE_WORDS: Mapping[Rule, str] = {
    Rule.DETAILS: "请在 {by} 前补齐",
    Rule.INTERVIEW: "最迟 {by} 前当面约谈您",
    Rule.REPLY: "最迟 {by} 前答复您",
    Rule.SIGN: "最迟 {by} 前签收",
    Rule.DISPATCH: "最迟 {by} 前交给承办单位",
    Rule.RESUME: "{by} 恢复办理",
}
STEPS = (
    ("受理", "您提交后马上得到一个工单号和查询码。"),
    ("交办", "热线把它交给管这件事的单位，限时签收，并先与您联系。"),
    ("答复", "承办单位书面答复；一般5个工作日，急事24小时。"),
    ("您来评价", "不满意，就由单位干部当面约谈您，直到说清办好。"),
)
HANDED_OVER = "已交{unit}办理。"
REPLY_ABOVE = "答复全文在上面。"
NOT_FOUND = "没有找到这件诉求：工单号或查询码不对，请核对后再试。"
CONTACT_ADVICE = "您没有留下联系方式，承办单位无法先与您联系，请保存好工单号和查询码，自己来查进度。"
DONE: Mapping[str, str] = {
    "rate": "谢谢您的评价，已经记下。",
    "comment": "您的补充说明已经记下，承办单位看得到。",
    "withdraw": "已经撤回，承办单位不再办理。",
    "details": "已经收到您补充的情况，马上继续办理。",
}
