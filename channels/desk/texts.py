"""Sentences the desk's pages say that do not stand in a rule or a table."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.domain.lifecycle import State

WRONG_LOGIN = "用户名或密码不对，请核对后再试。"
CALLBACK_LABELS: Mapping[str, str] = {
    "callback": "登记回访",
    "no_answer": "未接通",
    "refused": "拒绝回访",
    "review": "复核“不合理”",
    "verify": "登记核实结果",
}
CALLBACK_SENTENCES: Mapping[str, str] = {
    "callback": "三个问题都问到：联系了吗、解决了吗、满意吗。",
    "no_answer": "稍后换一个时段再打；第三次仍未接通，工单办结并注明未接通。",
    "refused": "诉求人不愿接受回访，工单办结，不计入满意率。",
    "review": "两人以上复核同意，才能按“诉求不合理”办结。",
    "verify": "当面约谈后由热线督办、纪委纠风办电话核实。",
}
EMPTY_INBOX: Mapping[State, str] = {
    State.RECEIVED: "没有等待派单的工单。",
    State.AWAITING_DETAILS: "没有等待诉求人补充材料的工单。",
    State.DISPATCHED: "没有等待签收的工单，派来的都已签收。",
    State.RETURNED: "没有等待裁定的退单。",
    State.SIGNED: "没有正在办理的工单。",
    State.REPLIED: "没有等待回访的工单。",
    State.INTERVIEW_OWED: "没有欠着的约谈。",
    State.INTERVIEW_HELD: "没有等待核实的约谈。",
    State.PARKED: "没有挂账的工单。",
    State.CLOSED: "还没有办结的工单。",
}
