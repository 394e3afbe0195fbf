"""Permissions: which role may do what on which tickets; routes and actions read this one table (PROCEDURE §1, §6).

Roles of ticket verbs are in `lifecycle.ARROWS`; `ROLES` holds those of all other actions; `ROWS` says which tickets a
role can see.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from hotline.domain.enums import Role
from hotline.domain.errors import NotAllowed
from hotline.domain.tickets.lifecycle import TABLE, Verb
from hotline.domain.tickets.ticket import Actor


class Rows(StrEnum):
    """The set of tickets a role can see."""

    ALL = "all"
    OWN_UNIT = "own_unit"
    INVITED = "invited"
    OWN = "own"
    NONE = "none"


ROW_NAMES: Mapping[Rows, str] = {
    Rows.ALL: "全部工单",
    Rows.OWN_UNIT: "本单位及下级单位的工单",
    Rows.INVITED: "受邀参与约谈的工单",
    Rows.OWN: "本人提出的工单",
    Rows.NONE: "没有工单",
}


class Right(StrEnum):
    """Actions that are not verbs of the ticket life cycle."""

    LIST_TICKETS = "list_tickets"
    READ_TICKET = "read_ticket"
    READ_FILE = "read_file"
    READ_LETTER = "read_letter"
    REVEAL = "reveal"
    RECUSE = "recuse"
    HOLD_TICKET = "hold_ticket"
    READ_NOTICES = "read_notices"
    ENTER_LEAVE = "enter_leave"
    TAKE_CALL = "take_call"
    SEARCH_CALLER = "search_caller"
    LIST_CALLS = "list_calls"
    RECORD_CALLBACK = "record_callback"
    RECORD_REFUSAL = "record_refusal"
    LIST_UNDELIVERED = "list_undelivered"
    SETTLE_UNDELIVERED = "settle_undelivered"
    LIST_UNDISPATCHED = "list_undispatched"
    READ_ALARMS = "read_alarms"
    SETTLE_ALARM = "settle_alarm"
    LIST_SUPERVISED = "list_supervised"
    LIST_VERIFICATIONS = "list_verifications"
    VERIFY_INTERVIEW = "verify_interview"
    REVIEW_INTERVIEW = "review_interview"
    READ_CARDS = "read_cards"
    READ_BRIEF = "read_brief"
    READ_DRAFT = "read_draft"
    LIST_FIGURE = "list_figure"
    EDIT_BRIEF = "edit_brief"
    SEND_BRIEF = "send_brief"
    SEND_BACK_BRIEF = "send_back_brief"
    ISSUE_BRIEF = "issue_brief"
    CONFIRM_BRIEF = "confirm_brief"
    READ_HOUSE = "read_house"
    READ_POLICY = "read_policy"
    SAVE_POLICY = "save_policy"
    READ_ASSESSMENT = "read_assessment"
    EXPORT_PERSON = "export_person"
    KEEP_ACCOUNTS = "keep_accounts"
    READ_ACCOUNT_EVENTS = "read_account_events"
    READ_LOOKS = "read_looks"
    SETTLE_UNUSUAL = "settle_unusual"


RIGHT_NAMES: Mapping[Right, str] = {
    Right.LIST_TICKETS: "工单列表",
    Right.READ_TICKET: "查看工单",
    Right.READ_FILE: "下载附件",
    Right.READ_LETTER: "查看督办函",
    Right.RECUSE: "登记回避",
    Right.HOLD_TICKET: "暂缓到期删除",
    Right.REVEAL: "写明理由后查看姓名电话",
    Right.READ_NOTICES: "查看消息",
    Right.ENTER_LEAVE: "登记请假和代岗",
    Right.TAKE_CALL: "接听登记",
    Right.SEARCH_CALLER: "按来电号码查以往工单",
    Right.LIST_CALLS: "待回访名单",
    Right.RECORD_CALLBACK: "登记回访",
    Right.RECORD_REFUSAL: "登记拒访",
    Right.LIST_UNDELIVERED: "未送达的答复名单",
    Right.SETTLE_UNDELIVERED: "处理未送达的答复",
    Right.LIST_UNDISPATCHED: "待派单、待裁定名单",
    Right.READ_ALARMS: "查看提醒事项",
    Right.SETTLE_ALARM: "处理提醒事项",
    Right.LIST_SUPERVISED: "督办名单",
    Right.LIST_VERIFICATIONS: "待核实名单",
    Right.VERIFY_INTERVIEW: "核实约谈",
    Right.REVIEW_INTERVIEW: "复核约谈",
    Right.READ_CARDS: "查看黄牌红牌",
    Right.READ_BRIEF: "查看已签发的专报",
    Right.READ_DRAFT: "查看专报草稿",
    Right.LIST_FIGURE: "查看数字对应的工单",
    Right.EDIT_BRIEF: "修改工作建议",
    Right.SEND_BRIEF: "专报送审",
    Right.SEND_BACK_BRIEF: "专报退回修改",
    Right.ISSUE_BRIEF: "签发专报",
    Right.CONFIRM_BRIEF: "确认已阅专报",
    Right.READ_HOUSE: "查看运行情况",
    Right.READ_POLICY: "查看时限规定",
    Right.SAVE_POLICY: "修改时限规定",
    Right.READ_ASSESSMENT: "查看个人信息保护影响评估",
    Right.EXPORT_PERSON: "应本人要求导出其个人信息",
    Right.KEEP_ACCOUNTS: "管理账号",
    Right.READ_ACCOUNT_EVENTS: "查看账号记录",
    Right.READ_LOOKS: "翻阅查看记录",
    Right.SETTLE_UNUSUAL: "处理不寻常的查看",
}

R = Role
ROWS: Mapping[Role, Rows] = {
    R.COMPLAINANT: Rows.OWN,
    R.OPERATOR: Rows.ALL,
    R.DISPATCHER: Rows.ALL,
    R.HANDLER: Rows.OWN_UNIT,
    R.UNIT_HEAD: Rows.OWN_UNIT,
    R.SUPERVISOR: Rows.ALL,
    R.INSPECTOR: Rows.ALL,
    R.LEADER: Rows.ALL,
    R.VOLUNTEER: Rows.INVITED,
    R.AGENT: Rows.OWN,
    R.MONITOR: Rows.NONE,
    R.SYSTEM_ADMIN: Rows.NONE,
    R.SECURITY_ADMIN: Rows.NONE,
    R.AUDIT_ADMIN: Rows.NONE,
    R.SYSTEM: Rows.ALL,
}
UNITS = frozenset({R.HANDLER, R.UNIT_HEAD})
_DESK = frozenset({R.OPERATOR, R.DISPATCHER})
_VERIFIERS = frozenset({R.SUPERVISOR, R.INSPECTOR})
_MAKERS = _VERIFIERS | {R.DISPATCHER, R.SYSTEM}
_STAFF = _DESK | _VERIFIERS | {R.LEADER}
_ADMINISTRATORS = frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN, R.AUDIT_ADMIN})

ROLES: Mapping[Right, frozenset[Role]] = {
    Right.LIST_TICKETS: _STAFF | UNITS,
    Right.READ_TICKET: _STAFF | UNITS,
    Right.READ_FILE: _STAFF | UNITS,
    Right.READ_LETTER: _STAFF | UNITS,
    Right.RECUSE: _STAFF | UNITS,
    Right.HOLD_TICKET: frozenset({R.DISPATCHER, R.INSPECTOR}),
    Right.REVEAL: _DESK | _VERIFIERS | UNITS,
    Right.READ_NOTICES: _STAFF | UNITS,
    Right.ENTER_LEAVE: _STAFF | UNITS | {R.SYSTEM_ADMIN},
    Right.TAKE_CALL: _DESK,
    Right.SEARCH_CALLER: _DESK,
    Right.LIST_CALLS: _DESK,
    Right.RECORD_CALLBACK: _DESK,
    Right.RECORD_REFUSAL: _DESK | _VERIFIERS,
    Right.LIST_UNDELIVERED: _DESK,
    Right.SETTLE_UNDELIVERED: _DESK,
    Right.LIST_UNDISPATCHED: frozenset({R.DISPATCHER}),
    Right.READ_ALARMS: frozenset({R.DISPATCHER, R.SUPERVISOR, R.SYSTEM_ADMIN}),
    Right.SETTLE_ALARM: frozenset({R.DISPATCHER, R.SUPERVISOR}),
    Right.LIST_SUPERVISED: _VERIFIERS | {R.LEADER, R.DISPATCHER},
    Right.LIST_VERIFICATIONS: _VERIFIERS,
    Right.VERIFY_INTERVIEW: _VERIFIERS,
    Right.REVIEW_INTERVIEW: _VERIFIERS | {R.DISPATCHER},
    Right.READ_CARDS: _VERIFIERS | {R.LEADER, R.DISPATCHER, R.UNIT_HEAD},
    Right.READ_BRIEF: _MAKERS | {R.LEADER},
    Right.READ_DRAFT: _MAKERS,
    Right.LIST_FIGURE: _MAKERS | UNITS | {R.LEADER},
    Right.EDIT_BRIEF: _VERIFIERS | {R.DISPATCHER},
    Right.SEND_BRIEF: frozenset({R.SUPERVISOR}),
    Right.SEND_BACK_BRIEF: frozenset({R.INSPECTOR}),
    Right.ISSUE_BRIEF: frozenset({R.INSPECTOR}),
    Right.CONFIRM_BRIEF: frozenset({R.LEADER}),
    Right.READ_HOUSE: _ADMINISTRATORS,
    Right.READ_POLICY: _ADMINISTRATORS,
    Right.SAVE_POLICY: frozenset({R.SYSTEM_ADMIN}),
    Right.READ_ASSESSMENT: _ADMINISTRATORS,
    Right.EXPORT_PERSON: frozenset({R.DISPATCHER}),
    Right.KEEP_ACCOUNTS: frozenset({R.SECURITY_ADMIN}),
    Right.READ_ACCOUNT_EVENTS: frozenset({R.SECURITY_ADMIN, R.AUDIT_ADMIN}),
    Right.READ_LOOKS: frozenset({R.AUDIT_ADMIN}),
    Right.SETTLE_UNUSUAL: frozenset({R.AUDIT_ADMIN}),
}

LEADS_ONLY: frozenset[Right] = frozenset({Right.REVEAL})
"""Rights a unit has only on tickets it leads: assisting units reach the complainant through the lead (PROCEDURE §2)."""


def roles_of(right: Right | Verb) -> frozenset[Role]:
    """Return the roles that have this right, whatever the ticket's state."""
    return TABLE[right].roles if isinstance(right, Verb) else ROLES[right]


def may(role: Role, right: Right | Verb) -> bool:
    """Return whether the role has this right on any ticket."""
    return role in roles_of(right)


def allow(actor: Actor, right: Right | Verb) -> Rows:
    """Return the set of tickets on which the actor has this right. Raises NotAllowed."""
    if not may(actor.role, right):
        raise NotAllowed
    return ROWS[actor.role]


def may_with(role: Role, right: Right, *, leads: bool) -> bool:
    """Return whether the role has this right on a ticket within its row scope.

    `leads`: the actor's unit, or a unit below it, leads the ticket.
    """
    return may(role, right) and (leads or not is_of_unit(role) or right not in LEADS_ONLY)


def may_recuse_others(role: Role) -> bool:
    """Whether this role enters the recusal of somebody else (PROCEDURE §6)."""
    return may(role, Right.RECUSE) and may(role, Verb.DISPATCH)


def is_of_unit(role: Role) -> bool:
    """Return whether the role works in a unit, and so sees only the tickets of that unit and those below it."""
    return ROWS[role] is Rows.OWN_UNIT
