"""The tabs, first page and name of each role: one table for login, tabs and pages."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.domain.enums import Role

Tab = tuple[str, str]

CONSOLE: Tab = ("/console", "接听登记")
CALLS: Tab = ("/console/calls", "回访")
UNDELIVERED: Tab = ("/console/undelivered", "未送达")
DISPATCH: Tab = ("/console/dispatch", "派单")
ALARMS: Tab = ("/console/alarms", "提醒事项")
ALL: Tab = ("/desk", "工单")
NOTICES: Tab = ("/desk/notices", "消息")
LEAVE: Tab = ("/desk/leave", "请假代岗")
SUPERVISION: Tab = ("/supervision", "督办")
CARDS: Tab = ("/cards", "亮牌")
BRIEFS: Tab = ("/briefs", "专报")
ADMIN: Tab = ("/admin", "运行情况")
POLICY: Tab = ("/admin/policy", "时限规定")
ACCOUNTS: Tab = ("/admin/accounts", "账号")
ACCOUNT_EVENTS: Tab = ("/admin/account-events", "账号记录")
LOOKS: Tab = ("/admin/looks", "查看记录")
ASSESSMENT: Tab = ("/admin/assessment", "影响评估")

BENCHES: Mapping[Role, tuple[Tab, ...]] = {
    Role.OPERATOR: (CONSOLE, CALLS, UNDELIVERED, ALL),
    Role.DISPATCHER: (DISPATCH, ALARMS, CONSOLE, CALLS, UNDELIVERED, ALL, SUPERVISION, NOTICES),
    Role.HANDLER: (ALL, NOTICES, LEAVE),
    Role.UNIT_HEAD: (ALL, CARDS, NOTICES, LEAVE),
    Role.SUPERVISOR: (SUPERVISION, ALL, BRIEFS, ALARMS, NOTICES),
    Role.INSPECTOR: (SUPERVISION, ALL, BRIEFS, NOTICES),
    Role.LEADER: (BRIEFS, SUPERVISION, NOTICES),
    Role.SYSTEM_ADMIN: (ADMIN, POLICY, ALARMS, LEAVE),
    Role.SECURITY_ADMIN: (ACCOUNTS, ACCOUNT_EVENTS, ASSESSMENT, ADMIN, POLICY),
    Role.AUDIT_ADMIN: (LOOKS, ASSESSMENT, ACCOUNT_EVENTS, ADMIN, POLICY),
}

ROLE_NAMES: Mapping[Role, str] = {
    Role.COMPLAINANT: "诉求人",
    Role.OPERATOR: "话务员",
    Role.DISPATCHER: "派单员",
    Role.HANDLER: "承办人",
    Role.UNIT_HEAD: "承办单位负责人",
    Role.SUPERVISOR: "热线督办",
    Role.INSPECTOR: "纪委纠风办",
    Role.LEADER: "县领导",
    Role.VOLUNTEER: "法律志愿者",
    Role.AGENT: "代办员",
    Role.MONITOR: "行风监督员",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
    Role.SYSTEM: "系统",
}


def first_page(role: Role) -> str:
    """Return the page a user of this role sees after login."""
    tabs = BENCHES.get(role)
    return tabs[0][0] if tabs else "/progress"


def open_tab(role: Role, path: str) -> str:
    """Return the tab a page belongs to: the longest one that is a prefix of its path; empty if none."""
    fitting = [href for href, _ in BENCHES.get(role, ()) if path == href or path.startswith(f"{href}/")]
    return max(fitting, key=len, default="")
