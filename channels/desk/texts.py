"""Chinese texts of the desk's pages, apart from those defined by the domain."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.domain.enums import HandlingClass, Pace
from hotline.domain.policy.rate_limits import LimitedAction
from hotline.domain.tickets.lifecycle import State

WRONG_LOGIN = "用户名或密码不对，请核对后再试。"
ENDED: Mapping[str, str] = {
    "newer": "您的账号刚在另一处登录，这里已经退出。如果不是您本人，请立即登录并改密码，同时告诉安全管理员。",
    "ended": "您在另一处结束了这里的登录。",
    "password": "您的密码刚改过，请用新密码登录。",
    "locked": "您的账号已被停用，请找安全管理员。",
    "reset": "您的密码已由管理员重设，请用新密码登录。",
    "changed": "您的角色或单位有变动，请重新登录。",
    "idle": "离开时间较长，已自动退出，请重新登录。",
    "old": "这次登录时间已满，请重新登录。",
}
ACCOUNT_DEEDS: Mapping[str, str] = {
    "added": "建立账号",
    "locked": "停用",
    "unlocked": "恢复",
    "reset": "重设密码",
    "changed": "改任",
    "sessions": "同时登录的处数",
    "factor_taken": "取消动态码",
    "held_off": "连续输错，自动锁定",
    "let_in": "解除锁定",
    "password": "本人改密码",
    "factor": "本人绑定动态码",
    "codes": "本人换备用码",
    "code_used": "用备用码登录",
}
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
WAITING: Mapping[State, str] = {
    State.RECEIVED: "等派单员派单。",
    State.AWAITING_DETAILS: "等诉求人补充材料。",
    State.DISPATCHED: "等承办单位签收。",
    State.RETURNED: "等退单裁定。",
    State.SIGNED: "承办单位正在办理。",
    State.REPLIED: "承办单位已答复，等热线回访。",
    State.INTERVIEW_OWED: "等承办单位约谈诉求人。",
    State.INTERVIEW_HELD: "已约谈，等热线督办和纪委纠风办核实。",
    State.PARKED: "挂账中，到期自动恢复办理。",
    State.CLOSED: "已办结，不用再办什么。",
}
CLASS_NAMES: Mapping[HandlingClass, str] = {
    HandlingClass.INSTANT: "即办件",
    HandlingClass.COMMITTED: "承办件",
    HandlingClass.JOINT: "联办件",
    HandlingClass.REDIRECTED: "退回件",
    HandlingClass.SUPPLEMENT: "补办件",
    HandlingClass.URGENT: "急办件",
}
PACE_NAMES: Mapping[Pace, str] = {
    Pace.ORDINARY: "一般",
    Pace.UTILITY: "水电气暖（自然时间）",
    Pace.LIFE: "危及安全（自然时间）",
}
CALLBACK_STATES: Mapping[str, str] = {
    "waiting": "等待回访",
    "no_answer_1": "一次未接通",
    "no_answer_2": "两次未接通",
    "unreachable": "三次未接通",
    "refused": "拒绝回访",
    "done": "已回访",
    "withdrawn": "不再回访",
}
CLOCK_STATES: Mapping[str, str] = {
    "running": "计时中",
    "paused": "已暂停",
    "met": "按时",
    "missed": "超期",
    "withdrawn": "不再计",
}
REMINDER_STATES: Mapping[str, str] = {
    "planned": "待发",
    "sent": "已发",
    "refused": "未发成",
    "unknown": "不确定是否发出",
    "skipped": "已并入后一次提醒",
}
LOOKS: Mapping[str, str] = {
    "ticket": "查看工单",
    "reveal": "查看姓名电话",
    "print": "下载文书",
    "file": "下载附件",
    "progress": "诉求人查询进度",
    "search": "按号码查询",
    "call": "回访拨号",
}
COMMAND_LINE = "服务器命令行"
PARTS: Mapping[str, str] = {"lead": "主办", "assisting": "协办", "former": "曾承办"}
REVEAL_REASONS: Mapping[str, str] = {
    "contact": "联系诉求人",
    "callback": "回访",
    "interview": "安排约谈",
    "check": "核对身份",
}
EMPTY_DESK = "没有等您办的工单。新工单派来后会出现在这里，最先到期的排在最上面。"
NOBODY_SUPERVISED: Mapping[str, str] = {
    "": "没有督办中的工单：没有逾期，也没有诉求人不满意。",
    "1": "没有热线督办的工单。",
    "2": "没有纪委督办的工单：一级督办的都在期限内。",
    "3": "没有领导督办的工单。",
}
TABLE_NAMES: Mapping[str, str] = {
    "complainant": "诉求人",
    "ticket": "工单",
    "ticket_event": "工单历史",
    "attachment": "附件",
    "callback": "回访",
    "interview": "约谈",
    "instruction": "领导批示",
    "outbox": "发出的消息",
    "conversation": "没说完的诉求",
    "inbound_message": "已回复的来信",
    "own_ticket": "渠道上本人的诉求",
    "session": "登录",
    "view_log": "查看记录",
}
LOOK_NAMES: Mapping[str, str] = {
    "ticket": "打开工单",
    "reveal": "查看联系方式",
    "list": "工单列表",
    "search": "按号码查找",
    "letter": "打开公文",
    "brief": "打开专报",
    "figure": "专报数字背后的工单",
    "file": "打开附件",
    "export": "导出",
    "progress": "本人查询进度",
    "record": "翻阅查看记录",
    "wrong_code": "查询码不符",
}
PATTERN_TEXTS: Mapping[str, str] = {
    "many": "{who} 从{since}起一小时内查看联系方式 {count} 次。",
    "at_night": "{who} 从{since}起在夜间查看联系方式 {count} 次。",
    "elsewhere": "{who} 从{since}起查看外单位工单的联系方式 {count} 次。",
}
LEVEL_NAMES: Mapping[str, str] = {
    "county": "县",
    "bureau": "局（委、办）",
    "town": "乡镇（街道）",
    "station": "站所",
    "village": "村（社区）",
}
LIMIT_NAMES: Mapping[str, str] = {
    "dispatch": "派单",
    "dispatch.urgent": "派单（紧急）",
    "sign": "签收",
    "sign.utility": "签收（水电气暖）",
    "sign.life": "签收（危及安全）",
    "contact": "先行联系",
    "contact.urgent": "先行联系（紧急）",
    "reply.inquiry": "答复：咨询",
    "reply.help": "答复：求助",
    "reply.complaint": "答复：投诉",
    "reply.suggestion": "答复：建议",
    "reply.praise": "答复：表扬",
    "reply.tip_off": "答复：举报",
    "reply.urgent": "答复（紧急）",
    "reply.redo": "重办或督办中的答复",
    "assist": "协办单位提前",
    "return": "退单",
    "ruling": "退单裁定",
    "extension": "延期一次",
    "extension_decision": "延期批复",
    "details": "补充材料",
    "callback": "回访",
    "callback.online": "线上回访无人答后改电话",
    "interview": "约谈",
    "verify": "约谈后核实",
    "supervised": "热线督办",
    "tier2": "纪委督办",
    "tier3": "领导督办",
    "appeal": "申诉",
}
RATE_NAMES: Mapping[str, str] = {
    LimitedAction.ADDRESS_FILING: "同一网络地址提交诉求",
    LimitedAction.ADDRESS_QUERY: "同一网络地址查询进度",
    LimitedAction.ADDRESS_UPLOAD: "同一网络地址上传文件",
    LimitedAction.ADDRESS_LOGIN: "同一网络地址登录",
    LimitedAction.LOGIN_LOGIN: "同一登录名登录",
    LimitedAction.PHONE_FILING: "同一电话在网上受理的诉求（超过不拒收，只提醒派单员）",
    LimitedAction.PHONE_ALARM: "提醒派单员同一电话提交太多",
    LimitedAction.ACCOUNT_FORM: "同一账号提交表单",
    LimitedAction.ACCOUNT_UPLOAD: "同一账号上传文件",
    LimitedAction.ACCOUNT_REVEAL: "同一账号查看姓名电话",
    LimitedAction.ACCOUNT_SEARCH: "同一账号查找",
    LimitedAction.WECHAT_MESSAGE: "同一微信用户发消息",
    LimitedAction.WECHAT_WARNING: "提醒同一微信用户发得太快",
}
NUMBER_NAMES: Mapping[str, str] = {
    "redos": "最多重办几次",
    "returns_to_tier2": "退单几次后由纪委裁定",
    "extensions": "最多延期几次",
    "callback_attempts": "回访最多拨打几次",
    "parking_days": "挂账最长几天",
    "ranked_from": "参加排名的最少件数",
    "reveals_an_hour": "一人一小时查看联系方式几次算不寻常",
    "reveals_a_night": "一人夜间查看联系方式几次算不寻常",
    "reveals_elsewhere": "一人一小时查看外单位工单联系方式几次算不寻常",
    "notices_from": "提醒从几点起发",
    "notices_until": "提醒到几点为止",
    "basically_counts": "“基本满意”折算",
    "weights": "得分权重（联系、解决、满意）",
}
CARD_NAMES: Mapping[str, str] = {
    "warning": "到期前多久亮黄牌（不填为不提前）",
    "warning_urgent": "到期前多久亮黄牌（紧急，不填为不提前）",
    "red": "超期多久转红牌",
    "red_urgent": "超期多久转红牌（紧急）",
    "tier": "列入第几级督办亮红牌",
}
ACCOUNT_NUMBER_NAMES: Mapping[str, str] = {
    "accounts.shortest": "密码最短几位",
    "accounts.classes": "密码至少几种字符",
    "accounts.days": "密码有效几天（0 为不过期）",
    "accounts.remembered": "不能与最近几次的密码相同",
    "accounts.failures": "连续输错几次锁定",
    "accounts.lock_minutes": "锁定几分钟",
    "accounts.idle_minutes": "离开几分钟自动退出",
    "accounts.absolute_hours": "一次登录最长几小时",
    "accounts.sessions": "一个账号可同时登录几处",
    "accounts.second_factor": "必须有动态码的角色",
}
